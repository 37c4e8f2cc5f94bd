/// What is wrong with a source before its first token.
enum SourceCheck {
    static func refusal(of source: SourceText, limits: SyntaxLimits) -> Diagnostic? {
        let bytes = source.utf8
        // The 31-bit offsets of spans are the outer limit, whatever the host allows.
        let limit = Swift.min(limits.sourceBytes, Int(Int32.max) - 16)
        if bytes.count > limit { return .sourceTooLong(bytes.count, limit: limit) }
        var isASCII = true
        var hasNull = false
        for byte in bytes {
            isASCII = isASCII && byte < 0x80
            hasNull = hasNull || byte == 0
        }
        if let foreign = foreignEncoding(source, isASCII: isASCII) { return foreign }
        if !isASCII, let offset = firstInvalid(bytes) {
            return .invalidUTF8(SourceSpan(offset..<offset + 1), byte: bytes[offset])
        }
        if hasNull, let offset = bytes.firstIndex(of: 0) { return .nullByte(SourceSpan(offset..<offset + 1)) }
        return nil
    }

    private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .emptyInput: return bytes.count - 1
            case .error: return Swift.min(offset, bytes.count - 1)
            }
        }
    }

    /// PEP 263: a comment in the first two lines may name an encoding. Only UTF-8 is read, and what means the same in it.
    private static func foreignEncoding(_ source: SourceText, isASCII: Bool) -> Diagnostic? {
        for line in 1...2 {
            let text = source.text(ofLine: line)
            let blank = text.drop { $0 == " " || $0 == "\t" || $0 == "\u{C}" || $0 == "\u{FEFF}" }
            guard blank.isEmpty || blank.hasPrefix("#") else { return nil }
            guard let match = blank.firstMatch(of: /coding[:=][ \t]*([-\w.]+)/) else { continue }
            let name = match.output.1.lowercased().replacing("_", with: "-")
            if name == "utf-8" || name.hasPrefix("utf-8-") { return nil }
            let span = SourceSpan(source.range(ofLine: line))
            // Behind a byte order mark CPython wants the one name.
            if source.utf8.starts(with: [0xEF, 0xBB, 0xBF]) { return .foreignEncoding(span, name: "\(match.output.1) with BOM") }
            if name == "utf8" || name == "u8" || name == "cp65001" { return nil }
            if isASCII && keepsASCII(name) { return nil }
            return .foreignEncoding(span, name: String(match.output.1))
        }
        return nil
    }

    /// Encodings in which a text of ASCII alone is the same text.
    private static func keepsASCII(_ name: String) -> Bool {
        let exact: Set = ["ascii", "us-ascii", "646", "l1", "latin1", "latin-1", "koi8-r", "koi8-u", "mac-roman"]
        return exact.contains(name) || ["iso-8859-", "iso8859-", "latin-1-", "cp125", "windows-125"].contains { name.hasPrefix($0) }
    }
}
