import Foundation

/// The encodings in which coordinate tables are found, most preferred first.
enum TextEncoding: String, CaseIterable {
    case utf8 = "utf8"
    case cp932 = "cp932"
    case shiftJISX0213 = "shift_jisx0213"
    case shiftJIS = "shift_jis"

    /// The bytes as UTF-8 without a byte order mark, and the encoding they were in: the most preferred one in which they are valid.
    static func decode(_ bytes: [UInt8]) -> (text: [UInt8], encoding: TextEncoding)? {
        for encoding in allCases {
            guard var text = encoding.convert(bytes) else { continue }
            if text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
            return (text, encoding)
        }
        return nil
    }

    /// The bytes as UTF-8, or nil when they are not valid in this encoding.
    private func convert(_ bytes: [UInt8]) -> [UInt8]? {
        if self == .utf8 { return String(validating: bytes, as: UTF8.self) == nil ? nil : bytes }
        let descriptor = iconv_open("UTF-8", rawValue.uppercased())
        guard Int(bitPattern: descriptor) != -1 else { return nil }
        defer { _ = iconv_close(descriptor) }
        var input = bytes
        var complete = false
        // A character of these encodings takes one or two bytes and at most six as UTF-8 (two scalars of three).
        let output = [UInt8](unsafeUninitializedCapacity: bytes.count * 6 + 16) { buffer, count in
            var room = buffer.count
            input.withUnsafeMutableBytes { source in
                // `from` and `to` stay inside the two buffers: iconv moves them by at most `rest` and `room` bytes.
                var from = source.baseAddress?.assumingMemoryBound(to: CChar.self)
                var rest = source.count
                var to = UnsafeMutableRawBufferPointer(buffer).baseAddress?.assumingMemoryBound(to: CChar.self)
                complete =
                    iconv(descriptor, &from, &rest, &to, &room) != -1 && iconv(descriptor, nil, nil, &to, &room) != -1
                    && rest == 0
            }
            count = buffer.count - room
        }
        return complete ? output : nil
    }
}
