/// Freeing what only refers to itself.
///
/// References are counted, so a cycle would live for ever. Now and then the counts of everything that can be reached from
/// the tracked objects are compared with the references found among these very objects: where the count is larger,
/// somebody outside has the object (a register, a module, Swift code), and all that it reaches is alive. The others are
/// emptied, and die. A reference that the search does not know of only makes an object look alive; none is looked at
/// twice.
extension Interpreter {
    /// Frees unreachable cycles, and says how many objects they were. Scripts cannot see the difference.
    @discardableResult
    public func collectCycles() -> Int {
        var search = CycleSearch()
        tracking.forEach { search.begin(with: Tracking.object($0), Tracking.tag($0)) }
        search.walk()
        // Without memory for the search they stay until the next one.
        var garbage = search.isAbandoned ? [] : search.unreachable()
        let count = garbage.count
        for value in garbage { Drain.empty(value) }
        garbage.removeAll()
        tracking.searched()
        return count
    }

    /// Objects that may be parts of cycles, living or not.
    package var trackedObjects: Int {
        var count = 0
        tracking.forEach { _ in count += 1 }
        return count
    }
}

private struct CycleSearch {
    private struct Node {
        let address: UnsafeMutableRawPointer
        let tag: UInt8
        /// References found so far.
        var references = 0
        var isAlive = false
    }

    private var nodes: [Node] = []
    private var numbers = AddressTable()
    private var alive: [Int] = []
    /// Whether the system had no memory for what is to be noted.
    private(set) var isAbandoned = false

    mutating func begin(with address: UnsafeMutableRawPointer, _ tag: UInt8) { _ = number(address, tag) }

    private mutating func number(_ address: UnsafeMutableRawPointer, _ tag: UInt8) -> Int? {
        if isAbandoned { return nil }
        if numbers.isFull {
            isAbandoned = !hasRoomToGrow
            if isAbandoned { return nil }
            numbers.grow()
        }
        let (number, isNew) = numbers.number(of: address)
        if isNew { nodes.append(Node(address: address, tag: tag)) }
        return number
    }

    /// Room for tables of twice the size, and for the lists of those alive and those not.
    private var hasRoomToGrow: Bool {
        let piece = MemoryLayout<Node>.stride + MemoryLayout<Int>.stride + MemoryLayout<Value>.stride + AddressTable.bytesPerNumber
        let bytes = nodes.count * 2 * piece
        return bytes < SystemMemory.largeBlock || SystemMemory.has(bytes)
    }

    /// Finds all objects within reach, and counts the references among them.
    mutating func walk() {
        var next = 0
        while next < nodes.count {
            CycleSearch.references(of: nodes[next].address, nodes[next].tag) { address, tag in
                if let number = number(address, tag) { nodes[number].references += 1 }
            }
            next += 1
        }
    }

    /// The objects that nobody outside reaches; each with one more reference now.
    mutating func unreachable() -> [Value] {
        for number in nodes.indices where Reference.count(nodes[number].address) > nodes[number].references { keep(number) }
        while let number = alive.popLast() {
            CycleSearch.references(of: nodes[number].address, nodes[number].tag) { address, tag in
                keep(numbers.number(of: address).number)
            }
        }
        var result: [Value] = []
        let register = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        defer { register.deallocate() }
        for node in nodes where !node.isAlive {
            Reference.retain(node.address)
            register.write(Int(bitPattern: node.address), node.tag)
            result.append(register.move())
        }
        return result
    }

    private mutating func keep(_ number: Int) {
        if nodes[number].isAlive { return }
        nodes[number].isAlive = true
        alive.append(number)
    }

    // MARK: - References

    private typealias Visit = (UnsafeMutableRawPointer, UInt8) -> Void

    /// Calls `visit` once for every reference that the object holds to another one of the kinds that are searched.
    private static func references(of address: UnsafeMutableRawPointer, _ tag: UInt8, _ visit: Visit) {
        switch tag {
        case Tag.list:
            let list = Unmanaged<ListObject>.fromOpaque(address).takeUnretainedValue()
            references(in: list.storage, list.count, visit)
        case Tag.tuple:
            let tuple = Unmanaged<TupleObject>.fromOpaque(address).takeUnretainedValue()
            references(in: tuple.storage, tuple.count, visit)
        case Tag.dict: Unmanaged<DictObject>.fromOpaque(address).takeUnretainedValue().table.eachValue { look($0, visit) }
        case Tag.set: Unmanaged<SetObject>.fromOpaque(address).takeUnretainedValue().table.eachValue { look($0, visit) }
        case Tag.cell: look(Unmanaged<CellObject>.fromOpaque(address).takeUnretainedValue().slot, visit)
        case Tag.instance: references(of: Unmanaged<InstanceObject>.fromOpaque(address).takeUnretainedValue(), visit)
        case Tag.function: references(of: Unmanaged<FunctionObject>.fromOpaque(address).takeUnretainedValue(), visit)
        case Tag.boundMethod:
            let method = Unmanaged<BoundMethod>.fromOpaque(address).takeUnretainedValue()
            look(method.function, visit)
            look(method.receiver, visit)
        case Tag.iterator: references(of: Unmanaged<IteratorObject>.fromOpaque(address).takeUnretainedValue(), visit)
        default: break
        }
    }

    private static func references(of instance: InstanceObject, _ visit: Visit) {
        references(in: instance.slots, instance.shape.count, visit)
        guard let extra = instance.extra else { return }
        look(extra.base, visit)
        look(extra.cause, visit)
        look(extra.context, visit)
        if let dict = extra.details { visit(Unmanaged.passUnretained(dict).toOpaque(), Tag.dict) }
        if let dict = extra.overflow { visit(Unmanaged.passUnretained(dict).toOpaque(), Tag.dict) }
    }

    private static func references(of function: FunctionObject, _ visit: Visit) {
        for cell in function.closure { visit(Unmanaged.passUnretained(cell).toOpaque(), Tag.cell) }
        for value in function.defaults { look(value, visit) }
        for value in function.keywordDefaults { look(value, visit) }
        if let dict = function.attributes { visit(Unmanaged.passUnretained(dict).toOpaque(), Tag.dict) }
    }

    private static func references(of iterator: IteratorObject, _ visit: Visit) {
        switch iterator.kind {
        case .list:
            let list = unsafeDowncast(iterator, to: ListIterator.self).list
            if let list { visit(Unmanaged.passUnretained(list).toOpaque(), Tag.list) }
        case .tuple:
            let tuple = unsafeDowncast(iterator, to: TupleIterator.self).tuple
            if let tuple { visit(Unmanaged.passUnretained(tuple).toOpaque(), Tag.tuple) }
        case .generator:
            let generator = unsafeDowncast(iterator, to: GeneratorObject.self)
            // The registers of a finished one are gone; a running one is held by whoever runs it.
            guard generator.state == .fresh || generator.state == .suspended else { return }
            visit(Unmanaged.passUnretained(generator.function).toOpaque(), Tag.function)
            references(in: generator.registers, generator.function.code.registerCount, visit)
            look(generator.handled, visit)
        case .drawing:
            for value in unsafeDowncast(iterator, to: DrawingIterator.self).sources { look(value, visit) }
        default: break
        }
    }

    private static func references(in storage: UnsafeMutablePointer<Value>, _ count: Int, _ visit: Visit) {
        for index in 0..<count { look(storage + index, visit) }
    }

    private static func look(_ slot: UnsafeMutablePointer<Value>, _ visit: Visit) {
        if isSearched(slot.tag) { visit(slot.address, slot.tag) }
    }

    private static func look(_ value: Value, _ visit: Visit) {
        // The address of an object, not the value, is looked at: its count is what it was.
        let tag = Tag.of(value)
        guard isSearched(tag), let address = UnsafeMutableRawPointer(bitPattern: Tag.payload(value)) else { return }
        visit(address, tag)
    }

    private static func isSearched(_ tag: UInt8) -> Bool {
        switch tag {
        case Tag.list, Tag.tuple, Tag.dict, Tag.set, Tag.instance, Tag.function, Tag.boundMethod, Tag.iterator, Tag.cell: true
        default: false
        }
    }
}

/// Numbers for addresses, in the order they are met: open addressing, twice as large as needed.
private struct AddressTable {
    private var addresses: [UnsafeMutableRawPointer?] = Array(repeating: nil, count: 1024)
    private var values: [Int32] = Array(repeating: 0, count: 1024)
    private var count = 0

    /// Whether the table must grow before another one is met.
    var isFull: Bool { count * 2 >= addresses.count }

    /// At most, beside the table that is left.
    static let bytesPerNumber = 4 * (MemoryLayout<UnsafeMutableRawPointer?>.stride + MemoryLayout<Int32>.stride)

    mutating func number(of address: UnsafeMutableRawPointer) -> (number: Int, isNew: Bool) {
        let place = place(of: address)
        if addresses[place] != nil { return (Int(values[place]), false) }
        addresses[place] = address
        values[place] = Int32(truncatingIfNeeded: count)
        count += 1
        return (count - 1, true)
    }

    private func place(of address: UnsafeMutableRawPointer) -> Int {
        let mask = addresses.count - 1
        var place = Int(truncatingIfNeeded: (UInt(bitPattern: address) >> 4) &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
        while let known = addresses[place], known != address { place = (place + 1) & mask }
        return place
    }

    mutating func grow() {
        let old = (addresses, values)
        addresses = Array(repeating: nil, count: old.0.count * 2)
        values = Array(repeating: 0, count: old.0.count * 2)
        for (index, address) in old.0.enumerated() {
            guard let address else { continue }
            let place = place(of: address)
            addresses[place] = address
            values[place] = old.1[index]
        }
    }
}
