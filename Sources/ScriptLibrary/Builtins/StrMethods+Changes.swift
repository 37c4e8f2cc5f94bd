import ScriptRuntime

/// Copies with some characters changed.
extension StrMethods {
    private static func strip(_ call: Call, _ name: String, left: Bool, right: Bool) throws -> Value {
        let text = try call.receiver(str: name)
        var characters: StrObject?
        if !call[1].isNone {
            guard case .str(let given) = call.plain(1) else {
                throw Raised.type("\(name) arg must be None or str")
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

    static var changes: [Native] {
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
}
