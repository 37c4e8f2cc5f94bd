import Foundation
import ScriptRuntime

/// An open file: Python's text and binary file objects.
///
/// A text file is decoded whole at its first read, a pipe or a device as it is read; what is written is collected and goes out in
/// blocks.
final class FileObject: HostObject, HostContext {
    let path: String
    let mode: FileMode
    let encoding: String
    let errors: String
    /// nil: every kind of line end is read as "\n".
    let newline: String?
    private unowned let state: LibraryState
    private var descriptor: Int32
    private var pending: [UInt8] = []
    /// What was read: of a binary file bytes as Latin-1.
    private var content: StrObject?
    private var position = 0
    /// Of a text whose line ends were made one: as it stands in the file.
    private var original: StrObject?
    /// The byte of the file at which the content begins, behind a byte order mark.
    private var base = 0
    /// Of a pipe or a device.
    private var stream: StreamedText?

    var isClosed: Bool { descriptor < 0 }
    /// Pipes are not.
    var isSeekable: Bool { lseek(descriptor, 0, SEEK_CUR) >= 0 }

    init(
        path: String, mode: FileMode, encoding: String, errors: String, newline: String?, _ state: LibraryState
    ) throws(Raised) {
        self.state = state
        self.path = path
        self.mode = mode
        self.encoding = encoding
        self.errors = errors
        self.newline = newline
        descriptor = Foundation.open(path, mode.flags | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw FileAccess.error(errno, path) }
        if mode.appends { lseek(descriptor, 0, SEEK_END) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            Foundation.close(descriptor)
            throw FileAccess.error(EISDIR, path)
        }
        if status.st_mode & S_IFMT != S_IFREG { stream = StreamedText() }
    }

    deinit {
        // Nobody is left to hear of an error: what can be written is.
        try? close()
    }

    var scriptTypeName: String { mode.typeName }

    var scriptSummary: String {
        if mode.isBinary { return "<_io.\(mode.typeName) name='\(path)'>" }
        return "<_io.TextIOWrapper name='\(path)' mode='\(mode.text)' encoding='\(encoding)'>"
    }

    // MARK: - Checks

    func checkOpen() throws(Raised) {
        if isClosed { throw .value("I/O operation on closed file.") }
    }

    private func checkReadable(_ interpreter: Interpreter) throws(Raised) {
        try checkOpen()
        if !mode.canRead { throw try state.unsupported(mode.isBinary ? "read" : "not readable", interpreter) }
    }

    // MARK: - Reading

    /// The text that a read is answered from, from `position` on.
    private func load(_ need: StreamedText.Need, _ interpreter: Interpreter) throws -> StrObject {
        try checkReadable(interpreter)
        if stream != nil { return try supply(need, interpreter) }
        if let content { return content }
        try flush()
        // A pipe has no place: then it counts from where it was opened.
        base = max(0, Int(lseek(descriptor, 0, SEEK_CUR)))
        var bytes: [UInt8] = []
        while case let block = try nextBlock(), !block.isEmpty {
            try StreamedText.append(block, to: &bytes, interpreter)
        }
        var text: StrObject
        if mode.isBinary {
            text = .make(latin: bytes)
        } else {
            text = try Codec.decode(bytes, encoding, errors, interpreter)
            let mark = try Codec.encode(.empty, encoding, errors, interpreter)
            if !mark.isEmpty, base == 0, bytes.starts(with: mark) || bytes.starts(with: mark.reversed()) { base = mark.count }
            let translated = newline == nil ? FileObject.universal(text) : text
            original = translated.count == text.count ? nil : text
            text = translated
        }
        content = text
        position = 0
        return text
    }

    /// Some more bytes of the file; none at its end.
    private func nextBlock() throws(Raised) -> ArraySlice<UInt8> {
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(descriptor, &block, block.count)
            if count >= 0 { return block[..<count] }
            if errno != EINTR { throw FileAccess.error(errno, path) }
        }
    }

    private func supply(_ need: StreamedText.Need, _ interpreter: Interpreter) throws -> StrObject {
        try flush()
        let kind = mode.isBinary ? nil : try Codec.kind(of: encoding, for: "decode")
        try stream?.supply(need, from: &position, kind: kind, interpreter: interpreter) {
            try nextBlock()
        } decode: { bytes in
            if mode.isBinary { return .make(latin: bytes) }
            let text = try Codec.decode(bytes, encoding, errors, interpreter)
            return newline == nil ? FileObject.universal(text) : text
        } isEnough: { text, start in
            switch need {
            case .all: false
            case .units(let count): text.count - start >= count
            case .line(let limit): lineEnd(text, from: start) != nil || limit.map { text.count - start >= $0 } ?? false
            }
        }
        return stream?.text ?? .empty
    }

    /// Every kind of line end as "\n".
    private static func universal(_ text: StrObject) -> StrObject {
        guard text.place(of: .character(13), from: 0, to: text.count) != nil else { return text }
        var builder = StrBuilder(capacity: text.count * text.width)
        var index = 0
        while index < text.count {
            let unit = text[index]
            index += 1
            if unit == 13 {
                builder.append(10)
                if index < text.count, text[index] == 10 { index += 1 }
            } else {
                builder.append(unit)
            }
        }
        return builder.finish()
    }

    /// The next `count` code points or bytes; all when nil.
    func read(_ count: Int?, _ interpreter: Interpreter) throws -> Value {
        let text = try load(count.map { .units($0) } ?? .all, interpreter)
        let end = count.map { min(text.count, position + min($0, text.count)) } ?? text.count
        defer { position = end }
        try interpreter.charge(bytes: end - position)
        return value(text.slice(position, end))
    }

    private func value(_ text: StrObject) -> Value {
        mode.isBinary ? .bytes(BytesObject(text.withLatin(Array.init) ?? [])) : .str(text)
    }

    /// The next line with its end, at most `limit` long; empty at the end of the file.
    func readLine(_ limit: Int?, _ interpreter: Interpreter) throws -> Value {
        let text = try load(.line(limit), interpreter)
        let stop = limit.map { min(text.count, position + min($0, text.count)) } ?? text.count
        var end = stop
        if let place = lineEnd(text, from: position), place < stop { end = place }
        defer { position = end }
        return value(text.slice(position, end))
    }

    /// Where the line that starts at `start` ends, its end included; nil when the text ends first.
    private func lineEnd(_ text: StrObject, from start: Int) -> Int? {
        if !mode.isBinary, let newline, newline != "\n" {
            if !newline.isEmpty {
                return text.place(of: .make(newline), from: start, to: text.count).map { $0 + newline.unicodeScalars.count }
            }
            var index = start
            while index < text.count {
                if text[index] == 10 { return index + 1 }
                if text[index] == 13 { return index + 1 < text.count && text[index + 1] == 10 ? index + 2 : index + 1 }
                index += 1
            }
            return nil
        }
        return text.place(of: .character(10), from: start, to: text.count).map { $0 + 1 }
    }

    // MARK: - Writing

    func write(_ value: Value, _ interpreter: Interpreter) throws -> Int {
        try checkOpen()
        if !mode.isBinary, !isText(interpreter.plain(value)) {
            throw Raised.type("write() argument must be str, not \(interpreter.typeName(of: value))")
        }
        if !mode.canWrite { throw try state.unsupported(mode.isBinary ? "write" : "not writable", interpreter) }
        try leaveContent()
        let count: Int
        if mode.isBinary {
            guard let bytes = try interpreter.buffer(value) else {
                throw Raised.type("a bytes-like object is required, not '\(interpreter.typeName(of: value))'")
            }
            pending += bytes
            count = bytes.count
        } else {
            guard case .str(var text) = interpreter.plain(value) else {
                throw Raised.type("write() argument must be str, not \(interpreter.typeName(of: value))")
            }
            count = text.count
            if let newline, newline == "\r" || newline == "\r\n" {
                text = try StrMethods.replaced(text, .character(10), .make(newline), limit: .max, interpreter)
            }
            pending += try Codec.encode(text, encoding, errors, interpreter)
        }
        if pending.count > 1 << 16 { try flush() }
        return count
    }

    private func isText(_ value: Value) -> Bool { if case .str = value { true } else { false } }

    func flush() throws(Raised) {
        try checkOpen()
        var start = 0
        while start < pending.count {
            let count = pending[start...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                let code = errno
                pending.removeAll()
                throw FileAccess.error(code, nil)
            }
            start += count
        }
        pending.removeAll(keepingCapacity: true)
    }

    func close() throws(Raised) {
        if isClosed { return }
        var failure: Raised?
        do { try flush() } catch { failure = error }
        if Foundation.close(descriptor) != 0, failure == nil { failure = FileAccess.error(errno, nil) }
        descriptor = -1
        content = nil
        if let failure { throw failure }
    }

    // MARK: - Position

    /// The place in bytes of the next read or write.
    ///
    /// - Throws: `OSError` where the errors of the encoding do not say how many bytes a replaced character stands for.
    func tell(_ interpreter: Interpreter) throws -> Int {
        try checkOpen()
        guard let content else {
            let place = Int(lseek(descriptor, 0, SEEK_CUR))
            if place < 0 { throw FileAccess.error(errno, nil) }
            return place + pending.count - (stream?.unread(from: position) ?? 0)
        }
        if mode.isBinary { return base + position }
        guard ["strict", "surrogateescape", "surrogatepass"].contains(errors) else {
            throw Raised(
                .osError, "cannot tell the place in a text that is read with errors='\(errors)'",
                hint: "Read it with errors='surrogateescape', or in binary mode.")
        }
        let text = original ?? content
        let mark = try Codec.encode(.empty, encoding, errors, interpreter).count
        let taken = text.slice(0, original == nil ? position : Self.place(of: position, in: text))
        return try base + Codec.encode(taken, encoding, errors, interpreter).count - mark
    }

    /// Where a place in a text with line ends made one is in the text as it was.
    private static func place(of position: Int, in text: StrObject) -> Int {
        var index = 0
        for _ in 0..<position {
            index += text[index] == 13 && index + 1 < text.count && text[index + 1] == 10 ? 2 : 1
        }
        return index
    }

    /// Forgets what was read ahead; a binary file goes on at its place, a text behind what was read of the file.
    private func leaveContent() throws(Raised) {
        guard content != nil else { return }
        content = nil
        if mode.isBinary, lseek(descriptor, off_t(base + position), SEEK_SET) < 0 { throw FileAccess.error(errno, nil) }
    }

    func seek(_ offset: Int, _ whence: Int, _ interpreter: Interpreter) throws -> Int {
        try checkOpen()
        var (offset, whence) = (offset, whence)
        if !mode.isBinary {
            if whence == 1 && offset != 0 { throw try state.unsupported("can't do nonzero cur-relative seeks", interpreter) }
            if whence == 0 && offset < 0 { throw Raised.value("negative seek position \(offset)") }
            if whence == 2 && offset != 0 { throw try state.unsupported("can't do nonzero end-relative seeks", interpreter) }
        }
        if whence == 1 {
            offset += try tell(interpreter)
            whence = 0
        }
        try flush()
        let place = lseek(descriptor, off_t(offset), whence == 0 ? SEEK_SET : SEEK_END)
        if place < 0 { throw FileAccess.error(errno, nil) }
        content = nil
        if stream != nil { (stream, position) = (StreamedText(), 0) }
        return Int(place)
    }

    func truncate(_ size: Int?, _ interpreter: Interpreter) throws -> Int {
        let size = try size ?? tell(interpreter)
        try flush()
        if !mode.canWrite { throw try state.unsupported("truncate", interpreter) }
        if ftruncate(descriptor, off_t(size)) != 0 { throw FileAccess.error(errno, nil) }
        if mode.isBinary { try leaveContent() }
        return size
    }

    // MARK: - with

    func enter(_ interpreter: Interpreter) throws -> Value {
        try checkOpen()
        return interpreter.value(of: self)
    }

    func exit(_ exception: Value, _ interpreter: Interpreter) throws -> Bool {
        try close()
        return false
    }
}

/// The second argument of `open`.
struct FileMode {
    let text: String
    let isBinary: Bool
    let canRead: Bool
    let canWrite: Bool
    let appends: Bool
    let flags: Int32

    init(_ text: String) throws(Raised) {
        let letters = Array(text.unicodeScalars)
        let kinds = letters.filter { "rwax".unicodeScalars.contains($0) }
        guard letters.allSatisfy({ "rwaxbt+".unicodeScalars.contains($0) }), Set(letters).count == letters.count else {
            throw .value("invalid mode: '\(text)'")
        }
        let plus = letters.contains("+")
        isBinary = letters.contains("b")
        if isBinary && letters.contains("t") { throw .value("can't have text and binary mode at once") }
        guard kinds.count == 1 else {
            throw .value(
                kinds.isEmpty
                    ? "Must have exactly one of create/read/write/append mode and at most one plus"
                    : "must have exactly one of create/read/write/append mode")
        }
        // Of a binary file Python tells the mode of the bytes' own file.
        let access = kinds[0] == "x" || kinds[0] == "a" ? String(kinds[0]) : kinds[0] == "r" || plus ? "r" : "w"
        self.text = isBinary ? access + "b" + (plus ? "+" : "") : text
        appends = kinds[0] == "a"
        canRead = kinds[0] == "r" || plus
        canWrite = kinds[0] != "r" || plus
        var flags = canRead && canWrite ? O_RDWR : canWrite ? O_WRONLY : O_RDONLY
        switch kinds[0] {
        case "w": flags |= O_CREAT | O_TRUNC
        case "a": flags |= O_CREAT | O_APPEND
        case "x": flags |= O_CREAT | O_EXCL
        default: break
        }
        self.flags = flags
    }

    var typeName: String {
        if !isBinary { return "TextIOWrapper" }
        return canRead && canWrite ? "BufferedRandom" : canRead ? "BufferedReader" : "BufferedWriter"
    }
}
