import Foundation
import Testing

/// The worked example of the guide, run as a person runs it.
@Suite struct EmbeddingTests {
    @Test func theExampleProgramDoesWhatTheGuideSays() throws {
        let program: URL = try #require(Self.path, "the program Embedding is built beside the tests")
        let process = Process()
        process.executableURL = program
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let expected = """
            exit code 0, printed "rules are in place\\nREADY READY!\\n"
            summary first=7.75 mean=0.625 spread=7.75
            judged Kyoto []
            judged Sapporo ["frost in Sapporo: -3.2 degrees"]
            failed: ValueError - mean() of no readings
            cancelled: exit code 130
            limited: exit code 1
            in parallel [0, 499500, 999000, 1498500, 1998000, 2497500, 2997000, 3496500]

            """
        #expect(output == expected)
        // The guide shows the same.
        let guide = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../Docs/Guide/Embedding.md")
        #expect(try String(contentsOf: guide, encoding: .utf8).contains(expected))
    }

    private static var path: URL? {
        var folder: URL? = Bundle(for: Marker.self).bundleURL
        while let here = folder, here.path != "/" {
            let program = here.appendingPathComponent("Embedding")
            if FileManager.default.isExecutableFile(atPath: program.path) { return program }
            folder = here.deletingLastPathComponent()
        }
        return nil
    }

    private final class Marker {}
}
