import ScriptRuntime

/// Questions about bytes, cases, and searches.
extension BytesMethods {
    static var questions: [Native] {
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

    static var cases: [Native] {
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

    static var searches: [Native] {
        func search(_ call: Call, _ name: String, last: Bool) throws -> Int? {
            let text = try text(call, name)
            // As in CPython, the bounds are looked at before what is searched for.
            let (lower, upper) = try call.range(2, count: text.count)
            let needle = try needle(call, 1)
            try call.interpreter.charge(passing: max(upper - lower, 0))
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
                    try call.interpreter.charge(steps: 1)
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
                try call.interpreter.charge(passing: max(upper - lower, 0))
                return .int(text.count(of: needle, from: lower, to: upper))
            },
        ]
    }
}
