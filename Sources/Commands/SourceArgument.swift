import ArgumentParser
import Foundation
import ScriptSession
import ScriptSyntax

/// How mistakes are told.
enum ErrorFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// A source that the command line names.
enum SourceArgument {
    /// The script at `path`, '-' for standard input.
    ///
    /// - Throws: `UsageError` when there is no such file, `Refusal` when it is too long to be a source.
    static func read(_ path: String) throws -> SourceText {
        do {
            if path == "-" { return try ScriptFile.source(in: .standardInput, name: "<stdin>") }
            let location = try ScriptLocation(path)
            if let remark = location.remark { FileHandle.standardError.write(Data("carpedm: \(remark)\n".utf8)) }
            return try ScriptFile.source(at: location.path)
        } catch let error as CommandError {
            throw UsageError(error)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw UsageError(CommandError.notReadable(path: path, reason: error.localizedDescription))
        }
    }

    /// The same; a source that is too long is told on standard error.
    static func readOrExit(_ path: String) throws -> SourceText {
        do {
            return try read(path)
        } catch let refusal as Refusal {
            throw exit(with: refusal)
        }
    }

    /// Tells why a text is no program; the exit code to throw.
    static func exit(with refusal: Refusal, format: ErrorFormat = .text) -> ExitCode {
        printRemark(format == .json ? refusal.json : refusal.text)
        return ExitCode(2)
    }
}

/// Standard output, written at once.
func printResult(_ text: String) {
    // A closed pipe ends the output, not the program's work.
    try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
}

/// Standard error.
func printRemark(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
