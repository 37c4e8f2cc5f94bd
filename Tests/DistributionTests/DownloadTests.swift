import Distribution
import Formats
import Foundation
import Synchronization
import Testing

struct DownloadTests {
    private let folder: URL
    private let book = "200003076"

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("distribution-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// 300,000 bytes that look random, so that no part equals another.
    private static let noise: [UInt8] = {
        var state: UInt64 = 1
        return (0..<300_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }()

    private func archive() throws -> [UInt8] {
        ZipBytes.archive([
            ("\(book)/\(book)_coordinate.csv", Array("Unicode,Image\r\n".utf8)), ("\(book)/images/p1.jpg", Self.noise),
        ])
    }

    private func download(_ server: HostileServer, _ change: (inout DatasetDownload) -> Void = { _ in }) -> DatasetDownload {
        var download = DatasetDownload(.pmjtc, to: folder.path)
        (download.base, download.books) = (server.address, [book])
        download.policy.wait = { _ in true }
        download.policy.patience = 60
        // The server lives as long as the download does.
        download.isCancelled = { withExtendedLifetime(server) { false } }
        change(&download)
        return download
    }

    private func server(_ answers: [HostileServer.Answer], _ bytes: [UInt8]? = nil) throws -> HostileServer {
        let server = try HostileServer(answers)
        server.put(try bytes ?? archive(), at: "/\(book)/\(book).zip")
        return server
    }

    private func expectWhole() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let image = try Data(contentsOf: folder.appendingPathComponent("\(book)/images/p1.jpg"))
        #expect(Array(image) == Self.noise)
        // Neither parts nor archives are left.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [book])
    }

    /// Each misbehaviour ends with the whole book; the ranges asked for show that nothing was fetched twice that need not be.
    @Test(
        arguments: [
            ([], [nil]),
            ([.truncated(after: 1000)], [nil, 1000]),
            ([.truncated(after: 1000), .truncated(after: 500), .truncated(after: 0), .closes], [nil, 1000, 1500, 1500, 1500]),
            ([.truncated(after: 1000), .ignoresRange], [nil, 1000]),
            ([.truncated(after: 1000), .wrongRange], [nil, 1000, nil]),
            ([.status(500), .status(503), .status(429)], [nil, nil, nil, nil]),
            ([.truncated(after: 1000), .status(500)], [nil, 1000, 1000]),
            ([.stalled(after: 2000)], [nil, 2000]),
            ([.redirect("/moved.zip")], [nil, nil]),
        ] as [([HostileServer.Answer], [Int?])])
    func badServersAreOutlived(_ answers: [HostileServer.Answer], _ ranges: [Int?]) throws {
        let server = try server(answers)
        server.put(try archive(), at: "/moved.zip")
        let stalls = answers.contains { if case .stalled = $0 { true } else { false } }
        // Patience is short only where it must run out: a busy machine stalls too.
        try download(server) { if stalls { $0.policy.patience = 3 } }.run()
        #expect(server.requests.map(\.range) == ranges)
        try expectWhole()
    }

    @Test func aFileThatChangedIsFetchedAnew() throws {
        let server = try server([.truncated(after: 1000)])
        #expect(throws: DistributionError.self) { try download(server) { $0.policy.tries = 1 }.run() }
        server.put(try archive(), at: "/\(book)/\(book).zip", version: "\"2\"")
        try download(server).run()
        #expect(server.requests.last == .init(path: "/\(book)/\(book).zip", range: 1000, ifRange: "\"1\""))
        try expectWhole()
    }

    @Test func aFetchGoesOnInALaterRun() throws {
        let server = try server([.truncated(after: 70_000)])
        #expect(throws: DistributionError.self) { try download(server) { $0.policy.tries = 1 }.run() }
        try download(server).run()
        #expect(server.requests.map(\.range) == [nil, 70_000])
        let again = Log()
        try download(server) { $0.progress = { again.add($0) } }.run()
        #expect(again.all == [.present(book: book)] && server.requests.count == 2)
        try expectWhole()
    }

    @Test func progressIsTold() throws {
        let log = Log()
        let bytes = try archive()
        try download(try server([], bytes)) { $0.progress = { log.add($0) } }.run()
        #expect(log.all.contains(.fetching(book: book, bytes: bytes.count, total: bytes.count)))
        #expect(log.all.last == .finished(book: book))
        try expectWhole()
    }

    @Test(arguments: [404, 403, 204]) func finalAnswersAreNotAskedForAgain(_ status: Int) throws {
        let server = try server([.status(status)])
        let error = DistributionError.refused(address: "\(server.address)/\(book)/\(book).zip", status: status)
        #expect(throws: error) { try download(server).run() }
        #expect(server.requests.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func patienceEnds() throws {
        let server = try server([.status(500), .status(500), .status(500)])
        let address = "\(server.address)/\(book)/\(book).zip"
        #expect(throws: DistributionError.gaveUp(address: address, tries: 3, reason: "the server answers 500")) {
            try download(server) { $0.policy.tries = 3 }.run()
        }
        // Every wait is twice as long as the one before.
        let delays = Delays()
        let second = try self.server([.truncated(after: 1000), .wrongRange, .closes, .closes])
        #expect(throws: DistributionError.self) {
            try download(second) { download in
                download.policy.tries = 4
                download.policy.wait = { delays.add($0) }
            }.run()
        }
        #expect(delays.all == [1, 2, 4])
    }

    @Test func anInterruptEndsIt() throws {
        let server = try server([.closes])
        #expect(throws: DistributionError.interrupted) { try download(server) { $0.policy.wait = { _ in false } }.run() }
        #expect(throws: DistributionError.interrupted) { try download(server) { $0.isCancelled = { true } }.run() }
    }

    /// Hostile archives are refused, leave nothing behind, and are not kept.
    @Test(
        arguments: [
            (.entries([("../evil.txt", [1])]), "leads out of a folder"),
            (.entries([("/tmp/evil.txt", [1])]), "leads out of a folder"),
            (.entries([("a/../../evil.txt", [1])]), "leads out of a folder"),
            (.entries([("a\\..\\evil.txt", [1])]), "leads out of a folder"),
            (.entries([("a", [1]), ("a", [2])]), ""),
            (.entries([("bomb", [UInt8](repeating: 0, count: 30_000_000))]), "as only bombs do"),
            (.link, "is a link or a device"), (.flipped, "CRC"),
            (.entries([("other.txt", [1])]), "does not hold 200003076_coordinate.csv"),
            (.garbage, "zip"),
        ] as [(ZipBytes.Hostile, String)])
    func hostileArchivesAreRefused(_ hostile: ZipBytes.Hostile, _ reason: String) throws {
        let server = try server([], try hostile.bytes(otherwise: archive()))
        let error = #expect(throws: (any Error).self) { try download(server).run() }
        let text = (error as? any LocalizedError)?.errorDescription ?? ""
        #expect(reason.isEmpty || text.contains(reason), "\(text)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        #expect(
            !FileManager.default.fileExists(atPath: folder.deletingLastPathComponent().appendingPathComponent("evil.txt").path))
        try? FileManager.default.removeItem(at: folder)
    }

    @Test func somebodysFolderIsLeftAlone() throws {
        let mine = folder.appendingPathComponent(book)
        try FileManager.default.createDirectory(at: mine, withIntermediateDirectories: true)
        try Data([1]).write(to: mine.appendingPathComponent("notes.txt"))
        let server = try server([])
        #expect(throws: DistributionError.foreignFolder(path: mine.path, missing: "\(book)_coordinate.csv")) {
            try download(server).run()
        }
        #expect(server.requests.isEmpty)
        try? FileManager.default.removeItem(at: folder)
    }

    @Test func namesAreChecked() throws {
        #expect(throws: DistributionError.unknownDataset("pmjct", known: ["pmjtc"])) { try Catalog(named: "pmjct") }
        let server = try server([])
        #expect(throws: DistributionError.self) { try download(server) { $0.books = ["200003077"] }.run() }
        #expect(throws: DistributionError.badAddress("file:///etc")) { try download(server) { $0.base = "file:///etc" }.run() }
        #expect(Catalog.pmjtc.books.count == 15)
    }
}

/// What a download told.
private final class Log: Sendable {
    private let entries = Mutex<[DatasetDownload.Progress]>([])
    var all: [DatasetDownload.Progress] { entries.withLock { $0 } }
    func add(_ progress: DatasetDownload.Progress) { entries.withLock { $0.append(progress) } }
}

/// Waits that were asked for and did not happen.
private final class Delays: Sendable {
    private let seconds = Mutex<[Double]>([])
    var all: [Double] { seconds.withLock { $0 } }
    func add(_ delay: Double) -> Bool {
        seconds.withLock { $0.append(delay) }
        return true
    }
}
