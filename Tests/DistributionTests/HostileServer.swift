import Foundation
import Synchronization

/// A web server on the loopback device that answers as it is told, one answer for each request.
final class HostileServer: Sendable {
    enum Answer: Sendable {
        /// What an honest server sends, ranges included.
        case honest
        /// Announces everything and closes after so many bytes.
        case truncated(after: Int)
        /// Announces everything, sends so many bytes and then nothing more, until the client leaves.
        case stalled(after: Int)
        /// Sends everything, whatever range was asked for.
        case ignoresRange
        /// Sends another range than the one asked for.
        case wrongRange
        case status(Int)
        case redirect(String)
        /// No answer at all.
        case closes
    }

    struct Request: Sendable, Equatable {
        var path: String
        var range: Int?
        var ifRange: String?
    }

    private struct State {
        var answers: [Answer]
        var requests: [Request] = []
        var files: [String: (bytes: [UInt8], version: String)] = [:]
    }

    private let descriptor: Int32
    private let port: UInt16
    private let state: Mutex<State>

    var address: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { state.withLock { $0.requests } }

    /// - Parameter answers: for the requests in order; later ones get honest answers.
    init(_ answers: [Answer] = []) throws {
        state = Mutex(State(answers: answers))
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let bound = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        port = UInt16(bigEndian: place.sin_port)
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                self?.serve(client)
                close(client)
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    func put(_ bytes: [UInt8], at path: String, version: String = "\"1\"") {
        state.withLock { $0.files[path] = (bytes, version) }
    }

    private func serve(_ client: Int32) {
        guard let request = Self.read(client) else { return }
        let (answer, file) = state.withLock { state -> (Answer, (bytes: [UInt8], version: String)?) in
            state.requests.append(request)
            return (state.answers.isEmpty ? .honest : state.answers.removeFirst(), state.files[request.path])
        }
        guard let file else { return Self.send(Self.head(404, [:]), client) }
        let whole = file.bytes
        let fields = ["ETag": file.version, "Content-Length": "\(whole.count)"]
        switch answer {
        case .honest:
            let isSame = request.ifRange.map { $0 == file.version } ?? true
            if let start = request.range, isSame {
                guard start < whole.count else {
                    return Self.send(Self.head(416, ["Content-Range": "bytes */\(whole.count)"]), client)
                }
                Self.send(part(start, whole, file.version), client)
            } else {
                Self.send(Self.head(200, fields) + whole, client)
            }
        case .truncated(let count):
            let start = request.range ?? 0
            let all = start > 0 ? part(start, whole, file.version) : Self.head(200, fields) + whole
            Self.send(Array(all.prefix(all.count - (whole.count - start) + count)), client)
        case .stalled(let count):
            Self.send(Self.head(200, fields) + whole.prefix(count), client)
            // Returns when the client has closed its side.
            var byte: UInt8 = 0
            _ = recv(client, &byte, 1, 0)
        case .ignoresRange: Self.send(Self.head(200, fields) + whole, client)
        case .wrongRange: Self.send(part(0, whole, file.version), client)
        case .status(let status): Self.send(Self.head(status, ["Content-Length": "5"]) + Array("nope\n".utf8), client)
        case .redirect(let target): Self.send(Self.head(302, ["Location": target, "Content-Length": "0"]), client)
        case .closes: break
        }
    }

    private func part(_ start: Int, _ whole: [UInt8], _ version: String) -> [UInt8] {
        let range = "bytes \(start)-\(whole.count - 1)/\(whole.count)"
        return Self.head(206, ["ETag": version, "Content-Length": "\(whole.count - start)", "Content-Range": range])
            + whole[start...]
    }

    private static func head(_ status: Int, _ fields: [String: String]) -> [UInt8] {
        let lines = ["HTTP/1.1 \(status) X", "Connection: close"] + fields.map { "\($0.key): \($0.value)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    private static func read(_ client: Int32) -> Request? {
        var text = ""
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !text.contains("\r\n\r\n") {
            let got = recv(client, &chunk, chunk.count, 0)
            guard got > 0 else { return nil }
            text += String(decoding: chunk[0..<got], as: UTF8.self)
        }
        let lines = text.components(separatedBy: "\r\n")
        func field(_ name: String) -> String? {
            let line = lines.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            return line.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }
        let range = field("Range").flatMap { Int($0.replacing("bytes=", with: "").replacing("-", with: "")) }
        return Request(path: lines[0].components(separatedBy: " ")[1], range: range, ifRange: field("If-Range"))
    }

    private static func send(_ bytes: [UInt8], _ client: Int32) {
        var done = 0
        while done < bytes.count {
            // The rest of `bytes`; a client that left must not end the tests by a signal.
            let moved = bytes.withUnsafeBytes { source in
                Foundation.send(client, source.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            guard moved > 0 else { return }
            done += moved
        }
    }
}
