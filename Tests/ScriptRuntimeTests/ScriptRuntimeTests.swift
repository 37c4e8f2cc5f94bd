import Foundation
import ScriptRuntime
import ScriptSyntax
import Testing

/// Every script of the folder prints what `python3` prints, and what its `# expect:` comments say.
@Suite struct ScriptTests {
    static let scripts: [URL] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scripts")
        let all = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return all.filter { $0.pathExtension == "cdm" }.sorted { $0.path < $1.path }
    }()

    @Test(arguments: scripts)
    func printsWhatItExpects(_ script: URL) throws {
        let text = try String(contentsOf: script, encoding: .utf8)
        let expected = text.split(separator: "\n").compactMap { line -> String? in
            line.range(of: "# expect: ").map { String(line[$0.upperBound...]) }
        }
        guard !expected.isEmpty else { return }
        #expect(ScriptTests.run(text, name: script.lastPathComponent).split(separator: "\n").map(String.init) == expected)
    }

    @Test(.enabled(if: Python.path != nil, "there is no python3"), arguments: scripts)
    func agreesWithPython(_ script: URL) throws {
        let text = try String(contentsOf: script, encoding: .utf8)
        #expect(ScriptTests.run(text, name: script.lastPathComponent) == (try Python.output(of: script)))
    }

    /// What a script prints; an uncaught exception ends it with its summary on a line.
    static func run(_ text: String, name: String = "test.cdm", limits: Limits = Limits()) -> String {
        let interpreter = Interpreter(limits: limits)
        SmallLibrary.install(in: interpreter)
        var printed = ""
        interpreter.output = { printed += $0 }
        do {
            try interpreter.execute(SourceText(name: name, text: text))
        } catch {
            if case .raised(let raised) = error {
                printed += interpreter.report(raised).summary + "\n"
            } else {
                printed += interpreter.report(error)
            }
        }
        return printed
    }

    @Test func scriptsAreFound() { #expect(!ScriptTests.scripts.isEmpty) }
}

enum Python {
    static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Standard output, with the last line of a traceback where the script failed.
    static func output(of script: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path ?? "")
        process.arguments = [script.path]
        let (out, errors) = (Pipe(), Pipe())
        process.standardOutput = out
        process.standardError = errors
        try process.run()
        let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let failure = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationStatus == 0 { return text }
        return text + (failure.split(separator: "\n").last.map { $0 + "\n" } ?? "")
    }
}
