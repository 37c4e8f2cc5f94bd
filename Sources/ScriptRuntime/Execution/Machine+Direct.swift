/// The second-fastest ways of instructions: common built-in operands, straight from register to register.
///
/// What these pointers point to is kept alive by the registers themselves. Everything uncommon goes on to the general
/// functions, which take values.
extension Interpreter {
    // MARK: - Items

    /// `a = b[c]`, when it is not a list indexed by a number.
    @inline(never)
    func slowItem(
        _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>, _ c: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        switch b.tag {
        case Tag.dict where c.tag == Tag.str:
            let found = b.object(DictObject.self)._withUnsafeGuaranteedRef { dict in
                c.object(StrObject.self)._withUnsafeGuaranteedRef { dict.place(of: $0) }
            }
            if let found { return a.assign(from: found) }
        case Tag.dict where c.tag == Tag.int:
            let found = b.object(DictObject.self)._withUnsafeGuaranteedRef { $0.place(of: c.bits) }
            if let found { return a.assign(from: found) }
        case Tag.tuple where c.tag == Tag.int:
            let (storage, count) = b.object(TupleObject.self)._withUnsafeGuaranteedRef { ($0.storage, $0.count) }
            let position = c.bits < 0 ? c.bits &+ count : c.bits
            if UInt(bitPattern: position) < UInt(bitPattern: count) { return a.assign(from: storage + position) }
        case Tag.str where c.tag == Tag.int:
            let unit = b.object(StrObject.self)._withUnsafeGuaranteedRef { text -> UInt32? in
                let position = c.bits < 0 ? c.bits &+ text.count : c.bits
                return UInt(bitPattern: position) < UInt(bitPattern: text.count) ? text.unit(position) : nil
            }
            if let unit { return a.put(.str(.character(unit))) }
        case Tag.list where c.tag == Tag.slice:
            let list = b.object(ListObject.self), count = list._withUnsafeGuaranteedRef { $0.count }
            guard let places = c.object(SliceObject.self)._withUnsafeGuaranteedRef({ $0.plainPlaces(count) }) else { break }
            try charge(count: places.count, of: 16)
            let part = list._withUnsafeGuaranteedRef { $0.slice(start: places.start, step: places.step, count: places.count) }
            return a.put(.list(part))
        case Tag.str where c.tag == Tag.slice:
            let text = b.object(StrObject.self), count = text._withUnsafeGuaranteedRef { $0.count }
            guard let places = c.object(SliceObject.self)._withUnsafeGuaranteedRef({ $0.plainPlaces(count) }) else { break }
            try charge(count: places.count, of: text._withUnsafeGuaranteedRef { $0.sliceWidth(places.step) })
            let part = text._withUnsafeGuaranteedRef { $0.slice(start: places.start, step: places.step, count: places.count) }
            return a.put(.str(part))
        default: break
        }
        a.put(try item(of: b.pointee, at: c.pointee))
    }

    /// `a[b] = c`, when it is not a list indexed by a number.
    @inline(never)
    func slowSetItem(
        _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>, _ c: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        if a.tag == Tag.dict, b.tag == Tag.str || b.tag == Tag.int {
            let found = a.object(DictObject.self)._withUnsafeGuaranteedRef { dict in
                b.tag == Tag.int
                    ? dict.place(of: b.bits)
                    : b.object(StrObject.self)._withUnsafeGuaranteedRef { dict.place(of: $0) }
            }
            if let found {
                if c.mayHoldReferences { track(a) }
                return found.assign(from: c)
            }
        }
        if a.tag == Tag.list, b.tag == Tag.slice, c.tag == Tag.list, a.bits != c.bits {
            let list = a.object(ListObject.self), count = list._withUnsafeGuaranteedRef { $0.count }
            let (storage, length) = c.object(ListObject.self)._withUnsafeGuaranteedRef { ($0.storage, $0.count) }
            if let places = b.object(SliceObject.self)._withUnsafeGuaranteedRef({ $0.plainPlaces(count) }), places.step == 1,
                places.count == length
            {
                track(a)
                // The other list, which is not this one, keeps its storage while `c` holds it.
                list._withUnsafeGuaranteedRef { $0.replace(from: places.start, count: length, with: storage) }
                return
            }
        }
        try setItem(of: a.pointee, at: b.pointee, to: c.pointee)
    }

    /// `b in c`
    @inline(never)
    func isContained(_ b: UnsafeMutablePointer<Value>, _ c: UnsafeMutablePointer<Value>) throws(Raised) -> Bool {
        if b.tag == Tag.str {
            if c.tag == Tag.dict {
                let found = c.object(DictObject.self)._withUnsafeGuaranteedRef { dict in
                    b.object(StrObject.self)._withUnsafeGuaranteedRef { dict.place(of: $0) }
                }
                if found != nil { return true }
            } else if c.tag == Tag.str {
                let count = c.object(StrObject.self)._withUnsafeGuaranteedRef { $0.count }
                if count > Interpreter.longText { try charge(passing: count) }
                return c.object(StrObject.self)._withUnsafeGuaranteedRef { text in
                    b.object(StrObject.self)._withUnsafeGuaranteedRef { text.contains($0) }
                }
            }
        }
        return try contains(c.pointee, b.pointee)
    }

    // MARK: - Comparison

    /// `a = b op c`
    @inline(never)
    func slowCompare(
        _ operation: ComparisonOperation, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>,
        _ c: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        if b.tag == Tag.float && c.tag == Tag.float {
            let (x, y) = (b.double, c.double)
            switch operation {
            case .less: a.set(x < y)
            case .lessOrEqual: a.set(x <= y)
            case .equal: a.set(x == y)
            case .notEqual: a.set(x != y)
            case .greater: a.set(x > y)
            case .greaterOrEqual: a.set(x >= y)
            }
        } else if b.tag == Tag.str && c.tag == Tag.str && (operation == .equal || operation == .notEqual) {
            a.set(try haveEqualText(b, c) == (operation == .equal))
        } else {
            a.put(try compare(operation, b.pointee, c.pointee))
        }
    }

    @inline(never)
    func isEqual(_ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>) throws(Raised) -> Bool {
        if a.tag == Tag.str && b.tag == Tag.str { return try haveEqualText(a, b) }
        return try isTrue(.equal, a.pointee, b.pointee)
    }

    @inline(never)
    func isUnequal(_ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>) throws(Raised) -> Bool {
        if a.tag == Tag.str && b.tag == Tag.str { return try !haveEqualText(a, b) }
        return try isTrue(.notEqual, a.pointee, b.pointee)
    }

    @inline(__always)
    private func haveEqualText(_ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>) throws(Raised) -> Bool {
        let count = a.object(StrObject.self)._withUnsafeGuaranteedRef { $0.count }
        if count > Interpreter.longText { try charge(passing: count) }
        return a.object(StrObject.self)._withUnsafeGuaranteedRef { x in
            b.object(StrObject.self)._withUnsafeGuaranteedRef { x == $0 }
        }
    }

    // MARK: - Iteration

    /// Puts the next item of the iterator `a` into `b`; false at its end.
    @inline(never)
    func step(_ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>) throws(Raised) -> Bool {
        guard a.tag == Tag.iterator else {
            guard let value = try next(a.pointee) else { return false }
            b.put(value)
            return true
        }
        let item: Value?
        do {
            item = try a.object(IteratorObject.self)._withUnsafeGuaranteedRef { try $0.next(self) }
        } catch {
            let raised = convert(error)
            // As in `next`.
            if raised.isInstance(of: .stopIteration, self) { return false }
            throw raised
        }
        guard let item else { return false }
        b.put(item)
        return true
    }

    // MARK: - Methods of super()

    /// `super().name` by the cache of the call; false when it does not know.
    @inline(never)
    func loadSuperMethod(
        _ b: UnsafeMutablePointer<Value>, _ a: UnsafeMutablePointer<Value>, _ cache: UnsafeMutablePointer<InlineCache>
    ) -> Bool {
        let isHit = b.object(DescriptorObject.self)._withUnsafeGuaranteedRef { descriptor -> Bool in
            guard case .type(let start) = descriptor.second, Interpreter.superKey(start) == cache.pointee.key else {
                return false
            }
            // `b` may be the register of the object to come.
            let object = descriptor.first
            (a + 1).put(object)
            return true
        }
        if isHit { cache.copyValue(to: a) }
        return isHit
    }

    /// What caches of `super()` calls are keyed by: the number of the class after which the search begins.
    static func superKey(_ start: TypeObject) -> Int { -(1 << 20) - start.id }
}
