import ScriptRuntime

/// Splitting and joining.
extension BytesMethods {
    static var splits: [Native] {
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
}
