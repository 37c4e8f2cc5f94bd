import Formats
import Foundation
import Testing

@Suite struct EventTests {
    @Test func eventsComeBackAndFilesNeverCollide() throws {
        let folder = try ScratchFolder()
        let clock: @Sendable () -> Date = { Date(timeIntervalSince1970: 1_500_000_000.25) }
        let writer = try EventFileWriter(folder: folder.file("run/eval"), clock: clock)
        let second = try EventFileWriter(folder: folder.file("run/eval"), clock: clock)
        #expect(writer.path != second.path)
        #expect(writer.path.contains("/run/eval/events.out.tfevents.1500000000."))

        let summaries = [
            Summary.scalar("loss", 4.39), try Summary.histogram("w", [-1, 0, 0, 2]), .text("note", "**あ**"),
            .texts("decoded", ["あ", "い"]), .image("sample_input/image/0", png: [1, 2], height: 3, width: 4, channels: 1),
            Summary("pr", .precisionRecall(rows: [[1, 2], [3, 4], [5, 6], [7, 8], [0.5, 1], [1, 0.5]])),
        ]
        try writer.markRestart(step: 10)
        try writer.write(summaries, step: 12)
        try writer.flush()
        let records = try EventFileReader.records(in: writer.path)
        #expect(records.map(\.step) == [0, 10, 12])
        #expect(records.map(\.content) == [.fileVersion("brain.Event:2"), .restart, .summaries(summaries)])
        #expect(records[0].wallTime == 1_500_000_000.25)

        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: writer.path)))
        #expect(try EventFileReader.records(bytes: bytes.dropLast(3)) == Array(records.dropLast()))
        #expect(throws: FormatsError.self) { try EventFileReader.records(bytes: bytes.dropLast(3) + [0, 0, 0]) }
        _ = readMutations(of: bytes) { _ = try EventFileReader.records(bytes: $0) }
    }

    /// By hand: 1e-12·1.1ᵏ is 0.91725 for k = 289 and 1.00897 for k = 290.
    @Test func histogramUsesTensorFlowsBuckets() throws {
        let histogram = try Histogram([1, 1, -1, 0])
        #expect((histogram.min, histogram.max, histogram.count) == (-1, 1, 4))
        #expect((histogram.sum, histogram.sumOfSquares) == (1, 3))
        #expect(histogram.counts.reduce(0, +) == 4)
        #expect(histogram.counts.filter { $0 > 0 } == [1, 1, 2])
        let place = try #require(histogram.counts.firstIndex(of: 2))
        #expect(abs(histogram.limits[place] - 1.00897) < 1e-5)
        #expect(abs(histogram.limits[place - 1] - 0.91725) < 1e-5)
        #expect(histogram.limits == histogram.limits.sorted())
        #expect(throws: FormatsError.badSummary(tag: "w", problem: "value 1 is nan")) { try Histogram([0, .nan], tag: "w") }
        #expect(try Histogram([]).count == 0)
    }

    @Test func impossibleSummariesAreRefused() throws {
        let folder = try ScratchFolder()
        let writer = try EventFileWriter(folder: folder.path)
        for summary in [
            Summary("t", .text(["a"], shape: [2])), Summary("t", .text(["a"], shape: [1, 1, 1])),
            Summary("p", .precisionRecall(rows: [[1]])),
            .image("i", png: [], height: 0, width: 1, channels: 1), .image("i", png: [], height: 1, width: 1, channels: 2),
        ] {
            #expect(throws: FormatsError.self) { try writer.write([summary], step: 0) }
        }
    }

    @Test func unwritableFolderIsNamed() {
        #expect(throws: FormatsError.self) { try EventFileWriter(folder: "/proc/none/run") }
    }

    @Test func rowsAreQuotedAsPythonDoes() {
        #expect(CommaSeparated.row(["a", "b c", "", "x,y", "\"q\"", "l\nm"]) == "a,b c,,\"x,y\",\"\"\"q\"\"\",\"l\nm\"\r\n")
        #expect(CommaSeparated.row([""]) == "\"\"\r\n")
    }
}
