/// The objects of a session that a reference was stored into: what a search for cycles begins with.
///
/// A cycle can only be closed by storing a reference into an object that exists already, so every cycle passes through
/// one of these. Each object knows its slot here and clears it when it dies; the slots are owned by this object and hold
/// an address with the kind in its lowest bits (objects are aligned to 16 bytes), or 0.
final class Tracking {
    enum Kind: Int { case list = 1, dict, set, instance, cell }

    /// All slots, in pieces: more of them need no large block, and nothing is moved for them.
    private var pieces: [UnsafeMutablePointer<Int>] = []
    /// How many pieces are in use; slots of the last one from `next` on are not.
    private var used = 0
    @exclusivity(unchecked) private var next: UnsafeMutablePointer<Int>
    @exclusivity(unchecked) private var end: UnsafeMutablePointer<Int>
    /// The most pieces in use before the living ones are moved together.
    private var room = 0
    /// The most slots there are before a search; three quarters of them in use make it worth its while.
    private var limit = Tracking.leastLimit
    private(set) var isDue = false
    /// How many the last search left.
    private var left = 0
    /// Whether a search may find something that the last one did not.
    var hasGrown: Bool { used * Tracking.pieceSize > left + Tracking.pieceSize }

    private static let leastLimit = 30 * pieceSize
    private static let pieceSize = 1024

    init() {
        next = UnsafeMutablePointer(bitPattern: MemoryLayout<Int>.alignment).unsafelyUnwrapped
        end = next
    }

    deinit {
        forEach { place($0, nil) }
        for piece in pieces { piece.deallocate() }
    }

    /// Takes an object in, and gives the slot that it is to clear.
    func add(_ object: UnsafeMutableRawPointer, _ kind: Kind) -> UnsafeMutablePointer<Int> {
        if next == end { makeRoom() }
        let slot = next
        slot.pointee = Int(bitPattern: object) | kind.rawValue
        next += 1
        return slot
    }

    /// Calls `body` with the living ones: address and kind in one number.
    func forEach(_ body: (Int) -> Void) {
        for number in 0..<used {
            var slot = pieces[number]
            let last = number + 1 == used ? next : slot + Tracking.pieceSize
            while slot < last {
                if slot.pointee != 0 { body(slot.pointee) }
                slot += 1
            }
        }
    }

    /// After a search: the next one is due when there are half as many again as are left.
    func searched() {
        isDue = false
        let living = moveTogether()
        left = living
        limit = Swift.max(living * 2, Tracking.leastLimit)
        makeRoom(Swift.min(living * 2, limit))
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

    /// The next piece; where all are in use, the living ones are moved together first, and get more room where they need it.
    private func makeRoom() {
        if used == room {
            let living = moveTogether()
            if living >= limit / 4 * 3 {
                isDue = true
                // Until the search comes round.
                makeRoom(living + limit / 2)
            } else {
                makeRoom(Swift.min(living * 2, limit))
            }
            if next < end { return }
        }
        if used == pieces.count { pieces.append(.allocate(capacity: Tracking.pieceSize)) }
        next = pieces[used]
        end = next + Tracking.pieceSize
        used += 1
    }

    /// Room for so many slots and for one more than there are, in pieces that are allocated when they are needed.
    private func makeRoom(_ slots: Int) {
        room = Swift.max((slots + Tracking.pieceSize - 1) / Tracking.pieceSize, used + (next < end ? 0 : 1))
        while pieces.count > room { pieces.removeLast().deallocate() }
    }

    /// Moves the living ones together in the first slots, and says how many they are.
    private func moveTogether() -> Int {
        var count = 0
        forEach { address in
            // Never behind the slot that it comes from.
            let slot = pieces[count / Tracking.pieceSize] + count % Tracking.pieceSize
            slot.initialize(to: address)
            place(address, slot)
            count += 1
        }
        used = (count + Tracking.pieceSize - 1) / Tracking.pieceSize
        if used > 0 {
            end = pieces[used - 1] + Tracking.pieceSize
            next = end - (used * Tracking.pieceSize - count)
        } else {
            end = next
        }
        return count
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
        try requireRoom(in: list)
        list.append(item)
    }

    /// Inserts into a list, and charges for it.
    public func insert(_ item: Value, into list: ListObject, at index: Int) throws(Raised) {
        if Interpreter.mayHoldReferences(item) { track(list) }
        try charge(bytes: 16)
        try requireRoom(in: list)
        list.insert(item, at: index)
    }

    /// Whether the value is a container, or anything else that may refer to other objects.
    @inline(__always)
    static func mayHoldReferences(_ value: borrowing Value) -> Bool {
        let tag = Tag.of(value)
        return tag &- Tag.list <= Tag.iterator - Tag.list
    }
}
