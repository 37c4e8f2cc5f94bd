package import ScriptRuntime

/// `str.encode` and `bytes.decode`.
package enum Codec {
    /// The encodings, by what their names normalize to.
    enum Kind: Equatable {
        case utf8, utf8WithSignature, ascii, latin
        case utf16(ByteOrder), utf32(ByteOrder)
        /// One of the C library's, with the name that messages use and the name of the library.
        case system(String, String)
    }

    /// `marked`: a byte order mark is written, and obeyed when reading.
    enum ByteOrder { case little, big, marked }

    package static func encode(
        _ text: StrObject, _ encoding: String = "utf-8", _ errors: String = "strict", _ interpreter: Interpreter
    ) throws(Raised) -> [UInt8] {
        let kind = try kind(of: encoding)
        try interpreter.charge(count: text.count, of: 4)
        if text.isASCII {
            switch kind {
            case .utf8, .ascii, .latin: return text.withLatin(Array.init) ?? []
            default: break
            }
        }
        var encoder = Encoder(text, kind, encoding, errors, interpreter)
        return try encoder.run()
    }

    package static func decode(
        _ bytes: [UInt8], _ encoding: String = "utf-8", _ errors: String = "strict", _ interpreter: Interpreter
    ) throws(Raised) -> StrObject {
        let kind = try kind(of: encoding, for: "decode")
        try interpreter.charge(count: bytes.count, of: 2)
        if kind == .latin { return .make(latin: bytes) }
        if kind == .utf8 || kind == .ascii, !bytes.contains(where: { $0 >= 128 }) { return .make(latin: bytes) }
        // The signature is not part of what messages count.
        let hasSignature = kind == .utf8WithSignature && bytes.starts(with: [0xEF, 0xBB, 0xBF])
        var decoder = Decoder(hasSignature ? Array(bytes.dropFirst(3)) : bytes, kind, encoding, errors, interpreter)
        return try decoder.run()
    }

    // MARK: - Names

    private static let names: [String: Kind] = [
        "utf_8": .utf8, "utf8": .utf8, "u8": .utf8, "utf": .utf8, "cp65001": .utf8, "utf8_ucs2": .utf8, "utf8_ucs4": .utf8,
        "utf_8_sig": .utf8WithSignature, "ascii": .ascii, "us_ascii": .ascii, "646": .ascii, "ansi_x3.4_1968": .ascii,
        "latin_1": .latin, "latin1": .latin, "iso_8859_1": .latin, "iso8859_1": .latin, "8859": .latin, "latin": .latin,
        "l1": .latin, "cp819": .latin, "iso8859": .latin, "utf_16": .utf16(.marked), "utf16": .utf16(.marked), "u16": .utf16(.marked),
        "utf_16_le": .utf16(.little), "utf_16le": .utf16(.little), "utf_16_be": .utf16(.big), "utf_16be": .utf16(.big),
        "utf_32": .utf32(.marked), "utf32": .utf32(.marked), "u32": .utf32(.marked), "utf_32_le": .utf32(.little),
        "utf_32le": .utf32(.little), "utf_32_be": .utf32(.big), "utf_32be": .utf32(.big),
        "cp932": .system("cp932", "CP932"), "932": .system("cp932", "CP932"), "ms932": .system("cp932", "CP932"),
        "mskanji": .system("cp932", "CP932"), "ms_kanji": .system("cp932", "CP932"), "windows_31j": .system("cp932", "CP932"),
        "shift_jis": .system("shift_jis", "SHIFT_JIS"), "shiftjis": .system("shift_jis", "SHIFT_JIS"),
        "sjis": .system("shift_jis", "SHIFT_JIS"), "s_jis": .system("shift_jis", "SHIFT_JIS"),
        "csshiftjis": .system("shift_jis", "SHIFT_JIS"),
        "euc_jp": .system("euc_jp", "EUC-JP"), "eucjp": .system("euc_jp", "EUC-JP"), "ujis": .system("euc_jp", "EUC-JP"),
        "u_jis": .system("euc_jp", "EUC-JP"),
    ]

    /// CPython's codecs that do not lead between text and bytes.
    private static let notOfText: Set<String> = [
        "rot13", "rot_13", "base64", "base64_codec", "base_64", "bz2", "bz2_codec", "hex", "hex_codec", "quopri", "quopri_codec",
        "quoted_printable", "quotedprintable", "uu", "uu_codec", "zip", "zlib", "zlib_codec",
    ]

    static func kind(of encoding: String, for verb: String = "encode") throws(Raised) -> Kind {
        if encoding == "utf-8" { return .utf8 }
        var name = ""
        for scalar in encoding.unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9", ".": name.unicodeScalars.append(scalar)
            case "A"..."Z": name.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) + 32))
            default: if !name.isEmpty, name.unicodeScalars.last != "_" { name += "_" }
            }
        }
        if notOfText.contains(name) {
            throw Raised(.lookupError, "'\(encoding)' is not a text encoding; use codecs.\(verb)() to handle arbitrary codecs")
        }
        guard let kind = names[name] else {
            throw Raised(
                .lookupError, "unknown encoding: \(encoding)",
                hint: "Use one of utf-8, utf-8-sig, utf-16, utf-32, ascii, latin-1, cp932, shift_jis, euc_jp.")
        }
        return kind
    }

    // MARK: - Errors

    static func encodeError(_ name: String, _ text: StrObject, _ range: Range<Int>, _ reason: String) -> Raised {
        Raised(
            .unicodeEncodeError,
            arguments: [.str(name), .str(text), .int(range.lowerBound), .int(range.upperBound), .str(reason)])
    }

    static func decodeError(_ name: String, _ bytes: [UInt8], _ range: Range<Int>, _ reason: String) -> Raised {
        Raised(
            .unicodeDecodeError,
            arguments: [
                .str(name), .bytes(BytesObject(bytes)), .int(range.lowerBound), .int(range.upperBound), .str(reason),
            ])
    }

    /// CPython tells more where a codec is found by its name than where it is built in.
    static func unknownHandler(_ name: String, _ kind: Kind, _ encoding: String, _ what: String) -> Raised {
        let message = "unknown error handler name '\(name)'"
        switch kind {
        case .utf8, .ascii, .latin, .utf16(.marked), .utf32(.marked): return Raised(.lookupError, message)
        default: return Raised(.lookupError, "\(what) with '\(encoding)' codec failed (LookupError: \(message))")
        }
    }
}

/// Text to bytes, code point by code point.
private struct Encoder {
    private let text: StrObject
    private let kind: Codec.Kind
    private let encoding: String
    private let errors: String
    private let interpreter: Interpreter
    private var system: SystemCodec?
    private var result: [UInt8] = []

    init(_ text: StrObject, _ kind: Codec.Kind, _ encoding: String, _ errors: String, _ interpreter: Interpreter) {
        self.text = text
        self.kind = kind
        self.encoding = encoding
        self.errors = errors
        self.interpreter = interpreter
        result.reserveCapacity(text.count * 2)
    }

    mutating func run() throws(Raised) -> [UInt8] {
        var name: String
        var reason = "surrogates not allowed"
        switch kind {
        case .utf8: name = "utf-8"
        case .utf8WithSignature:
            name = "utf-8"
            result += [0xEF, 0xBB, 0xBF]
        case .ascii:
            name = "ascii"
            reason = "ordinal not in range(128)"
        case .latin:
            name = "latin-1"
            reason = "ordinal not in range(256)"
        case .utf16(let order):
            name = "utf-16" + Encoder.suffix(order)
            if order == .marked { result += [0xFF, 0xFE] }
        case .utf32(let order):
            name = "utf-32" + Encoder.suffix(order)
            if order == .marked { result += [0xFF, 0xFE, 0, 0] }
        case .system(let own, let library):
            name = own
            reason = "illegal multibyte sequence"
            system = try SystemCodec(library)
        }
        var index = 0
        while index < text.count {
            if append(text[index]) {
                index += 1
                continue
            }
            // One-byte codecs and UTF-8 report a run of characters, the others each by itself.
            var end = index + 1
            if reportsRuns { while end < text.count, !isEncodable(text[end]) { end += 1 } }
            try handle(index..<end, name, reason)
            index = end
        }
        return result
    }

    private var reportsRuns: Bool {
        switch kind {
        case .utf16, .utf32, .system: false
        default: true
        }
    }

    private static func suffix(_ order: Codec.ByteOrder) -> String {
        switch order {
        case .little: "-le"
        case .big: "-be"
        case .marked: ""
        }
    }

    private func isEncodable(_ unit: UInt32) -> Bool {
        switch kind {
        case .ascii: unit < 128
        case .latin: unit < 256
        default: unit & 0xFFFF_F800 != 0xD800
        }
    }

    /// False when the encoding does not have the code point.
    private mutating func append(_ unit: UInt32) -> Bool {
        if let system {
            guard let bytes = system.encode(unit) else { return false }
            result += bytes
            return true
        }
        guard isEncodable(unit) else { return false }
        appendUnchecked(unit)
        return true
    }

    private mutating func appendUnchecked(_ unit: UInt32) {
        switch kind {
        case .ascii, .latin, .system: result.append(UInt8(truncatingIfNeeded: unit))
        case .utf8, .utf8WithSignature: Encoder.appendUTF8(unit, to: &result)
        case .utf16(let order):
            if unit < 0x10000 {
                append16(UInt16(unit), order)
            } else {
                append16(UInt16(0xD800 + (unit - 0x10000) >> 10), order)
                append16(UInt16(0xDC00 + (unit - 0x10000) & 0x3FF), order)
            }
        case .utf32(let order):
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: unit >> (8 * $0)) }
            result += order == .big ? bytes.reversed() : bytes
        }
    }

    private mutating func append16(_ unit: UInt16, _ order: Codec.ByteOrder) {
        let bytes = [UInt8(unit & 255), UInt8(unit >> 8)]
        result += order == .big ? bytes.reversed() : bytes
    }

    private static func appendUTF8(_ unit: UInt32, to result: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (unit >> shift) & 0x3F) }
        switch unit {
        case 0..<0x80: result.append(UInt8(unit))
        case 0..<0x800: result += [UInt8(0xC0 | unit >> 6), tail(0)]
        case 0..<0x10000: result += [UInt8(0xE0 | unit >> 12), tail(6), tail(0)]
        default: result += [UInt8(0xF0 | unit >> 18), tail(12), tail(6), tail(0)]
        }
    }

    private mutating func handle(_ range: Range<Int>, _ name: String, _ reason: String) throws(Raised) {
        var replacement = ""
        for index in range {
            let unit = text[index]
            switch errors {
            case "strict": throw Codec.encodeError(name, text, range, reason)
            case "ignore": break
            case "replace": replacement += "?"
            case "backslashreplace": replacement += Quoting.escape(unit)
            case "xmlcharrefreplace": replacement += "&#\(unit);"
            case "namereplace":
                if let known = UnicodeNames.name(of: unit) { replacement += "\\N{\(known)}" } else { replacement += Quoting.escape(unit) }
            case "surrogateescape":
                guard (0xDC80...0xDCFF).contains(unit) else { throw Codec.encodeError(name, text, range, reason) }
                switch kind {
                case .utf16, .utf32: throw Codec.encodeError(name, text, range, reason)
                default: result.append(UInt8(unit - 0xDC00))
                }
            case "surrogatepass":
                guard unit & 0xFFFF_F800 == 0xD800 else { throw Codec.encodeError(name, text, range, reason) }
                switch kind {
                case .utf8, .utf8WithSignature, .utf16, .utf32: appendUnchecked(unit)
                default: throw Codec.encodeError(name, text, range, reason)
                }
            default: throw Codec.unknownHandler(errors, kind, encoding, "encoding")
            }
        }
        for scalar in replacement.unicodeScalars { _ = append(scalar.value) }
    }
}

/// Bytes to text.
private struct Decoder {
    private let bytes: [UInt8]
    private let kind: Codec.Kind
    private let encoding: String
    private let errors: String
    private let interpreter: Interpreter
    private var result: StrBuilder
    private var position = 0

    init(_ bytes: [UInt8], _ kind: Codec.Kind, _ encoding: String, _ errors: String, _ interpreter: Interpreter) {
        self.bytes = bytes
        self.kind = kind
        self.encoding = encoding
        self.errors = errors
        self.interpreter = interpreter
        result = StrBuilder(capacity: bytes.count)
    }

    mutating func run() throws(Raised) -> StrObject {
        switch kind {
        case .utf8, .utf8WithSignature: try utf8()
        case .ascii:
            while position < bytes.count {
                if bytes[position] < 128 {
                    result.append(UInt32(bytes[position]))
                    position += 1
                } else {
                    try handle(1, "ascii", "ordinal not in range(128)")
                }
            }
        case .latin: result.append(.make(latin: bytes))
        case .utf16(let order): try utf16(order)
        case .utf32(let order): try utf32(order)
        case .system(let own, let library): try multibyte(own, SystemCodec(library))
        }
        return result.finish()
    }

    private mutating func utf8() throws(Raised) {
        while position < bytes.count {
            let lead = bytes[position]
            if lead < 0x80 {
                result.append(UInt32(lead))
                position += 1
                continue
            }
            guard lead >= 0xC2, lead < 0xF5 else {
                try handle(1, "utf-8", "invalid start byte")
                continue
            }
            let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            var unit = UInt32(lead) & (0x7F >> UInt32(length))
            var read = 1
            while read < length, position + read < bytes.count, isContinuation(bytes[position + read], lead, read) {
                unit = unit << 6 | UInt32(bytes[position + read] & 0x3F)
                read += 1
            }
            if read == length {
                result.append(unit)
                position += length
            } else if position + read >= bytes.count {
                try handle(bytes.count - position, "utf-8", "unexpected end of data")
            } else {
                try handle(read, "utf-8", "invalid continuation byte")
            }
        }
    }

    /// Whether a byte may stand at `place` after `lead`: no overlong forms, no surrogates, nothing above U+10FFFF.
    private func isContinuation(_ byte: UInt8, _ lead: UInt8, _ place: Int) -> Bool {
        guard byte & 0xC0 == 0x80 else { return false }
        guard place == 1 else { return true }
        switch lead {
        case 0xE0: return byte >= 0xA0
        case 0xED: return byte < 0xA0
        case 0xF0: return byte >= 0x90
        case 0xF4: return byte < 0x90
        default: return true
        }
    }

    private mutating func utf16(_ order: Codec.ByteOrder) throws(Raised) {
        var isBig = order == .big
        if order == .marked, bytes.count >= 2, bytes[0] == 0xFE && bytes[1] == 0xFF || bytes[0] == 0xFF && bytes[1] == 0xFE {
            isBig = bytes[0] == 0xFE
            position = 2
        }
        let name = isBig ? "utf-16-be" : "utf-16-le"
        func unit(_ place: Int) -> UInt32 {
            let (a, b) = (UInt32(bytes[place]), UInt32(bytes[place + 1]))
            return isBig ? a << 8 | b : b << 8 | a
        }
        while position < bytes.count {
            guard position + 2 <= bytes.count else {
                try handle(1, name, "truncated data")
                continue
            }
            let first = unit(position)
            if first & 0xF800 != 0xD800 {
                result.append(first)
                position += 2
            } else if first >= 0xDC00 {
                try handle(2, name, "illegal encoding")
            } else if position + 4 > bytes.count {
                try handle(bytes.count - position, name, "unexpected end of data")
            } else if unit(position + 2) & 0xFC00 == 0xDC00 {
                result.append(0x10000 + (first & 0x3FF) << 10 + unit(position + 2) & 0x3FF)
                position += 4
            } else {
                try handle(2, name, "illegal UTF-16 surrogate")
            }
        }
    }

    private mutating func utf32(_ order: Codec.ByteOrder) throws(Raised) {
        var isBig = order == .big
        if order == .marked, bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            isBig = bytes[0] == 0
            position = 4
        }
        let name = isBig ? "utf-32-be" : "utf-32-le"
        while position < bytes.count {
            guard position + 4 <= bytes.count else {
                try handle(bytes.count - position, name, "truncated data")
                continue
            }
            var unit: UInt32 = 0
            for place in 0..<4 { unit = unit << 8 | UInt32(bytes[position + (isBig ? place : 3 - place)]) }
            if unit >= 0x110000 {
                try handle(4, name, "code point not in range(0x110000)")
            } else if unit & 0xFFFF_F800 == 0xD800 {
                try handle(4, name, "code point in surrogate code point range(0xd800, 0xe000)")
            } else {
                result.append(unit)
                position += 4
            }
        }
    }

    private mutating func multibyte(_ name: String, _ system: SystemCodec) throws(Raised) {
        while position < bytes.count {
            switch system.decode(bytes, at: position) {
            case .text(let units, let length):
                for unit in units { result.append(unit) }
                position += length
            case .incomplete: try handle(bytes.count - position, name, "incomplete multibyte sequence")
            case .illegal(let length): try handle(length, name, "illegal multibyte sequence")
            }
        }
    }

    /// The surrogate that begins here, and the bytes it takes.
    private func surrogate(_ name: String) -> (UInt32, Int)? {
        let rest = bytes[position...].prefix(4).map { UInt32($0) }
        let unit: UInt32
        let length: Int
        switch name {
        case "utf-8":
            guard rest.count >= 3, rest[0] == 0xED, rest[1] & 0xC0 == 0x80, rest[2] & 0xC0 == 0x80 else { return nil }
            (unit, length) = (0xD000 | (rest[1] & 0x3F) << 6 | rest[2] & 0x3F, 3)
        case "utf-16-le", "utf-16-be":
            guard rest.count >= 2 else { return nil }
            (unit, length) = (name == "utf-16-be" ? rest[0] << 8 | rest[1] : rest[1] << 8 | rest[0], 2)
        case "utf-32-le", "utf-32-be":
            guard rest.count == 4 else { return nil }
            let ordered = name == "utf-32-be" ? rest : rest.reversed()
            (unit, length) = (ordered.reduce(0) { $0 << 8 | $1 }, 4)
        default: return nil
        }
        return unit & 0xFFFF_F800 == 0xD800 ? (unit, length) : nil
    }

    /// Applies the error handler to the next `length` bytes.
    private mutating func handle(_ length: Int, _ name: String, _ reason: String) throws(Raised) {
        let range = position..<(position + length)
        switch errors {
        case "strict": throw Codec.decodeError(name, bytes, range, reason)
        case "ignore": break
        case "replace": result.append(0xFFFD)
        case "backslashreplace": for byte in bytes[range] { result.append(Quoting.escape(UInt32(byte))) }
        case "surrogateescape":
            let escaped = bytes[range].prefix(4).prefix { $0 >= 128 }
            if escaped.isEmpty { throw Codec.decodeError(name, bytes, range, reason) }
            for byte in escaped { result.append(0xDC00 + UInt32(byte)) }
            position = escaped.endIndex
            return
        case "surrogatepass":
            guard let (unit, length) = surrogate(name) else { throw Codec.decodeError(name, bytes, range, reason) }
            result.append(unit)
            position += length
            return
        default: throw Codec.unknownHandler(errors, kind, encoding, "decoding")
        }
        position = range.upperBound
    }
}
