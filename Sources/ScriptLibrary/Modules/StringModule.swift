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
                    // By the methods of what is given, as in CPython.
                    let interpreter = call.interpreter
                    let separator: Value = try call[1].isNone || !call.truth(1) ? .str(" ") : call[1]
                    let join = try interpreter.attribute(separator, "join")
                    let words = try interpreter.callMethod(call[0], named: "split", [call[1]])
                    let capitalized = try interpreter.items(of: words).map { word -> Value in
                        guard case .str(let text) = interpreter.plain(word) else {
                            let given = interpreter.typeName(of: word)
                            throw Raised.type("descriptor 'capitalize' for 'str' objects doesn't apply to a '\(given)' object")
                        }
                        return .str(text.capitalized())
                    }
                    return try interpreter.call(join, [.list(capitalized)])
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
