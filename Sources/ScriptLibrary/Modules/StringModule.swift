import ScriptRuntime

/// `string`: the constants, and `capwords`.
enum StringModule {
    private static let lower = "abcdefghijklmnopqrstuvwxyz"
    private static let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    private static let digits = "0123456789"
    private static let punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    private static let whitespace = " \t\n\r\u{0B}\u{0C}"

    static var module: NativeModule {
        NativeModule(
            "string", doc: "Strings of letters, digits and other kinds of characters.",
            functions: [
                Native("capwords(s, sep=None)", "Capitalize the words of a string and join them with sep (default: one space).") { call in
                    let text = try call.text(0, "capwords() argument must be str")
                    let words: [Range<Int>]
                    var separator = StrObject.character(32)
                    if call[1].isNone {
                        words = text.whitespaceParts(limit: .max)
                    } else {
                        separator = try call.text(1, "must be str or None")
                        if separator.isEmpty { throw Raised.value("empty separator") }
                        words = text.parts(separator: separator, limit: .max)
                    }
                    var builder = StrBuilder(capacity: text.count)
                    for (index, word) in words.enumerated() {
                        if index > 0 { builder.append(separator) }
                        builder.append(text.slice(word.lowerBound, word.upperBound).capitalized())
                    }
                    return .str(builder.finish())
                }
            ],
            members: { _ in
                [
                    ("ascii_lowercase", .str(lower)), ("ascii_uppercase", .str(upper)), ("ascii_letters", .str(lower + upper)),
                    ("digits", .str(digits)), ("hexdigits", .str(digits + "abcdefABCDEF")), ("octdigits", .str("01234567")),
                    ("punctuation", .str(punctuation)), ("whitespace", .str(whitespace)),
                    ("printable", .str(digits + lower + upper + punctuation + whitespace)),
                ]
            })
    }
}
