import ScriptRuntime

/// The methods of `str`.
enum StrMethods {
    static func table() -> NativeType {
        NativeType(
            "str", methods: cases + questions + searches + splits + changes + conversions,
            staticMethods: [
                Native("maketrans(x, y=<unset>, z=<unset>, /)", "Return a translation table usable for str.translate().", makeTable)
            ])
    }

    // MARK: - Case

    private static var cases: [Native] {
        func native(_ name: String, _ doc: String, _ change: @escaping (StrObject) -> StrObject) -> Native {
            Native("\(name)(self, /)", doc) { call in
                let text = try call.receiver(str: name)
                try call.interpreter.charge(bytes: text.count)
                return .str(change(text))
            }
        }
        return [
            native("upper", "Return a copy of the string converted to uppercase.") { $0.uppercased() },
            native("lower", "Return a copy of the string converted to lowercase.") { $0.lowercased() },
            native("casefold", "Return a version of the string suitable for caseless comparisons.") { $0.casefolded() },
            native("swapcase", "Convert uppercase characters to lowercase and lowercase characters to uppercase.") { $0.swappedCase() },
            native("capitalize", "Return a capitalized version of the string.") { $0.capitalized() },
            native("title", "Return a version of the string where each word is titlecased.") { $0.titlecased() },
        ]
    }

    // MARK: - Questions

    private static var questions: [Native] {
        func native(_ name: String, _ doc: String, _ question: @escaping (StrObject) -> Bool) -> Native {
            Native("\(name)(self, /)", doc) { call in
                let text = try call.receiver(str: name)
                try call.interpreter.charge(passing: text.count * 8)
                return .bool(question(text))
            }
        }
        return [
            native("isalpha", "Return True if the string is an alphabetic string, False otherwise.") {
                $0.all(CodePoint.isAlphabetic)
            },
            native("isalnum", "Return True if the string is an alpha-numeric string, False otherwise.") {
                $0.all(CodePoint.isAlphanumeric)
            },
            native("isdecimal", "Return True if the string is a decimal string, False otherwise.") {
                $0.all { Digit.value(of: $0) != nil }
            },
            native("isdigit", "Return True if the string is a digit string, False otherwise.") {
                $0.all { UnicodeTable.digit($0) != nil }
            },
            native("isnumeric", "Return True if the string is a numeric string, False otherwise.") {
                $0.all { UnicodeTable.flags($0).contains(.numeric) }
            },
            native("isspace", "Return True if the string is a whitespace string, False otherwise.") {
                $0.all(CodePoint.isSpace)
            },
            native("isprintable", "Return True if the string is printable, False otherwise.") {
                $0.isEmpty || $0.all(CodePoint.isPrintable)
            },
            native("isascii", "Return True if all characters in the string are ASCII, False otherwise.") { $0.isASCII },
            native("islower", "Return True if the string is a lowercase string, False otherwise.") { $0.isLower },
            native("isupper", "Return True if the string is an uppercase string, False otherwise.") { $0.isUpper },
            native("istitle", "Return True if the string is a title-cased string, False otherwise.") { $0.isTitle },
            native("isidentifier", "Return True if the string is a valid Python identifier, False otherwise.") { $0.isIdentifier },
        ]
    }

    // MARK: - Searches

    private static func search(_ call: Call, _ name: String, last: Bool) throws -> Int? {
        let text = try call.receiver(str: name)
        let needle = try call.text(1, "must be str")
        let (lower, upper) = try call.range(2, count: text.count)
        try call.interpreter.charge(passing: max(upper - lower, 0) * text.width)
        return last ? text.lastIndex(of: needle, from: lower, to: upper) : text.place(of: needle, from: lower, to: upper)
    }

    private static func affix(_ call: Call, _ name: String, atEnd: Bool) throws -> Value {
        let text = try call.receiver(str: name)
        let (lower, upper) = try call.range(2, count: text.count)
        func matches(_ part: StrObject) -> Bool {
            guard part.count <= upper - lower else { return false }
            return text.matches(part, at: atEnd ? upper - part.count : lower)
        }
        switch call.plain(1) {
        case .str(let part): return .bool(matches(part))
        case .tuple(let parts):
            for item in parts.items {
                guard case .str(let part) = call.interpreter.plain(item) else {
                    throw Raised.type("tuple for \(name) must only contain str, not \(call.interpreter.typeName(of: item))")
                }
                if matches(part) { return .true }
                try call.interpreter.charge(steps: 1)
            }
            return .false
        default:
            throw Raised.type(
                "\(name) first arg must be str or a tuple of str, not \(call.interpreter.typeName(of: call[1]))")
        }
    }

    private static var searches: [Native] {
        [
            Native("find(self, sub, start=None, end=None, /)", "Return the lowest index where sub is found, or -1.") { call in
                .int(try search(call, "find", last: false) ?? -1)
            },
            Native("rfind(self, sub, start=None, end=None, /)", "Return the highest index where sub is found, or -1.") { call in
                .int(try search(call, "rfind", last: true) ?? -1)
            },
            Native("index(self, sub, start=None, end=None, /)", "Return the lowest index where sub is found; ValueError when it is not.") { call in
                guard let place = try search(call, "index", last: false) else { throw Raised.value("substring not found") }
                return .int(place)
            },
            Native("rindex(self, sub, start=None, end=None, /)", "Return the highest index where sub is found; ValueError when it is not.") { call in
                guard let place = try search(call, "rindex", last: true) else { throw Raised.value("substring not found") }
                return .int(place)
            },
            Native("count(self, sub, start=None, end=None, /)", "Return the number of non-overlapping occurrences of sub.") { call in
                let text = try call.receiver(str: "count")
                let needle = try call.text(1, "must be str")
                let (lower, upper) = try call.range(2, count: text.count)
                try call.interpreter.charge(passing: max(upper - lower, 0) * text.width)
                return .int(text.count(of: needle, from: lower, to: upper))
            },
            Native(
                "startswith(self, prefix, start=None, end=None, /)", "Return True if the string starts with the prefix, or one of a tuple of them."
            ) {
                try affix($0, "startswith", atEnd: false)
            },
            Native("endswith(self, suffix, start=None, end=None, /)", "Return True if the string ends with the suffix, or one of a tuple of them.") {
                try affix($0, "endswith", atEnd: true)
            },
        ]
    }

    // MARK: - Conversions

    private static var conversions: [Native] {
        [
            Native("encode(self, /, encoding='utf-8', errors='strict')", "Encode the string using the codec registered for encoding.") { call in
                let text = try call.receiver(str: "encode")
                let encoding = try call.text(1, "encode() argument 'encoding' must be str")
                let errors = try call.text(2, "encode() argument 'errors' must be str")
                return try .bytes(BytesObject(Codec.encode(text, encoding.string, errors.string, call.interpreter)))
            },
            Native("format(self, /, *args, **kwargs)", "Return a formatted version of the string, using substitutions from args and kwargs.") {
                call in
                let text = try call.receiver(str: "format")
                guard case .tuple(let arguments) = call[1], case .dict(let keywords) = call[2] else { return .str(text) }
                return try .str(StrFormat.format(text, arguments.items, .dict(keywords), call.interpreter))
            },
            Native("format_map(self, mapping, /)", "Return a formatted version of the string, using substitutions from mapping.") { call in
                try .str(StrFormat.format(call.receiver(str: "format_map"), nil, call[1], call.interpreter))
            },
            Native("__format__(self, format_spec, /)", "Return a formatted version of the string as described by format_spec.") { call in
                let spec = try call.text(1, "__format__() argument must be str")
                return try .str(ValueFormat.text(call.receiver(str: "__format__"), spec, call.interpreter))
            },
            Native("__mod__(self, value, /)", "Return self%value.") { call in
                guard case .str(let text) = call.plain(0) else { throw OperatorMethods.wrongReceiver(call, "__mod__", "str") }
                return try .str(PercentFormat.format(text, call[1], call.interpreter))
            },
        ]
    }
}

extension Interpreter {
    /// `value[index]`, nil where that raises a `LookupError`.
    func itemOrNil(of value: Value, at index: Value) throws(Raised) -> Value? {
        do {
            return try item(of: value, at: index)
        } catch {
            if error.isInstance(of: .lookupError, self) { return nil }
            throw error
        }
    }

    /// `value.name`, nil where that raises an `AttributeError`.
    func attributeOrNil(_ value: Value, _ name: Symbol) throws(Raised) -> Value? {
        do {
            return try attribute(value, name)
        } catch {
            if error.isInstance(of: .attributeError, self) { return nil }
            throw error
        }
    }
}
