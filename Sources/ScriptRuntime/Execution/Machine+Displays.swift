/// Displays, f-strings, and the unpacking of values.
extension Interpreter {
    @inline(never)
    func buildSet(_ first: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> Value {
        let set = SetObject()
        for index in 0..<count { try insert(set, first[index]) }
        return .set(set)
    }

    @inline(never)
    func joinStrings(_ first: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> StrObject {
        var total = 0
        var width = 1
        for index in 0..<count {
            if case .str(let text) = first[index] {
                total += text.count
                width = Swift.max(width, text.width)
            }
        }
        try charge(bytes: total * width)
        let result = StrObject.allocate(count: total, width: width)
        var position = 0
        for index in 0..<count {
            if case .str(let text) = first[index] {
                result.copy(text, from: 0, count: text.count, to: position)
                position += text.count
            }
        }
        return result
    }

    /// `separator.join(list)`
    public func joined(_ list: ListObject, _ separator: StrObject) throws(Raised) -> StrObject {
        try joined(list.storage, list.count, separator)
    }

    /// `separator.join(tuple)`
    public func joined(_ tuple: TupleObject, _ separator: StrObject) throws(Raised) -> StrObject {
        try joined(tuple.storage, tuple.count, separator)
    }

    /// No script code runs meanwhile: the items stay where they are.
    private func joined(_ first: UnsafeMutablePointer<Value>, _ count: Int, _ separator: StrObject) throws(Raised) -> StrObject {
        var total = 0
        var width = separator.width
        for index in 0..<count {
            guard let text = text(first + index) else {
                throw .type("sequence item \(index): expected str instance, \(typeName(of: first[index])) found")
            }
            let (length, own) = text._withUnsafeGuaranteedRef { ($0.count, $0.width) }
            let (sum, overflow) = total.addingReportingOverflow(length + (index == 0 ? 0 : separator.count))
            if overflow { throw Raised(.memoryError, "") }
            total = sum
            width = Swift.max(width, own)
        }
        if count == 1, case .str(let only) = first.pointee { return only }
        try charge(count: total, of: width)
        if total == 0 { return .empty }
        let result = StrObject.allocate(count: total, width: width)
        var position = 0
        for index in 0..<count {
            if index > 0, separator.count > 0 {
                result.copy(separator, from: 0, count: separator.count, to: position)
                position += separator.count
            }
            text(first + index)?._withUnsafeGuaranteedRef { part in
                result.copy(part, from: 0, count: part.count, to: position)
                position += part.count
            }
        }
        return total == 1 ? .character(result.unit(0)) : result
    }

    /// The text in a register, also of an instance of a subclass of `str`.
    @inline(__always)
    func text(_ register: UnsafeMutablePointer<Value>) -> Unmanaged<StrObject>? {
        if register.tag == Tag.str { return register.object(StrObject.self) }
        guard case .instance(let instance) = register.pointee, case .str(let text) = instance.base else { return nil }
        // The instance keeps it.
        return Unmanaged.passUnretained(text)
    }

    @inline(never)
    func extendDisplay(_ list: Value, _ iterable: Value) throws(Raised) {
        guard case .list(let list) = list else { return }
        do { try extend(list, iterable) } catch {
            guard case .pending(.typeError, let message, _, _) = error.content, message.hasSuffix("object is not iterable") else { throw error }
            throw .type("Value after * must be an iterable, not \(typeName(of: iterable))")
        }
    }

    @inline(never)
    func setDisplayItem(_ dict: Value, _ key: Value, _ value: Value, callee: Value?) throws(Raised) {
        guard case .dict(let dict) = dict else { return }
        if let callee, try contains(dict, key) { throw repeatedKeyword(key, callee) }
        if dict.count & 63 == 63 { try charge(bytes: 64 * 64) }
        try set(dict, key, value)
    }

    private func repeatedKeyword(_ key: Value, _ callee: Value) -> Raised {
        guard case .str(let name) = plain(key) else { return .type("\(callText(callee)) keywords must be strings") }
        return .type("\(callText(callee)) got multiple values for keyword argument '\(name.string)'")
    }

    @inline(never)
    func mergeDisplay(_ dict: Value, _ other: Value, callee: Value?) throws(Raised) {
        guard case .dict(let dict) = dict else { return }
        var isMapping = false
        if case .dict = plain(other) { isMapping = true } else { isMapping = try find(other, "keys") != nil }
        guard isMapping else {
            if let callee { throw .type("\(callText(callee)) argument after ** must be a mapping, not \(typeName(of: other))") }
            throw .type("'\(typeName(of: other))' object is not a mapping")
        }
        if let callee {
            let given = DictObject()
            try merge(given, other)
            for key in given.keys where try contains(dict, key) { throw repeatedKeyword(key, callee) }
            try merge(dict, .dict(given))
        } else {
            try merge(dict, other)
        }
    }

    @inline(never)
    func formatted(_ value: Value, _ specification: StrObject, _ conversion: Int) throws(Raised) -> StrObject {
        switch conversion {
        case 115: return try format(.str(str(value)), specification)
        case 114: return try format(.str(repr(value)), specification)
        case 97: return try format(.str(ascii(value)), specification)
        default: return try format(value, specification)
        }
    }

    /// `ascii(value)`: `repr` with everything beyond ASCII escaped.
    public func ascii(_ value: Value) throws(Raised) -> StrObject {
        let text = try repr(value)
        var builder = StrBuilder(capacity: text.count)
        for index in 0..<text.count {
            let unit = text.unit(index)
            if unit < 128 { builder.append(unit) } else { builder.append(Quoting.escape(unit)) }
        }
        return builder.finish()
    }

    // MARK: - Unpacking

    @inline(never)
    func unpack(_ value: Value, _ a: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) {
        switch value {
        case .tuple(let tuple) where tuple.count == count:
            for index in 0..<count { (a + index).assign(from: tuple.storage + index) }
            return
        case .list(let list) where list.count == count:
            for index in 0..<count { (a + index).assign(from: list.storage + index) }
            return
        default: break
        }
        let iterator: Value
        do { iterator = try iterate(value) } catch {
            guard case .pending(.typeError, let message, _, _) = error.content, message.hasSuffix("is not iterable") else { throw error }
            throw .type("cannot unpack non-iterable \(typeName(of: value)) object")
        }
        for index in 0..<count {
            guard let item = try next(iterator) else {
                throw .value("not enough values to unpack (expected \(count), got \(index))")
            }
            a[index] = item
        }
        if try next(iterator) != nil { throw .value("too many values to unpack (expected \(count))") }
    }

    @inline(never)
    func unpackStarred(_ value: Value, _ a: UnsafeMutablePointer<Value>, _ before: Int, _ after: Int) throws(Raised) {
        let items: [Value]
        do { items = try self.items(of: value) } catch {
            guard case .pending(.typeError, let message, _, _) = error.content, message.hasSuffix("is not iterable") else { throw error }
            throw .type("cannot unpack non-iterable \(typeName(of: value)) object")
        }
        guard items.count >= before + after else {
            throw .value("not enough values to unpack (expected at least \(before + after), got \(items.count))")
        }
        for index in 0..<before { a[index] = items[index] }
        try charge(count: items.count, of: MemoryLayout<Value>.stride)
        a[before] = .list(ListObject(items[before..<(items.count - after)]))
        for index in 0..<after { a[before + 1 + index] = items[items.count - after + index] }
    }
}
