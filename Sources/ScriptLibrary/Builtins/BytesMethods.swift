import ScriptRuntime

/// `bytes`: constructor and methods. The algorithms of `str` work on them as Latin-1 text; only what depends on
/// letters and spaces is ASCII's here.
enum BytesMethods {
    static func install(in interpreter: Interpreter) {
        interpreter.setConstructor(
            of: interpreter.types.bytes,
            Native(
                "bytes(source=<unset>, encoding=<unset>, errors=<unset>)",
                "An immutable array of bytes from an iterable of integers, a string, a length, or bytes.", make))
        interpreter.extend(interpreter.types.bytes, table)
    }

    // MARK: - Constructor

    private static func make(_ call: Call) throws -> Value {
        if call.has(0), !call.has(1), !call.has(2), case .bytes = call[0] { return call[0] }
        return .bytes(BytesObject(try made([call[0], call[1], call[2]], "bytes", call.interpreter)))
    }

    /// The bytes that source, encoding and errors describe.
    static func made(_ arguments: [Value], _ name: String, _ interpreter: Interpreter) throws -> [UInt8] {
        let source = arguments[0]
        let (encoding, errors) = (arguments[1], arguments[2])
        if !source.isUndefined, case .str(let text) = interpreter.plain(source) {
            guard !encoding.isUndefined else { throw Raised.type("string argument without an encoding") }
            return try Codec.encode(
                text, self.text(encoding, name, "encoding", interpreter),
                errors.isUndefined ? "strict" : self.text(errors, name, "errors", interpreter), interpreter)
        }
        if !encoding.isUndefined || !errors.isUndefined {
            throw Raised.type("\(encoding.isUndefined ? "errors" : "encoding") without a string argument")
        }
        if source.isUndefined { return [] }
        if let method = interpreter.method(source, "__bytes__") {
            let result = try interpreter.call(method, [source])
            guard case .bytes(let bytes) = interpreter.plain(result) else {
                throw Raised.type("__bytes__ returned non-bytes (type \(interpreter.typeName(of: result)))")
            }
            return bytes.bytes
        }
        switch interpreter.plain(source) {
        case .bigInt: throw Raised(.overflowError, "cannot fit 'int' into an index-sized integer")
        case .int, .bool:
            return try zeros(interpreter.index(source), name, interpreter)
        default:
            if interpreter.method(source, "__index__") != nil {
                do {
                    return try zeros(interpreter.index(source), name, interpreter)
                } catch let raised as Raised where raised.isInstance(of: .typeError, interpreter) {
                    // As in CPython, what has no number after all may be an iterable.
                }
            }
            if name == "bytes" { try interpreter.askLength(source) }
            return try bytes(from: source, interpreter, for: name)
        }
    }

    /// The length beyond which CPython says that bytes are too large, before it asks for the memory.
    static let longest = Int.max - 33

    /// For the result of a method; a bytearray asks for the memory at once.
    private static func checkLength(_ count: Int, _ call: Call) throws(Raised) {
        if case .bytes = call[0], count > longest { throw Raised(.overflowError, "byte string is too large") }
    }

    private static func zeros(_ count: Int, _ name: String, _ interpreter: Interpreter) throws -> [UInt8] {
        if count < 0 { throw Raised.value("negative count") }
        if name == "bytes", count > longest { throw Raised(.overflowError, "byte string is too large") }
        try interpreter.charge(bytes: count)
        return [UInt8](repeating: 0, count: count)
    }

    private static func text(_ value: Value, _ name: String, _ parameter: String, _ interpreter: Interpreter) throws -> String {
        guard case .str(let text) = interpreter.plain(value) else {
            throw Raised.type("\(name)() argument '\(parameter)' must be str, not \(value.isNone ? "None" : interpreter.typeName(of: value))")
        }
        return text.string
    }

    /// From bytes or an iterable of integers.
    static func bytes(from value: Value, _ interpreter: Interpreter, for name: String = "bytes") throws -> [UInt8] {
        if let bytes = try interpreter.buffer(value) { return bytes }
        guard interpreter.isIterable(value) else {
            throw Raised.type("cannot convert '\(interpreter.typeName(of: value))' object to \(name)")
        }
        var result: [UInt8] = []
        try interpreter.forEach(value) { item in
            guard let byte = UInt8(exactly: try interpreter.anyInteger(item)) else {
                throw Raised.value("\(name == "bytes" ? "bytes" : "byte") must be in range(0, 256)")
            }
            try interpreter.charge(bytes: 1)
            try interpreter.requireRoom(in: result)
            result.append(byte)
            return true
        }
        return result
    }

    // MARK: - Arguments

    private static func text(_ call: Call, _ method: String) throws -> StrObject {
        .make(latin: try call.receiver(bytes: method).bytes)
    }

    private static func value(_ text: StrObject) -> Value {
        .bytes(BytesObject(text.withLatin(Array.init) ?? []))
    }

    private static func part(_ call: Call, _ index: Int) throws -> StrObject {
        guard let bytes = try call.interpreter.buffer(call[index]) else {
            throw Raised.type("a bytes-like object is required, not '\(call.interpreter.typeName(of: call[index]))'")
        }
        return .make(latin: bytes)
    }

    /// Bytes, or one as a number.
    private static func needle(_ call: Call, _ index: Int) throws -> StrObject {
        switch call.plain(index) {
        case .bytes(let bytes): return .make(latin: bytes.bytes)
        case .int, .bool, .bigInt:
            guard let byte = UInt8(exactly: try call.interpreter.anyInteger(call[index])) else {
                throw Raised.value("byte must be in range(0, 256)")
            }
            return .character(UInt32(byte))
        default:
            if let bytes = try call.interpreter.buffer(call[index]) { return .make(latin: bytes) }
            if call.interpreter.method(call[index], "__index__") != nil {
                guard let byte = UInt8(exactly: try call.interpreter.index(call[index])) else {
                    throw Raised.value("byte must be in range(0, 256)")
                }
                return .character(UInt32(byte))
            }
            throw Raised.type("argument should be integer or bytes-like object, not '\(call.interpreter.typeName(of: call[index]))'")
        }
    }

    static func isSpace(_ unit: UInt32) -> Bool { unit == 32 || (unit >= 9 && unit <= 13) }
    private static func isLower(_ unit: UInt32) -> Bool { unit &- 97 < 26 }
    private static func isUpper(_ unit: UInt32) -> Bool { unit &- 65 < 26 }
    private static func isLetter(_ unit: UInt32) -> Bool { (unit | 32) &- 97 < 26 }
    private static func isDigit(_ unit: UInt32) -> Bool { unit &- 48 < 10 }

    // MARK: - Table

    private static func table() -> NativeType {
        NativeType("bytes", methods: all, staticMethods: statics, classMethods: classes)
    }

    static var all: [Native] { questions + cases + searches + splits + changes + conversions }

    static var statics: [Native] {
        [
            Native("maketrans(frm, to, /)", "Return a translation table usable for the bytes translate method.") { call in
                let (from, to) = (try part(call, 0), try part(call, 1))
                guard from.count == to.count else { throw Raised.value("maketrans arguments must have same length") }
                var table = (0..<256).map { UInt8($0) }
                for index in 0..<from.count { table[Int(from[index])] = UInt8(to[index]) }
                return .bytes(BytesObject(table))
            }
        ]
    }

    static var classes: [Native] {
        [
            Native("fromhex(cls, string, /)", "Create a bytes object from a string of hexadecimal numbers.") { call in
                .bytes(BytesObject(try fromHex(call.text(1, "fromhex() argument must be str"))))
            }
        ]
    }

    private static func fromHex(_ text: StrObject) throws -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        func digit(_ place: Int) -> UInt8? {
            guard place < text.count, text[place] < 128 else { return nil }
            return Character(Unicode.Scalar(UInt8(text[place]))).hexDigitValue.map { UInt8($0) }
        }
        while index < text.count {
            if isSpace(text[index]) {
                index += 1
                continue
            }
            guard let high = digit(index) else { throw Raised.value("non-hexadecimal number found in fromhex() arg at position \(index)") }
            guard let low = digit(index + 1) else { throw Raised.value("non-hexadecimal number found in fromhex() arg at position \(index + 1)") }
            result.append(high << 4 | low)
            index += 2
        }
        return result
    }

    private static var questions: [Native] {
        func native(_ name: String, _ doc: String, _ question: @escaping (StrObject) -> Bool) -> Native {
            Native("\(name)(self, /)", doc) { .bool(question(try text($0, name))) }
        }
        func cased(_ text: StrObject, _ wanted: (UInt32) -> Bool, _ unwanted: (UInt32) -> Bool) -> Bool {
            var found = false
            for index in 0..<text.count {
                if unwanted(text[index]) { return false }
                if wanted(text[index]) { found = true }
            }
            return found
        }
        return [
            native("isalpha", "Return True if all characters are alphabetic and there is at least one.") { $0.all(isLetter) },
            native("isalnum", "Return True if all characters are alphanumeric and there is at least one.") {
                $0.all { isLetter($0) || isDigit($0) }
            },
            native("isdigit", "Return True if all characters are digits and there is at least one.") { $0.all(isDigit) },
            native("isspace", "Return True if all characters are whitespace and there is at least one.") { $0.all(isSpace) },
            native("isascii", "Return True if B is empty or all characters in B are ASCII.") { $0.isEmpty || $0.isASCII },
            native("islower", "Return True if all cased characters are lowercase and there is at least one.") { cased($0, isLower, isUpper) },
            native("isupper", "Return True if all cased characters are uppercase and there is at least one.") { cased($0, isUpper, isLower) },
            native("istitle", "Return True if B is a titlecased string and there is at least one character in B.") { text in
                var (found, inside) = (false, false)
                for index in 0..<text.count {
                    let unit = text[index]
                    if isUpper(unit) ? inside : isLower(unit) && !inside { return false }
                    inside = isLetter(unit)
                    found = found || inside
                }
                return found
            },
        ]
    }

    private static var cases: [Native] {
        func native(_ name: String, _ doc: String, _ change: @escaping (UInt8, Int, Bool) -> UInt8) -> Native {
            Native("\(name)(self, /)", doc) { call in
                let bytes = try call.receiver(bytes: name).bytes
                try call.interpreter.charge(bytes: bytes.count)
                var inside = false
                return .bytes(
                    BytesObject(
                        bytes.enumerated().map { index, byte in
                            defer { inside = isLetter(UInt32(byte)) }
                            return change(byte, index, inside)
                        }))
            }
        }
        func upper(_ byte: UInt8) -> UInt8 { isLower(UInt32(byte)) ? byte ^ 32 : byte }
        func lower(_ byte: UInt8) -> UInt8 { isUpper(UInt32(byte)) ? byte ^ 32 : byte }
        return [
            native("upper", "Return a copy of B with all ASCII characters converted to uppercase.") { byte, _, _ in upper(byte) },
            native("lower", "Return a copy of B with all ASCII characters converted to lowercase.") { byte, _, _ in lower(byte) },
            native("swapcase", "Return a copy of B with uppercase ASCII characters converted to lowercase and vice versa.") { byte, _, _ in
                isLetter(UInt32(byte)) ? byte ^ 32 : byte
            },
            native("capitalize", "Return a copy of B with only its first character capitalized (ASCII).") { byte, index, _ in
                index == 0 ? upper(byte) : lower(byte)
            },
            native("title", "Return a titlecased version of B.") { byte, _, inside in inside ? lower(byte) : upper(byte) },
        ]
    }

    private static var searches: [Native] {
        func search(_ call: Call, _ name: String, last: Bool) throws -> Int? {
            let text = try text(call, name)
            // As in CPython, the bounds are looked at before what is searched for.
            let (lower, upper) = try call.range(2, count: text.count)
            let needle = try needle(call, 1)
            return last ? text.lastIndex(of: needle, from: lower, to: upper) : text.place(of: needle, from: lower, to: upper)
        }
        func native(_ name: String, last: Bool, throwing: Bool) -> Native {
            Native("\(name)(self, sub, start=None, end=None, /)", "Return the \(last ? "highest" : "lowest") index where sub is found.") { call in
                if let place = try search(call, name, last: last) { return .int(place) }
                if throwing { throw Raised.value("subsection not found") }
                return .int(-1)
            }
        }
        func affix(_ name: String, atEnd: Bool) -> Native {
            Native(
                "\(name)(self, prefix, start=None, end=None, /)",
                "Return True if B \(atEnd ? "ends" : "starts") with the given bytes, or one of a tuple."
            ) { call in
                let text = try text(call, name)
                let (lower, upper) = try call.range(2, count: text.count)
                let parts: [Value]
                if case .tuple(let tuple) = call.plain(1) {
                    parts = tuple.items
                } else if try call.interpreter.buffer(call[1]) != nil {
                    parts = [call[1]]
                } else {
                    throw Raised.type("\(name) first arg must be bytes or a tuple of bytes, not \(call.interpreter.typeName(of: call[1]))")
                }
                for item in parts {
                    guard let bytes = try call.interpreter.buffer(item) else {
                        throw Raised.type("a bytes-like object is required, not '\(call.interpreter.typeName(of: item))'")
                    }
                    guard bytes.count <= upper - lower else { continue }
                    if text.matches(.make(latin: bytes), at: atEnd ? upper - bytes.count : lower) { return .true }
                }
                return .false
            }
        }
        return [
            native("find", last: false, throwing: false), native("rfind", last: true, throwing: false),
            native("index", last: false, throwing: true), native("rindex", last: true, throwing: true),
            affix("startswith", atEnd: false), affix("endswith", atEnd: true),
            Native("count(self, sub, start=None, end=None, /)", "Return the number of non-overlapping occurrences of sub.") { call in
                let text = try text(call, "count")
                let (lower, upper) = try call.range(2, count: text.count)
                let needle = try needle(call, 1)
                return .int(text.count(of: needle, from: lower, to: upper))
            },
        ]
    }

    private static var splits: [Native] {
        func list(_ text: StrObject, _ parts: [Range<Int>]) -> Value {
            .list(parts.map { value(text.slice($0.lowerBound, $0.upperBound)) })
        }
        func split(_ name: String, fromEnd: Bool) -> Native {
            Native("\(name)(self, /, sep=None, maxsplit=-1)", "Return a list of the sections in the bytes, using sep as the delimiter.") { call in
                let text = try text(call, name)
                let given = try call.int(2)
                let limit = given < 0 ? Int.max : given
                if call[1].isNone {
                    try StrMethods.requireRoom(forParts: text.whitespaceEnds * 2, call.interpreter)
                    return list(text, spaced(text, limit: limit, fromEnd: fromEnd))
                }
                let separator = try part(call, 1)
                if separator.isEmpty { throw Raised.value("empty separator") }
                try StrMethods.requireRoom(forParts: 2 * text.count(of: separator, from: 0, to: text.count), call.interpreter)
                return list(
                    text,
                    fromEnd ? text.partsFromEnd(separator: separator, limit: limit) : text.parts(separator: separator, limit: limit))
            }
        }
        func partition(_ name: String, last: Bool) -> Native {
            Native("\(name)(self, sep, /)", "Partition the bytes into three parts using the given separator.") { call in
                let text = try text(call, name)
                let separator = try part(call, 1)
                if separator.isEmpty { throw Raised.value("empty separator") }
                let place =
                    last
                    ? text.lastIndex(of: separator, from: 0, to: text.count) : text.place(of: separator, from: 0, to: text.count)
                guard let place else {
                    let parts: [StrObject] = last ? [.empty, .empty, text] : [text, .empty, .empty]
                    return .tuple(parts.map(value))
                }
                let parts = [text.slice(0, place), separator, text.slice(place + separator.count, text.count)]
                return .tuple(parts.map(value))
            }
        }
        return [
            split("split", fromEnd: false), split("rsplit", fromEnd: true), partition("partition", last: false),
            partition("rpartition", last: true),
            Native("splitlines(self, /, keepends=False)", "Return a list of the lines in the bytes, breaking at line boundaries.") { call in
                let text = try text(call, "splitlines")
                try StrMethods.requireRoom(forParts: 2 * text.lineEnds, call.interpreter)
                return list(text, lines(text, keepingEnds: try call.int(1) != 0))
            },
            Native("join(self, iterable, /)", "Concatenate any number of bytes objects, with these bytes between them.") { call in
                let separator = try call.receiver(bytes: "join").bytes
                guard call.interpreter.isIterable(call[1]) else { throw Raised.type("can only join an iterable") }
                var result: [UInt8] = []
                for (index, item) in try call.items(1).enumerated() {
                    guard let bytes = try call.interpreter.buffer(item) else {
                        throw Raised.type("sequence item \(index): expected a bytes-like object, \(call.interpreter.typeName(of: item)) found")
                    }
                    try call.interpreter.charge(bytes: bytes.count + separator.count)
                    if index > 0 { result += separator }
                    result += bytes
                }
                return .bytes(BytesObject(result))
            },
        ]
    }

    /// Parts between ASCII whitespace.
    private static func spaced(_ text: StrObject, limit: Int, fromEnd: Bool) -> [Range<Int>] {
        func at(_ offset: Int) -> UInt32 { text[fromEnd ? text.count - 1 - offset : offset] }
        func range(_ lower: Int, _ upper: Int) -> Range<Int> {
            fromEnd ? text.count - upper..<text.count - lower : lower..<upper
        }
        var parts: [Range<Int>] = []
        var index = 0
        while true {
            while index < text.count, isSpace(at(index)) { index += 1 }
            if index == text.count { break }
            let start = index
            if parts.count >= limit {
                parts.append(range(start, text.count))
                break
            }
            while index < text.count, !isSpace(at(index)) { index += 1 }
            parts.append(range(start, index))
        }
        return fromEnd ? parts.reversed() : parts
    }

    private static func lines(_ text: StrObject, keepingEnds: Bool) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var (start, index) = (0, 0)
        while index < text.count {
            guard text[index] == 10 || text[index] == 13 else {
                index += 1
                continue
            }
            let isPair = text[index] == 13 && index + 1 < text.count && text[index + 1] == 10
            let end = index + (isPair ? 2 : 1)
            lines.append(start..<(keepingEnds ? end : index))
            (start, index) = (end, end)
        }
        if start < text.count { lines.append(start..<text.count) }
        return lines
    }

    private static var changes: [Native] {
        func strip(_ name: String, left: Bool, right: Bool) -> Native {
            Native("\(name)(self, bytes=None, /)", "Strip the bytes contained in the argument, ASCII whitespace by default.") { call in
                let text = try text(call, name)
                let characters = call[1].isNone ? StrObject.make(" \t\n\r\u{0B}\u{0C}") : try part(call, 1)
                let stripped = text.stripped(characters, left: left, right: right)
                if stripped.count == text.count, case .bytes = call[0] { return call[0] }
                return value(stripped)
            }
        }
        func pad(_ name: String, _ left: @escaping (Int, Int) -> Int) -> Native {
            Native("\(name)(self, width, fillchar=<unset>, /)", "Pad to width with the fill byte.") { call in
                let text = try text(call, name)
                let width = try call.int(1)
                let given = call.has(2) ? call.plain(2) : .bytes(BytesObject([32]))
                guard case .bytes(let fill) = given, fill.count == 1 else {
                    throw Raised.type("\(name)() argument 2 must be a byte string of length 1, not \(call.interpreter.typeName(of: call[2]))")
                }
                if width <= text.count { return value(text) }
                try checkLength(width, call)
                try call.interpreter.charge(bytes: width)
                let padding = width - text.count
                let before = left(padding, width)
                let bytes = [UInt8](repeating: fill.bytes[0], count: before) + (text.withLatin(Array.init) ?? [])
                return .bytes(BytesObject(bytes + [UInt8](repeating: fill.bytes[0], count: padding - before)))
            }
        }
        return [
            strip("strip", left: true, right: true), strip("lstrip", left: true, right: false),
            strip("rstrip", left: false, right: true),
            pad("center") { padding, width in padding / 2 + (padding & width & 1) }, pad("ljust") { _, _ in 0 },
            pad("rjust") { padding, _ in padding },
            Native("zfill(self, width, /)", "Pad a numeric string with zeros on the left.") { call in
                let bytes = try call.receiver(bytes: "zfill").bytes
                let width = try call.int(1)
                if width <= bytes.count { return .bytes(BytesObject(bytes)) }
                try checkLength(width, call)
                let padding = width - bytes.count
                try call.interpreter.charge(bytes: padding)
                let sign = bytes.first == 43 || bytes.first == 45 ? 1 : 0
                return .bytes(BytesObject(bytes.prefix(sign) + [UInt8](repeating: 48, count: padding) + bytes.dropFirst(sign)))
            },
            Native("expandtabs(self, /, tabsize=8)", "Return a copy where all tab characters are expanded using spaces.") { call in
                let text = try text(call, "expandtabs")
                guard let (length, make) = text.expandingTabs(try call.tabSize(1)) else { throw Raised(.overflowError, "result too long") }
                try call.interpreter.charge(bytes: length)
                return value(make())
            },
            Native("replace(self, old, new, count=-1, /)", "Return a copy with all occurrences of old replaced by new.") { call in
                let text = try text(call, "replace")
                let (old, new) = (try part(call, 1), try part(call, 2))
                let given = try call.int(3)
                return value(try StrMethods.replaced(text, old, new, limit: given < 0 ? .max : given, call.interpreter))
            },
            Native("removeprefix(self, prefix, /)", "Return a bytes object with the given prefix removed if present.") { call in
                let (text, prefix) = (try text(call, "removeprefix"), try part(call, 1))
                return value(text.matches(prefix, at: 0) ? text.slice(prefix.count, text.count) : text)
            },
            Native("removesuffix(self, suffix, /)", "Return a bytes object with the given suffix removed if present.") { call in
                let (text, suffix) = (try text(call, "removesuffix"), try part(call, 1))
                let start = text.count - suffix.count
                return value(!suffix.isEmpty && text.matches(suffix, at: start) ? text.slice(0, start) : text)
            },
            Native(
                "translate(self, table, /, delete=<unset>)", "Return a copy with each character mapped by the given table, without those in delete."
            ) { call in
                let bytes = try call.receiver(bytes: "translate").bytes
                var table: [UInt8]?
                if !call[1].isNone {
                    let given = try part(call, 1)
                    guard given.count == 256 else { throw Raised.value("translation table must be 256 characters long") }
                    table = given.units.map { UInt8($0) }
                }
                let removed = call.has(2) ? Set(try part(call, 2).units.map { UInt8($0) }) : []
                let kept = bytes.filter { !removed.contains($0) }
                return .bytes(BytesObject(table.map { table in kept.map { table[Int($0)] } } ?? kept))
            },
        ]
    }

    private static var conversions: [Native] {
        [
            Native("decode(self, /, encoding='utf-8', errors='strict')", "Decode the bytes using the codec registered for encoding.") { call in
                let bytes = try call.receiver(bytes: "decode").bytes
                let encoding = try call.text(1, "decode() argument 'encoding' must be str").string
                let errors = try call.text(2, "decode() argument 'errors' must be str").string
                return .str(try Codec.decode(bytes, encoding, errors, call.interpreter))
            },
            Native("hex(self, sep=<unset>, bytes_per_sep=1)", "Create a string of hexadecimal numbers from a bytes object.", hex),
            Native("__mod__(self, value, /)", "Return self%value.") { call in
                value(try PercentFormat.formatBytes(text(call, "__mod__"), call[1], call.interpreter))
            },
            Native("__bytes__(self, /)", "Convert this value to exact type bytes.") { .bytes(try $0.receiver(bytes: "__bytes__")) },
        ]
    }

    private static func hex(_ call: Call) throws -> Value { try hex(call.receiver(bytes: "hex").bytes, call) }

    /// The digits of some bytes, with the separator and the size of groups of the call.
    static func hex(_ bytes: [UInt8], _ call: Call) throws -> Value {
        try call.interpreter.charge(bytes: bytes.count * 3)
        let alphabet = Array("0123456789abcdef".utf8)
        var separator: UInt8?
        if call.has(1) {
            let given: StrObject
            switch call.plain(1) {
            case .str(let text): given = text
            case .bytes(let bytes): given = .make(latin: bytes.bytes)
            default: throw Raised.type("sep must be str or bytes.")
            }
            guard given.count == 1 else { throw Raised.value("sep must be length 1.") }
            guard given.isASCII else { throw Raised.value("sep must be ASCII.") }
            separator = UInt8(given[0])
        }
        let group = try call.int(2)
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let place = group < 0 ? index : bytes.count - index
            if let separator, group != 0, index > 0, place % abs(max(group, -Int.max)) == 0 { result.append(separator) }
            result.append(alphabet[Int(byte >> 4)])
            result.append(alphabet[Int(byte & 15)])
        }
        return .str(.make(latin: result))
    }
}
