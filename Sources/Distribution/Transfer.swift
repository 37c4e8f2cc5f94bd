internal import CCurl
import Foundation

/// One request for the rest of a file, by libcurl.
struct Transfer {
    /// How a request ended.
    enum Ending: Equatable {
        /// Everything that the server has is in the file.
        case complete
        /// Something that may go better the next time.
        case broken(String)
        /// The server's answer is final.
        case refused(status: Int)
        case system(code: Int32)
        /// libcurl, which is loaded at its first use, is not there.
        case noLibrary(String)
        case cancelled
    }

    let address: String
    /// Bytes that the file has already.
    let offset: Int
    /// What the server said about the version of these bytes (`ETag` or `Last-Modified`).
    let version: String?
    /// Seconds without a byte after which a server is given up.
    let patience: Int
    let isCancelled: () -> Bool

    /// Asks for what follows `offset` and writes it there; a server that sends the whole file instead is heard from the start.
    ///
    /// - Parameters:
    ///   - descriptor: of a file that may be written at any place.
    ///   - progress: told of bytes that are in the file, and of the size of the whole file when it is known.
    ///   - versioned: told of the version that the server names.
    func run(into descriptor: Int32, progress: (Int, Int?) -> Void, versioned: (String) -> Void) -> Ending {
        if let problem = curl_library_problem() { return .noLibrary(String(cString: problem)) }
        _ = Self.library
        guard let handle = curl_easy_init() else { return .broken("no connection can be made") }
        defer { curl_easy_cleanup(handle) }
        return withoutActuallyEscaping(progress) { progress in
            withoutActuallyEscaping(versioned) { versioned in
                let receiver = Receiver(
                    descriptor, offset: offset, isCancelled: isCancelled, progress: progress, versioned: versioned)
                return perform(handle, receiver)
            }
        }
    }

    /// Set up once, before the first use by any thread.
    private static let library: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private func perform(_ handle: UnsafeMutableRawPointer, _ receiver: Receiver) -> Ending {
        // The receiver outlives the request, which is over when `curl_easy_perform` returns.
        let context = Unmanaged.passUnretained(receiver).toOpaque()
        var headers: UnsafeMutablePointer<curl_slist>?
        // The part of another version would not fit what is there: then the server is to send everything.
        if offset > 0, let version { headers = curl_slist_append(nil, "If-Range: \(version)") }
        defer { curl_slist_free_all(headers) }
        curl_set_text(handle, CURLOPT_URL, address)
        curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        curl_set_text(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        curl_set_text(handle, CURLOPT_USERAGENT, "carpedm")
        curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 1)
        curl_set_long(handle, CURLOPT_MAXREDIRS, 5)
        curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        curl_set_long(handle, CURLOPT_CONNECTTIMEOUT, max(patience, 1))
        curl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
        curl_set_long(handle, CURLOPT_LOW_SPEED_TIME, max(patience, 1))
        if offset > 0 { curl_set_text(handle, CURLOPT_RANGE, "\(offset)-") }
        if headers != nil { curl_set_list(handle, CURLOPT_HTTPHEADER, headers) }
        curl_set_receiver(
            handle, context,
            { bytes, size, count, context in
                Receiver.of(context)?.header(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
            },
            { bytes, size, count, context in
                Receiver.of(context)?.body(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
            },
            { context, _, _, _, _ in Receiver.of(context)?.isCancelled() == true ? 1 : 0 })
        let code = withExtendedLifetime(receiver) { curl_easy_perform(handle) }
        return ending(code, receiver)
    }

    private func ending(_ code: CURLcode, _ receiver: Receiver) -> Ending {
        if receiver.isCancelled() { return .cancelled }
        if let code = receiver.failure { return .system(code: code) }
        if code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT { return .refused(status: 0) }
        switch receiver.status {
        case 416 where receiver.total == offset: return .complete
        case 416: return .broken("the server no longer has the same file")
        // Without an answer the status is 0.
        case ..<200, 200, 206: break
        case 408, 429, 500...: return .broken("the server answers \(receiver.status)")
        default: return .refused(status: receiver.status)
        }
        guard code == CURLE_OK else { return .broken(String(cString: curl_easy_strerror(code))) }
        if let total = receiver.total, receiver.place != total {
            return .broken("\(receiver.place) of \(total) bytes came")
        }
        return .complete
    }
}

/// Takes headers and bytes from libcurl.
private final class Receiver {
    private(set) var status = 0
    /// Bytes of the whole file, as the server states it.
    private(set) var total: Int?
    /// Where the next byte goes.
    private(set) var place: Int
    private(set) var failure: Int32?
    let isCancelled: () -> Bool

    private let descriptor: Int32
    private let offset: Int
    private let progress: (Int, Int?) -> Void
    private let versioned: (String) -> Void
    private var fields: [String: String] = [:]

    init(
        _ descriptor: Int32, offset: Int, isCancelled: @escaping () -> Bool, progress: @escaping (Int, Int?) -> Void,
        versioned: @escaping (String) -> Void
    ) {
        (self.descriptor, self.offset, place) = (descriptor, offset, offset)
        (self.isCancelled, self.progress, self.versioned) = (isCancelled, progress, versioned)
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> Receiver? {
        // The pointer that `perform` made of a receiver that is still alive.
        context.map { Unmanaged<Receiver>.fromOpaque($0).takeUnretainedValue() }
    }

    /// One line of the header; each answer (there are several with redirections) begins with its status.
    func header(_ bytes: UnsafeRawBufferPointer) -> Int {
        let line = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if line.hasPrefix("HTTP/") {
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            fields = [:]
        } else if let colon = line.firstIndex(of: ":") {
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        } else if line.isEmpty {
            begin()
        }
        return bytes.count
    }

    /// All fields of an answer are known.
    private func begin() {
        let length = fields["content-length"].flatMap { Int($0) }
        let range = fields["content-range"].map { $0.replacing("bytes", with: "").trimmingCharacters(in: .whitespaces) }
        let whole = range?.split(separator: "/").last.flatMap { Int($0) }
        switch status {
        case 206:
            total = whole
            // A part that begins elsewhere would tear the file.
            if range?.split(separator: "-").first.flatMap({ Int($0) }) != offset { failure = EPROTO }
        case 416: total = whole
        case 200:
            total = length
            place = 0
            // The server sends everything: what is there may be of another version.
            if ftruncate(descriptor, 0) != 0 { failure = errno }
        default: return
        }
        if status != 416, let version = fields["etag"] ?? fields["last-modified"] { versioned(version) }
    }

    /// A piece of the body; what comes with an error's answer is not kept.
    func body(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard failure == nil, !isCancelled() else { return 0 }
        guard status == 200 || status == 206 else { return bytes.count }
        var done = 0
        while done < bytes.count {
            // The rest of `bytes`, which lives during this call.
            let moved = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(place + done))
            if moved < 0, errno == EINTR { continue }
            guard moved > 0 else {
                failure = moved < 0 ? errno : EIO
                return 0
            }
            done += moved
        }
        place += done
        progress(place, total)
        return done
    }
}
