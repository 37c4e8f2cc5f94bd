import Foundation
import Testing

/// The built program, run as a person runs it.
struct Program {
    let output: String
    let error: String
    let exitCode: Int32

    /// - Parameters:
    ///   - arguments: after `carpedm`.
    ///   - folder: the working folder.
    ///   - program: another one than carpedm.
    init(
        _ arguments: [String], input: String = "", in folder: URL? = nil, environment: [String: String] = [:], at program: URL? = nil
    ) throws {
        let process = Process()
        let built: URL = try #require(Self.path, "the program carpedm is built beside the tests")
        process.executableURL = program ?? built
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, stdout, stderr)
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        // What goes to standard error is short: a pipe holds it.
        output = String(decoding: stdout.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        error = String(decoding: stderr.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        exitCode = process.terminationStatus
    }

    /// In the folder that the tests were built into.
    static var path: URL? {
        var folder: URL? = Bundle(for: Marker.self).bundleURL
        while let here = folder, here.path != "/" {
            let program = here.appendingPathComponent("carpedm")
            if FileManager.default.isExecutableFile(atPath: program.path) { return program }
            folder = here.deletingLastPathComponent()
        }
        return nil
    }

    private final class Marker {}
}

/// A folder that is gone after the test.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")

    init(_ files: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files {
            let file = url.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
