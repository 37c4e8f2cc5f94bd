/// `+`, `*` and their like for sequences, dicts and sets.
extension Interpreter {
    func sequence(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value? {
        switch operation {
        case .add: return try concatenate(a, b)
        case .multiply:
            if let times = try repetition(b, a) { return try repeated(a, times) }
            if let times = try repetition(a, b) { return try repeated(b, times) }
            return nil
        case .and, .or, .xor, .subtract:
            if case .set(let x) = a, case .set(let y) = b { return .set(try combine(operation, x, y)) }
            if operation == .or, case .dict(let x) = a, case .dict(let y) = b {
                try charge(count: x.count, of: Interpreter.bytesPerEntry)
                let result = x.copy()
                try merge(result, .dict(y))
                return .dict(result)
            }
            return nil
        default: return nil
        }
    }

    func concatenate(_ a: Value, _ b: Value) throws(Raised) -> Value? {
        switch (a, b) {
        case (.str(let x), .str(let y)):
            try charge(bytes: x.count + y.count)
            return .str(x + y)
        case (.list(let x), .list(let y)):
            try charge(count: x.count + y.count, of: 16)
            let result = ListObject(capacity: x.count + y.count)
            for index in 0..<x.count { result.append(copying: x.storage + index) }
            for index in 0..<y.count { result.append(copying: y.storage + index) }
            return .list(result)
        case (.tuple(let x), .tuple(let y)):
            try charge(count: x.count + y.count, of: 16)
            return .tuple(TupleObject(x, y))
        case (.bytes(let x), .bytes(let y)):
            try charge(bytes: x.count + y.count)
            return .bytes(BytesObject(x.bytes + y.bytes))
        case (.str, _): throw .type("can only concatenate str (not \"\(typeName(of: b))\") to str")
        case (.list, _): throw .type("can only concatenate list (not \"\(typeName(of: b))\") to list")
        case (.tuple, _): throw .type("can only concatenate tuple (not \"\(typeName(of: b))\") to tuple")
        case (.bytes, _): throw .type("can't concat \(typeName(of: b)) to bytes")
        default: return nil
        }
    }

    private func repetition(_ count: Value, _ sequence: Value) throws(Raised) -> Int? {
        switch sequence {
        case .str, .list, .tuple, .bytes: break
        default: return nil
        }
        switch count {
        case .int(let value): return Swift.max(value, 0)
        case .bool(let value): return value ? 1 : 0
        case .bigInt: throw Raised(.overflowError, "cannot fit 'int' into an index-sized integer")
        default:
            guard type(of: count).lookup(.__index__) != nil else {
                throw .type("can't multiply sequence by non-int of type '\(typeName(of: count))'")
            }
            return Swift.max(try index(count), 0)
        }
    }

    func repeated(_ value: Value, _ times: Int) throws(Raised) -> Value? {
        switch value {
        case .str(let text):
            if text.count.multipliedReportingOverflow(by: times).overflow {
                throw Raised(.overflowError, "repeated string is too long")
            }
            try charge(count: times, of: text.count * text.width)
            return .str(text.repeated(times))
        case .list(let list): return .list(try repeated(list, times))
        case .tuple(let tuple):
            try charge(count: times, of: tuple.count * 16)
            try requireRoom(times * tuple.count * 16)
            return .tuple(TupleObject(Interpreter.repeated(tuple.items, times)))
        case .bytes(let bytes):
            if bytes.count.multipliedReportingOverflow(by: times).overflow {
                throw Raised(.overflowError, "repeated bytes are too long")
            }
            try charge(count: times, of: bytes.count)
            return .bytes(BytesObject(Interpreter.repeated(bytes.bytes, times)))
        default: return nil
        }
    }

    /// Doubled again and again: a few copies of large runs. The product of the counts must not overflow.
    static func repeated<Element>(_ items: [Element], _ times: Int) -> [Element] {
        if times <= 0 || items.isEmpty { return [] }
        let total = items.count * times
        var result = items
        result.reserveCapacity(total)
        while result.count <= total - result.count { result += result }
        result += result.prefix(total - result.count)
        return result
    }

    func repeated(_ list: ListObject, _ times: Int) throws(Raised) -> ListObject {
        let times = Swift.max(times, 0)
        try charge(count: times, of: list.count * 16)
        let result = ListObject(capacity: times * list.count)
        if list.count == 0 { return result }
        var next = result.storage
        for _ in 0..<times {
            for index in 0..<list.count {
                next.copy(from: list.storage + index)
                next += 1
            }
        }
        result.count = times * list.count
        return result
    }

    /// `list.extend`: takes all items of an iterable, also of the list itself.
    public func extend(_ list: ListObject, _ iterable: Value) throws(Raised) {
        switch iterable {
        case .list(let other):
            let count = other.count
            try charge(count: count, of: 16)
            track(list)
            try requireRoom(for: list.grownCapacity(list.count + count), of: MemoryLayout<Value>.stride)
            list.reserve(count)
            for index in 0..<count { list.append(copying: other.storage + index) }
        case .tuple(let other):
            try charge(count: other.count, of: 16)
            track(list)
            try requireRoom(for: list.grownCapacity(list.count + other.count), of: MemoryLayout<Value>.stride)
            list.reserve(other.count)
            for index in 0..<other.count { list.append(copying: other.storage + index) }
        case .range(let range):
            try charge(count: range.count, of: MemoryLayout<Value>.stride)
            try requireRoom(for: list.grownCapacity(list.count + range.count), of: MemoryLayout<Value>.stride)
            list.reserve(range.count)
            try eachPiece(of: range.count) { piece in for index in piece { list.append(.int(range[index])) } }
        default:
            track(list)
            try checkLength(iterable)
            let iterator = try iterate(iterable)
            try askLength(iterable)
            while let item = try next(iterator) {
                try charge(steps: 1)
                try charge(bytes: 16)
                try requireRoom(in: list)
                list.append(item)
            }
        }
    }

    /// Walks over so many places in pieces, and charges for each: work that is quickly done, but may be much.
    func eachPiece(of count: Int, _ body: (Range<Int>) -> Void) throws(Raised) {
        let size = 1 << 20
        for start in stride(from: 0, to: count, by: size) {
            let end = Swift.min(start + size, count)
            try charge(steps: (end - start) >> 3)
            body(start..<end)
        }
    }

    /// `dict.update` with a mapping, or an iterable of pairs.
    public func merge(_ dict: DictObject, _ other: Value) throws(Raised) {
        if case .dict(let source) = plain(other) {
            var number = 0
            let count = source.count
            while let entry = source.nextEntry(from: number) {
                number = entry.number + 1
                try set(dict, entry.key, entry.value)
                if source.count != count { throw Raised(.runtimeError, "dict mutated during update") }
            }
            return
        }
        if let keys = try find(other, "keys") {
            for key in try items(of: call(keys)) { try set(dict, key, item(of: other, at: key)) }
            return
        }
        var position = 0
        for pair in try items(of: other) {
            let parts: [Value]
            do { parts = try items(of: pair) } catch {
                guard error.isInstance(of: .typeError, self) else { throw error }
                throw .type("cannot convert dictionary update sequence element #\(position) to a sequence")
            }
            guard parts.count == 2 else {
                throw .value("dictionary update sequence element #\(position) has length \(parts.count); 2 is required")
            }
            try set(dict, parts[0], parts[1])
            position += 1
        }
    }

    /// `a & b`, `a | b`, `a ^ b`, `a - b`; frozen when `a` is.
    public func combine(_ operation: BinaryOperation, _ a: SetObject, _ b: SetObject) throws(Raised) -> SetObject {
        // The hashes with the items, and the table of the result.
        try charge(count: a.count + b.count, of: 2 * Interpreter.bytesPerEntry)
        let result = operation == .or ? a.copy(isFrozen: a.isFrozen) : SetObject(isFrozen: a.isFrozen)
        // The hashes are those that the sets keep: no code of the script is asked for them again.
        func keep(_ source: SetObject, whereIn other: SetObject, _ isWanted: Bool) throws(Raised) {
            for (hash, item) in source.hashedItems where try contains(other, item, hash: hash) == isWanted { try insert(result, item, hash: hash) }
        }
        switch operation {
        case .or: for (hash, item) in b.hashedItems { try insert(result, item, hash: hash) }
        case .xor:
            try keep(a, whereIn: b, false)
            try keep(b, whereIn: a, false)
        case .and:
            // As in Python, the smaller one gives the items (of two equal ones: 1 and True), and the right one of two as large.
            let (gives, asked) = b.count <= a.count ? (b, a) : (a, b)
            try keep(gives, whereIn: asked, true)
        default: try keep(a, whereIn: b, false)
        }
        return result
    }

    /// `set op= other`; false for operations that sets do not have.
    func update(_ set: SetObject, _ operation: BinaryOperation, _ other: SetObject) throws(Raised) -> Bool {
        switch operation {
        case .or: for (hash, item) in other.hashedItems { try insert(set, item, hash: hash) }
        case .and:
            let kept = try combine(.and, set, other).hashedItems
            set.removeAll()
            for (hash, item) in kept { try insert(set, item, hash: hash) }
        case .subtract: for (hash, item) in other.hashedItems { try remove(set, item, hash: hash) }
        case .xor: for (hash, item) in other.hashedItems where try !remove(set, item, hash: hash) { try insert(set, item, hash: hash) }
        default: return false
        }
        return true
    }
}
