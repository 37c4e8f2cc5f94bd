import Foundation

/// The inputs of all conversations in one text file, shared by sessions that run at the same time.
///
/// Every input is one line of JSON, appended under a file lock before it is evaluated; how it ended is a second line. Nothing
/// is rewritten while others may write, except by `trim`, which holds the lock. A line that a killed process left half
/// written is ended by the next one to write, and skipped by readers.
public final class History {
    /// What the file holds of one input.
    public struct Record: Codable, Equatable, Sendable {
        /// Seconds since 1970.
        public var time: Double
        public var session: String
        public var number: Int
        public var folder: String?
        public var input: String?
        public var status: String?
    }

    /// One input with how it ended, if it did.
    public struct Entry: Equatable, Sendable {
        public var time: Double
        public var session: String
        public var number: Int
        public var folder: String
        public var input: String
        public var status: String?
    }

    public let path: String
    public let session: String
    /// Told once when the file cannot be written.
    public var problem: (String) -> Void = { _ in }
    private var hasComplained = false
    private let encoder: JSONEncoder

    /// - Parameters:
    ///   - path: the file; its folder is made when missing.
    ///   - session: tells conversations apart; a new one by default.
    public init(path: String, session: String = History.newSession()) {
        self.path = path
        self.session = session
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try? FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// The time sorts the names, the draw tells apart those that one process makes within a millisecond.
    public static func newSession() -> String {
        let time = String(UInt64(Date().timeIntervalSince1970 * 1000), radix: 36)
        return "\(time)-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    }

    func append(input: String, number: Int) {
        write(
            Record(
                time: Self.now, session: session, number: number, folder: FileManager.default.currentDirectoryPath, input: input,
                status: nil))
    }

    func finish(number: Int, status: String) {
        write(Record(time: Self.now, session: session, number: number, folder: nil, input: nil, status: status))
    }

    private static var now: Double { (Date().timeIntervalSince1970 * 1000).rounded() / 1000 }

    // MARK: - Writing

    private func write(_ record: Record) {
        guard var line = try? [UInt8](encoder.encode(record)) else { return }
        line.append(10)
        let isWritten = locked { descriptor in
            let end = lseek(descriptor, 0, SEEK_END)
            var last: UInt8 = 10
            if end > 0, pread(descriptor, &last, 1, end - 1) == 1, last != 10 { line.insert(10, at: 0) }
            return line.withUnsafeBytes { bytes in
                var done = 0
                while done < bytes.count {
                    let count = Foundation.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                    if count < 0, errno == EINTR { continue }
                    if count <= 0 { return false }
                    done += count
                }
                return true
            }
        }
        if !isWritten, !hasComplained {
            hasComplained = true
            problem("inputs are not kept: '\(path)' cannot be written (\(String(cString: strerror(errno))))")
        }
    }

    /// Opens the file, locks it and lets `body` work on it. The lock is the kernel's: it ends with the process, however that ends.
    private func locked(_ body: (Int32) -> Bool) -> Bool {
        while true {
            let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            while flock(descriptor, LOCK_EX) != 0 { if errno != EINTR { return false } }
            // Another session may have put a trimmed file in its place meanwhile.
            var here = stat()
            var there = stat()
            guard fstat(descriptor, &here) == 0 else { return false }
            if stat(path, &there) == 0, here.st_ino == there.st_ino { return body(descriptor) }
        }
    }

    /// Drops the oldest inputs when the file holds more than `most` bytes: half of it stays.
    public func trim(to most: Int) {
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size > most else { return }
        _ = locked { _ in
            guard let data = FileManager.default.contents(atPath: path), data.count > most else { return true }
            let half = data.suffix(most / 2)
            guard let start = half.firstIndex(of: 10) else { return true }
            let fresh = path + ".new"
            guard
                FileManager.default.createFile(
                    atPath: fresh, contents: half[(start + 1)...], attributes: [.posixPermissions: 0o600])
            else { return false }
            return rename(fresh, path) == 0
        }
    }

    // MARK: - Reading

    /// The texts alone, without a decoder at every line: an arrow key must find thousands of them at once.
    ///
    /// - Parameter bytes: how much of the end of the file is read.
    public func recentInputs(lastBytes bytes: Int) -> [String] {
        lines(lastBytes: bytes).compactMap { line in
            guard let start = line.firstRange(of: Self.inputKey)?.upperBound else { return nil }
            var text: [UInt8] = []
            var index = start
            while index < line.endIndex, line[index] != 34 {
                if line[index] == 92 {
                    index += 1
                    // Everything but the plain escapes is left to the decoder.
                    guard index < line.endIndex, let byte = Self.escapes[line[index]] else {
                        return Self.entries([line]).first?.input
                    }
                    text.append(byte)
                } else {
                    text.append(line[index])
                }
                index += 1
            }
            // A line that ends inside the text was torn.
            return index < line.endIndex && line.last == 125 ? String(decoding: text, as: UTF8.self) : nil
        }
    }

    private static let inputKey = Data("\"input\":\"".utf8)
    private static let escapes: [UInt8: UInt8] = [34: 34, 92: 92, 110: 10, 116: 9, 47: 47]

    /// The inputs at the end of the file, the oldest first; those of other sessions as far as they are written.
    ///
    /// - Parameter bytes: how much of the file is read; nil reads all.
    public func entries(lastBytes bytes: Int? = nil) -> [Entry] { Self.entries(lines(lastBytes: bytes)) }

    private func lines(lastBytes bytes: Int?) -> [Data] {
        guard let handle = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? handle.close() }
        let size = (try? handle.seekToEnd()) ?? 0
        let start = bytes.map { size > UInt64($0) ? size - UInt64($0) : 0 } ?? 0
        guard (try? handle.seek(toOffset: start)) != nil, let data = try? handle.readToEnd() else { return [] }
        var lines = data.split(separator: 10)
        if start > 0, !lines.isEmpty { lines.removeFirst() }
        return lines
    }

    private static func entries(_ lines: [Data]) -> [Entry] {
        let decoder = JSONDecoder()
        var entries: [Entry] = []
        var places: [String: Int] = [:]
        for line in lines {
            // What is no record was half written by a process that was killed.
            guard let record = try? decoder.decode(Record.self, from: line) else { continue }
            let key = "\(record.session) \(record.number)"
            if let input = record.input {
                places[key] = entries.count
                entries.append(
                    Entry(
                        time: record.time, session: record.session, number: record.number, folder: record.folder ?? "",
                        input: input,
                        status: record.status))
            } else if let place = places[key] {
                entries[place].status = record.status
            }
        }
        return entries
    }
}
