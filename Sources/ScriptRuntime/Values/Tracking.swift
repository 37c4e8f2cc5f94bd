/// The objects of a session that a reference was stored into: what a search for cycles begins with.
///
/// A cycle can only be closed by storing a reference into an object that exists already, so every cycle passes through
/// one of these. Each object knows its slot here and clears it when it dies; the slots are owned by this object and hold
/// an address with the kind in its lowest bits (objects are aligned to 16 bytes), or 0.
final class Tracking {
    enum Kind: Int { case list = 1, dict, set, instance, cell }

    private var slots: UnsafeMutablePointer<Int>
    @exclusivity(unchecked) private var next: UnsafeMutablePointer<Int>
    @exclusivity(unchecked) private var end: UnsafeMutablePointer<Int>
    /// The most slots there are before a search; three quarters of them in use make it worth its while.
    private var limit = Tracking.leastLimit
    private(set) var isDue = false

    private static let leastLimit = 30_000

    init() {
        slots = .allocate(capacity: 1)
        next = slots
        end = slots
    }

    deinit {
        for address in addresses { place(address, nil) }
        slots.deallocate()
    }

    /// Takes an object in, and gives the slot that it is to clear.
    func add(_ object: UnsafeMutableRawPointer, _ kind: Kind) -> UnsafeMutablePointer<Int> {
        if next == end { makeRoom() }
        let slot = next
        slot.pointee = Int(bitPattern: object) | kind.rawValue
        next += 1
        return slot
    }

    /// The living ones: address and kind in one number.
    var addresses: [Int] {
        var result: [Int] = []
        var slot = slots
        while slot < next {
            if slot.pointee != 0 { result.append(slot.pointee) }
            slot += 1
        }
        return result
    }

    /// After a search: the next one is due when there are half as many again as are left.
    func searched() {
        isDue = false
        let living = addresses
        limit = Swift.max(living.count * 2, Tracking.leastLimit)
        move(living, to: Swift.min(Swift.max(living.count * 2, 1024), limit))
    }

    static func object(_ address: Int) -> UnsafeMutableRawPointer {
        // Slots with 0 are left out above.
        UnsafeMutableRawPointer(bitPattern: address & ~15).unsafelyUnwrapped
    }

    static func tag(_ address: Int) -> UInt8 {
        switch Kind(rawValue: address & 15) {
        case .list: Tag.list
        case .dict: Tag.dict
        case .set: Tag.set
        case .instance: Tag.instance
        case .cell, nil: Tag.cell
        }
    }

    /// Moves the living ones together, into more room where they need it.
    private func makeRoom() {
        let living = addresses
        if living.count >= limit / 4 * 3 {
            isDue = true
            // Until the search comes round.
            move(living, to: living.count + limit / 2)
        } else {
            move(living, to: Swift.min(Swift.max(living.count * 2, 1024), limit))
        }
    }

    private func move(_ living: [Int], to capacity: Int) {
        let fresh = UnsafeMutablePointer<Int>.allocate(capacity: capacity)
        for (index, address) in living.enumerated() {
            (fresh + index).initialize(to: address)
            place(address, fresh + index)
        }
        slots.deallocate()
        slots = fresh
        next = fresh + living.count
        end = fresh + capacity
    }

    private func place(_ address: Int, _ slot: UnsafeMutablePointer<Int>?) {
        let object = Tracking.object(address)
        switch Kind(rawValue: address & 15) {
        case .list: Unmanaged<ListObject>.fromOpaque(object)._withUnsafeGuaranteedRef { $0.trackingSlot = slot }
        case .dict: Unmanaged<DictObject>.fromOpaque(object)._withUnsafeGuaranteedRef { $0.trackingSlot = slot }
        case .set: Unmanaged<SetObject>.fromOpaque(object)._withUnsafeGuaranteedRef { $0.trackingSlot = slot }
        case .instance: Unmanaged<InstanceObject>.fromOpaque(object)._withUnsafeGuaranteedRef { $0.trackingSlot = slot }
        case .cell, nil: Unmanaged<CellObject>.fromOpaque(object)._withUnsafeGuaranteedRef { $0.trackingSlot = slot }
        }
    }
}

extension Interpreter {
    /// Says that a reference is stored into the container in a register.
    @inline(never)
    func track(_ register: UnsafeMutablePointer<Value>) {
        switch register.pointee {
        case .list(let list): track(list)
        case .dict(let dict): track(dict)
        case .set(let set): track(set)
        case .instance(let instance): track(instance)
        case .cell(let cell): track(cell)
        default: break
        }
    }

    func track(_ list: ListObject) {
        if list.trackingSlot == nil { list.trackingSlot = tracking.add(Unmanaged.passUnretained(list).toOpaque(), .list) }
    }

    func track(_ dict: DictObject) {
        if dict.trackingSlot == nil { dict.trackingSlot = tracking.add(Unmanaged.passUnretained(dict).toOpaque(), .dict) }
    }

    func track(_ set: SetObject) {
        if set.trackingSlot == nil { set.trackingSlot = tracking.add(Unmanaged.passUnretained(set).toOpaque(), .set) }
    }

    func track(_ instance: InstanceObject) {
        if instance.trackingSlot == nil {
            instance.trackingSlot = tracking.add(Unmanaged.passUnretained(instance).toOpaque(), .instance)
        }
    }

    func track(_ cell: CellObject) {
        if cell.trackingSlot == nil { cell.trackingSlot = tracking.add(Unmanaged.passUnretained(cell).toOpaque(), .cell) }
    }

    /// Appends to a list, and charges for it; what natives use.
    @inline(__always)
    public func append(_ item: Value, to list: ListObject) throws(Raised) {
        if Interpreter.mayHoldReferences(item) { track(list) }
        try charge(bytes: 16)
        list.append(item)
    }

    /// Inserts into a list, and charges for it.
    public func insert(_ item: Value, into list: ListObject, at index: Int) throws(Raised) {
        if Interpreter.mayHoldReferences(item) { track(list) }
        try charge(bytes: 16)
        list.insert(item, at: index)
    }

    /// Whether the value is a container, or anything else that may refer to other objects.
    @inline(__always)
    static func mayHoldReferences(_ value: borrowing Value) -> Bool {
        let tag = Tag.of(value)
        return tag &- Tag.list <= Tag.iterator - Tag.list
    }
}
