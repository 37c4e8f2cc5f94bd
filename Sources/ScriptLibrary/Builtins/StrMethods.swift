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
            Native("\(name)(self, /)", doc) { call in .bool(question(try call.receiver(str: name))) }
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

    // MARK: - Splits

    /// For so many ranges in an array that grows, and the strings in a list.
    static func requireRoom(forParts count: Int, _ interpreter: Interpreter) throws(Raised) {
        try interpreter.requireRoom(for: count, of: 80 + 48)
    }

    static func list(_ text: StrObject, _ parts: [Range<Int>], _ interpreter: Interpreter) throws -> Value {
        try interpreter.requireRoom(for: parts.count, of: 16)
        let list = ListObject(capacity: parts.count)
        for part in parts {
            list.append(.str(text.slice(part.lowerBound, part.upperBound)))
        }
        return .list(list)
    }

    private static func split(_ call: Call, _ name: String, fromEnd: Bool) throws -> Value {
        let text = try call.receiver(str: name)
        let given = try call.int(2)
        let limit = given < 0 ? Int.max : given
        try call.interpreter.charge(bytes: text.count)
        if call[1].isNone {
            try requireRoom(forParts: text.whitespaceEnds, call.interpreter)
            let parts = fromEnd ? text.whitespacePartsFromEnd(limit: limit) : text.whitespaceParts(limit: limit)
            return try list(text, parts, call.interpreter)
        }
        let separator = try call.text(1, "must be str or None")
        if separator.isEmpty { throw Raised.value("empty separator") }
        try requireRoom(forParts: text.count(of: separator, from: 0, to: text.count), call.interpreter)
        if !fromEnd { return .list(text.split(by: separator, limit: limit)) }
        return try list(text, text.partsFromEnd(separator: separator, limit: limit), call.interpreter)
    }

    private static func partition(_ call: Call, _ name: String, last: Bool) throws -> Value {
        let text = try call.receiver(str: name)
        let separator = try call.text(1, "must be str")
        if separator.isEmpty { throw Raised.value("empty separator") }
        let place =
            last
            ? text.lastIndex(of: separator, from: 0, to: text.count) : text.place(of: separator, from: 0, to: text.count)
        guard let place else {
            let parts: [StrObject] = last ? [.empty, .empty, text] : [text, .empty, .empty]
            return .tuple(parts.map { .str($0) })
        }
        return .tuple([
            .str(text.slice(0, place)), .str(separator), .str(text.slice(place + separator.count, text.count)),
        ])
    }

    private static func join(_ call: Call) throws -> Value {
        let separator = try call.receiver(str: "join")
        let interpreter = call.interpreter
        switch call[1] {
        case .list(let list): return .str(try interpreter.joined(list, separator))
        case .tuple(let tuple): return .str(try interpreter.joined(tuple, separator))
        default:
            guard interpreter.isIterable(call[1]) else { throw Raised.type("can only join an iterable") }
            return .str(try interpreter.joined(ListObject(interpreter.items(of: call[1])), separator))
        }
    }

    private static var splits: [Native] {
        [
            Native(
                "split(self, /, sep=None, maxsplit=-1)",
                "Return a list of the substrings, using sep as the separator; None splits at runs of whitespace."
            ) {
                try split($0, "split", fromEnd: false)
            },
            Native("rsplit(self, /, sep=None, maxsplit=-1)", "Return a list of the substrings; splitting starts at the end of the string.") {
                try split($0, "rsplit", fromEnd: true)
            },
            Native("splitlines(self, /, keepends=False)", "Return a list of the lines in the string, breaking at line boundaries.") { call in
                let text = try call.receiver(str: "splitlines")
                try requireRoom(forParts: text.lineEnds, call.interpreter)
                return try list(text, text.lines(keepingEnds: call.int(1) != 0), call.interpreter)
            },
            Native("partition(self, sep, /)", "Split at the first separator into the part before it, the separator and the part after it.") {
                try partition($0, "partition", last: false)
            },
            Native("rpartition(self, sep, /)", "Split at the last separator into the part before it, the separator and the part after it.") {
                try partition($0, "rpartition", last: true)
            },
            Native("join(self, iterable, /)", "Concatenate any number of strings, with this string between them.", join),
        ]
    }

    // MARK: - Changes

    private static func strip(_ call: Call, _ name: String, left: Bool, right: Bool) throws -> Value {
        let text = try call.receiver(str: name)
        var characters: StrObject?
        if !call[1].isNone {
            guard case .str(let given) = call.plain(1) else {
                throw Raised.type("\(name) arg must be None or str, not \(call.interpreter.typeName(of: call[1]))")
            }
            characters = given
        }
        return .str(text.stripped(characters, left: left, right: right))
    }

    private static func pad(_ call: Call, _ name: String, _ left: (Int, Int) -> Int) throws -> Value {
        let text = try call.receiver(str: name)
        let width = try call.int(1)
        guard case .str(let fill) = call.plain(2) else {
            throw Raised.type("The fill character must be a unicode character, not \(call.interpreter.typeName(of: call[2]))")
        }
        guard fill.count == 1 else { throw Raised.type("The fill character must be exactly one character long") }
        if width <= text.count { return .str(text) }
        let padding = width - text.count
        try call.interpreter.charge(count: width, of: max(text.width, fill.width))
        let before = left(padding, width)
        var builder = StrBuilder(capacity: width * max(text.width, fill.width))
        builder.append(fill[0], times: before)
        builder.append(text)
        builder.append(fill[0], times: padding - before)
        return .str(builder.finish())
    }

    private static func replace(_ call: Call) throws -> Value {
        let text = try call.receiver(str: "replace")
        let old = try call.text(1, "replace() argument 1 must be str")
        let new = try call.text(2, "replace() argument 2 must be str")
        let given = try call.int(3)
        return .str(try replaced(text, old, new, limit: given < 0 ? .max : given, call.interpreter))
    }

    static func replaced(
        _ text: StrObject, _ old: StrObject, _ new: StrObject, limit: Int, _ interpreter: Interpreter
    ) throws -> StrObject {
        if limit == 0 || old == new { return text }
        try interpreter.charge(bytes: text.count)
        if old.isEmpty { return try interleave(text, new, limit, interpreter) }
        if old.count > text.count { return text }
        let places = text.occurrences(of: old, from: 0, to: text.count, limit: limit)
        if places.isEmpty { return text }
        let width = max(text.width, new.width)
        try interpreter.charge(count: places.count, of: new.count * width)
        let length = text.count + places.count * (new.count - old.count)
        var builder = StrBuilder(capacity: max(length, 1) * width)
        var start = 0
        for place in places {
            builder.append(text, from: start, to: place)
            builder.append(new)
            start = place + old.count
        }
        builder.append(text, from: start, to: text.count)
        return builder.finish()
    }

    /// What replacing the empty string does: `new` before each code point and at the end.
    private static func interleave(
        _ text: StrObject, _ new: StrObject, _ limit: Int, _ interpreter: Interpreter
    ) throws -> StrObject {
        let times = min(limit, text.count + 1)
        try interpreter.charge(count: times, of: new.count * 4)
        var builder = StrBuilder(capacity: text.count)
        for index in 0..<text.count {
            if index < times { builder.append(new) }
            builder.append(text[index])
        }
        if text.count < times { builder.append(new) }
        return builder.finish()
    }

    private static func zeroFill(_ call: Call) throws -> Value {
        let text = try call.receiver(str: "zfill")
        let width = try call.int(1)
        if width <= text.count { return .str(text) }
        try call.interpreter.charge(count: width, of: text.width)
        let hasSign = text.count > 0 && (text[0] == 43 || text[0] == 45)
        var builder = StrBuilder(capacity: width * text.width)
        if hasSign { builder.append(text[0]) }
        builder.append(48, times: width - text.count)
        builder.append(text, from: hasSign ? 1 : 0, to: text.count)
        return .str(builder.finish())
    }

    private static var changes: [Native] {
        [
            Native("strip(self, chars=None, /)", "Return a copy of the string with leading and trailing whitespace (or characters in chars) removed.")
            {
                try strip($0, "strip", left: true, right: true)
            },
            Native("lstrip(self, chars=None, /)", "Return a copy of the string with leading whitespace (or characters in chars) removed.") {
                try strip($0, "lstrip", left: true, right: false)
            },
            Native("rstrip(self, chars=None, /)", "Return a copy of the string with trailing whitespace (or characters in chars) removed.") {
                try strip($0, "rstrip", left: false, right: true)
            },
            Native("center(self, width, fillchar=' ', /)", "Return a centered string of length width.") {
                try pad($0, "center") { padding, width in padding / 2 + (padding & width & 1) }
            },
            Native("ljust(self, width, fillchar=' ', /)", "Return a left-justified string of length width.") {
                try pad($0, "ljust") { _, _ in 0 }
            },
            Native("rjust(self, width, fillchar=' ', /)", "Return a right-justified string of length width.") {
                try pad($0, "rjust") { padding, _ in padding }
            },
            Native("zfill(self, width, /)", "Pad a numeric string with zeros on the left, to fill a field of the given width.", zeroFill),
            Native("expandtabs(self, /, tabsize=8)", "Return a copy where all tab characters are expanded using spaces.") { call in
                let text = try call.receiver(str: "expandtabs")
                guard let (length, make) = text.expandingTabs(try call.tabSize(1)) else {
                    throw Raised(.overflowError, "new string is too long")
                }
                try call.interpreter.charge(bytes: length)
                return .str(make())
            },
            Native("replace(self, old, new, count=-1, /)", "Return a copy with all occurrences of substring old replaced by new.", replace),
            Native("removeprefix(self, prefix, /)", "Return a str with the given prefix string removed if present.") { call in
                let text = try call.receiver(str: "removeprefix")
                let prefix = try call.text(1, "removeprefix() argument must be str")
                return .str(text.matches(prefix, at: 0) ? text.slice(prefix.count, text.count) : text)
            },
            Native("removesuffix(self, suffix, /)", "Return a str with the given suffix string removed if present.") { call in
                let text = try call.receiver(str: "removesuffix")
                let suffix = try call.text(1, "removesuffix() argument must be str")
                let start = text.count - suffix.count
                return .str(!suffix.isEmpty && text.matches(suffix, at: start) ? text.slice(0, start) : text)
            },
            Native("translate(self, table, /)", "Replace each character in the string using the given translation table.", translate),
        ]
    }

    // MARK: - Translation

    private static func translate(_ call: Call) throws -> Value {
        let text = try call.receiver(str: "translate")
        let interpreter = call.interpreter
        var known: [UInt32: StrObject] = [:]
        var builder = StrBuilder(capacity: text.count)
        for index in 0..<text.count {
            let unit = text[index]
            if let replacement = known[unit] {
                try interpreter.append(replacement, to: &builder)
                continue
            }
            try interpreter.charge(steps: 1)
            let replacement = try replacement(of: unit, in: call[1], interpreter)
            // A dict gives the same answer each time; anything else may be a script's and is asked again.
            if case .dict = call[1] { known[unit] = replacement }
            try interpreter.charge(bytes: replacement.count)
            try interpreter.append(replacement, to: &builder)
        }
        return .str(builder.finish())
    }

    private static func replacement(of unit: UInt32, in table: Value, _ interpreter: Interpreter) throws -> StrObject {
        guard let found = try interpreter.itemOrNil(of: table, at: .int(Int(unit))) else { return .character(unit) }
        switch interpreter.plain(found) {
        case .none: return .empty
        case .str(let text): return text
        case .int(let code):
            guard code >= 0, code < 0x110000 else { throw Raised.value("character mapping must be in range(0x110000)") }
            return .character(UInt32(code))
        case .bool(let value): return .character(value ? 1 : 0)
        case .bigInt: throw Raised(.overflowError, "Python int too large to convert to C long")
        default: throw Raised.type("character mapping must return integer, None or str")
        }
    }

    private static func makeTable(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        let table = DictObject()
        guard call.has(1) else {
            guard case .dict(let given) = call.plain(0) else {
                throw Raised.type("if you give only one argument to maketrans it must be a dict")
            }
            for (key, value) in given.entries {
                switch interpreter.plain(key) {
                case .int, .bool, .bigInt: try interpreter.set(table, key, value)
                case .str(let text):
                    guard text.count == 1 else { throw Raised.value("string keys in translate table must be of length 1") }
                    try interpreter.set(table, .int(Int(text[0])), value)
                default: throw Raised.type("keys in translate table must be strings or integers")
                }
            }
            return .dict(table)
        }
        guard case .str(let from) = call.plain(0) else {
            throw Raised.type("first maketrans argument must be a string if there is a second argument")
        }
        let to = try call.text(1, "maketrans() argument 2 must be str")
        guard from.count == to.count else { throw Raised.value("the first two maketrans arguments must have equal length") }
        for index in 0..<from.count { try interpreter.set(table, .int(Int(from[index])), .int(Int(to[index]))) }
        if call.has(2) {
            let removed = try call.text(2, "maketrans() argument 3 must be str")
            for unit in removed.units { try interpreter.set(table, .int(Int(unit)), .none) }
        }
        return .dict(table)
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
