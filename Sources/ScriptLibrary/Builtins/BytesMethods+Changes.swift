import ScriptRuntime

/// Copies with some bytes changed, and conversions.
extension BytesMethods {
    static var changes: [Native] {
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

    static var conversions: [Native] {
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
        let group = try call.int(2)
        let alphabet = Array("0123456789abcdef".utf8)
        var separator: UInt8?
        if call.has(1) {
            guard try call.interpreter.length(call[1]) == 1 else { throw Raised.value("sep must be length 1.") }
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
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            try call.interpreter.charge(place: index)
            let place = group < 0 ? index : bytes.count - index
            if let separator, group != 0, index > 0, place % abs(max(group, -Int.max)) == 0 { result.append(separator) }
            result.append(alphabet[Int(byte >> 4)])
            result.append(alphabet[Int(byte & 15)])
        }
        return .str(.make(latin: result))
    }
}
