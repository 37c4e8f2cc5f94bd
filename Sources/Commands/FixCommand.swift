import ArgumentParser
import Foundation
import ScriptSession
import ScriptSyntax

struct FixCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fix", abstract: "Apply the fixes that 'carpedm check' offers.",
        discussion: """
            Full-width punctuation and spaces become ASCII, tabs in indentation four spaces, and what other languages write differently \
            is written Python's way. Text inside strings and comments stays as it is. A file is replaced at once or not at all. Exit \
            codes: 0 nothing is left that stops the script from running, 2 errors that need a person, or a missing file.
            """)

    @Flag(help: "Show the changes as a unified diff and write nothing.")
    var diff = false

    @Flag(help: "Say what would be changed and write nothing.")
    var dryRun = false

    @Flag(help: "Also write the nearest known name for one that is bound nowhere.")
    var guesses = false

    @Argument(help: "The scripts, changed in place; '-' reads standard input and writes the result to standard output.")
    var scripts: [String]

    func run() throws {
        let session = ScriptSession()
        var isClean = true
        for script in scripts {
            if script != "-", !FileManager.default.fileExists(atPath: script) {
                throw UsageError(CommandError.noScript(path: script, isFolder: false))
            }
            do {
                let result = session.fixed(try SourceArgument.read(script), guesses: guesses)
                if !result.changes.isEmpty || script == "-" { try deliver(result, to: script) }
                if result.left.contains(where: { $0.severity == .error }) {
                    isClean = false
                    printRemark(Refusal(result.left, in: result.source).text)
                }
            } catch let refusal as Refusal {
                isClean = false
                printRemark(refusal.text)
            }
        }
        if !isClean { throw ExitCode(2) }
    }

    private func deliver(_ result: FixedSource, to script: String) throws {
        if diff {
            printResult(UnifiedDiff.text(from: result.original, to: result.source, name: script))
            return
        }
        if script == "-" {
            try FileHandle.standardOutput.write(contentsOf: Data(result.source.utf8))
            return
        }
        for change in result.changes { printResult("\(script):\(change.line): \(change.title)\n") }
        if !dryRun { try write(result.source.utf8, to: script) }
    }

    /// Replaces the file's content at once, keeping its permissions; a link stays a link.
    private func write(_ bytes: [UInt8], to path: String) throws {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        do {
            let permissions = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
            try Data(bytes).write(to: file, options: .atomic)
            if let permissions {
                try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file.path)
            }
        } catch {
            throw UsageError(CommandError.notWritable(path: path, reason: error.localizedDescription))
        }
    }
}
