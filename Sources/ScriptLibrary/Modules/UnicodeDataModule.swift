import ScriptRuntime

/// `unicodedata`, of Unicode 14.0.
enum UnicodeDataModule {
    static var module: NativeModule {
        NativeModule(
            "unicodedata", doc: "The Unicode character database, version 14.0.",
            functions: properties + numbers + [
                Native("normalize(form, unistr, /)", "Return the normal form 'form' for the Unicode string unistr: NFC, NFKC, NFD or NFKD.") { call in
                    let form = try call.text(0, "normalize() argument 1 must be str").string
                    let text = try call.text(1, "normalize() argument 2 must be str")
                    guard let form = NormalForm(rawValue: form) else { throw Raised.value("invalid normalization form") }
                    try call.interpreter.charge(count: text.count, of: 8)
                    return .str(try form.apply(to: text, call.interpreter))
                },
                Native("is_normalized(form, unistr, /)", "Return whether the Unicode string unistr is in the normal form 'form'.") { call in
                    let form = try call.text(0, "is_normalized() argument 1 must be str").string
                    let text = try call.text(1, "is_normalized() argument 2 must be str")
                    guard let form = NormalForm(rawValue: form) else { throw Raised.value("invalid normalization form") }
                    try call.interpreter.charge(count: text.count, of: 8)
                    return .bool(try form.apply(to: text, call.interpreter) == text)
                },
                Native(
                    "name(chr, default=<unset>, /)", "Returns the name assigned to the character chr as a string; without one default, or ValueError."
                ) { call in
                    if let name = UnicodeNames.name(of: try unit(call, "name")) { return .str(name) }
                    guard call.has(1) else { throw Raised.value("no such name") }
                    return call[1]
                },
                Native("lookup(name, /)", "Look up character by name.") { call in
                    let name = try call.text(0, "lookup() argument must be str").string
                    guard let unit = UnicodeNames.character(named: name) else {
                        throw Raised.key(.str("undefined character name '\(name)'"))
                    }
                    return .str(.character(unit))
                },
            ],
            members: { _ in [("unidata_version", .str("14.0.0"))] })
    }

    private static func unit(_ call: Call, _ function: String) throws -> UInt32 {
        guard case .str(let text) = call.plain(0), text.count == 1 else {
            let shown = call.shortTypeName(call[0])
            throw Raised.type(
                "\(function)() argument\(function == "name" || function == "decimal" || function == "digit" || function == "numeric" ? " 1" : "") must be a unicode character, not \(shown)"
            )
        }
        return text[0]
    }

    private static func property(_ name: String, _ doc: String, _ value: @escaping (UnicodeTable.Record) -> Value) -> Native {
        Native("\(name)(chr, /)", doc) { value(UnicodeTable.record(try unit($0, name))) }
    }

    private static var properties: [Native] {
        [
            property("category", "Returns the general category assigned to the character chr as string.") { .str($0.category) },
            property("combining", "Returns the canonical combining class assigned to the character chr as integer.") { .int($0.combiningClass) },
            property("bidirectional", "Returns the bidirectional class assigned to the character chr as string.") { .str($0.bidirectional) },
            property("east_asian_width", "Returns the east asian width assigned to the character chr as string.") { .str($0.eastAsianWidth) },
            Native("decomposition(chr, /)", "Returns the character decomposition mapping assigned to the character chr as string.") { call in
                .str(UnicodeTable.decomposition(try unit(call, "decomposition")))
            },
            property("mirrored", "Returns the mirrored property assigned to the character chr as integer.") {
                .int($0.flags.contains(.mirrored) ? 1 : 0)
            },
        ]
    }

    private static func number(_ name: String, _ missing: String, _ value: @escaping (UInt32) -> Value?) -> Native {
        Native("\(name)(chr, default=<unset>, /)", "Returns the \(name) value of the character; without one default, or ValueError.") { call in
            if let number = value(try unit(call, name)) { return number }
            guard call.has(1) else { throw Raised.value(missing) }
            return call[1]
        }
    }

    private static var numbers: [Native] {
        [
            number("decimal", "not a decimal") { UnicodeTable.decimal($0).map { .int($0) } },
            number("digit", "not a digit") { UnicodeTable.digit($0).map { .int($0) } },
            number("numeric", "not a numeric character") { UnicodeTable.numeric($0).map { .float($0) } },
        ]
    }
}
