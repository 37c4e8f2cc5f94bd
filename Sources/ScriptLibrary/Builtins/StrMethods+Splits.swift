import ScriptRuntime

/// Splitting and joining.
extension StrMethods {
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

    static var splits: [Native] {
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
}
