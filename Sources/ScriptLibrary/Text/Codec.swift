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
