/// Python's `list`: growable, compared and printed by the interpreter.
///
/// `storage[0 ..< count]` is initialized, `capacity` elements are allocated; only this file and the VM know.
public final class ListObject {
    @exclusivity(unchecked) var storage: UnsafeMutablePointer<Value>
    @exclusivity(unchecked) public internal(set) var count: Int
    @exclusivity(unchecked) var capacity: Int
    /// Counts changes of length, so that sorting and iteration can notice them.
    public internal(set) var isBeingSorted = false

    /// An empty list with room for so many items.
    public init(capacity: Int = 0) {
        self.capacity = capacity
        count = 0
        storage = UnsafeMutablePointer<Value>.allocate(capacity: Swift.max(capacity, 1))
    }

    /// A list of these items.
    public convenience init(_ items: some Collection<Value>) {
        self.init(capacity: items.count)
        for item in items { append(item) }
    }

    /// The same, for the collection that most callers have.
    public convenience init(_ items: [Value]) {
        self.init(capacity: items.count)
        items.withUnsafeBufferPointer { buffer in
            if let first = buffer.baseAddress { fill(from: first, buffer.count) }
        }
    }

    /// Where the session keeps it as a possible part of a cycle.
    @exclusivity(unchecked) var trackingSlot: UnsafeMutablePointer<Int>?

    deinit {
        trackingSlot?.pointee = 0
        Drain.release(storage, count)
        storage.deallocate()
    }

    /// The item at `index`, which must be in `0 ..< count`.
    public subscript(index: Int) -> Value {
        get {
            precondition(index >= 0 && index < count, "index outside a list")
            return storage[index]
        }
        set {
            precondition(index >= 0 && index < count, "index outside a list")
            // The old value is released after the store: its release may run code that looks at this list.
            let old = storage[index]
            storage[index] = newValue
            _ = consume old
        }
    }

    /// `list.append(item)`
    @inline(__always)
    public func append(_ item: Value) {
        if count == capacity { grow(to: count + 1) }
        (storage + count).initialize(to: item)
        count &+= 1
    }

    @inline(__always)
    func append(copying register: UnsafeMutablePointer<Value>) {
        if count == capacity { grow(to: count + 1) }
        (storage + count).copy(from: register)
        count &+= 1
    }

    /// Fills an empty list with copies of `count` values, for which it has room.
    func fill(from pointer: UnsafePointer<Value>, _ count: Int) {
        let source = UnsafeMutablePointer(mutating: pointer)
        for index in 0..<count { (storage + index).copy(from: source + index) }
        self.count = count
    }

    /// Makes room for so many more items.
    public func reserve(_ more: Int) {
        if count + more > capacity { grow(to: count + more) }
    }

    /// A copy of the items.
    public var items: [Value] { Array(UnsafeBufferPointer(start: storage, count: count)) }

    /// Replaces the contents.
    public func assign(_ items: some Collection<Value>) {
        let fresh = ListObject(items)
        swapContents(with: fresh)
    }

    /// Another number once items were put in or all were taken out: sorting notices by it that the list was used.
    public var storageMark: Int { Int(bitPattern: storage) ^ capacity }

    /// Exchanges the items of two lists.
    public func swapContents(with other: ListObject) {
        swap(&storage, &other.storage)
        swap(&count, &other.count)
        swap(&capacity, &other.capacity)
    }

    /// Becomes the items of another list in the given order of its places, which must be in range.
    public func takeItems(of other: ListObject, inOrder places: [Int]) {
        let fresh = ListObject(capacity: places.count)
        for place in places {
            precondition(place >= 0 && place < other.count, "index outside a list")
            fresh.append(copying: other.storage + place)
        }
        swapContents(with: fresh)
    }

    /// Puts the item before the one at `index`, which is from 0 to `count`.
    public func insert(_ item: Value, at index: Int) {
        let index = Swift.min(Swift.max(index, 0), count)
        if count == capacity { grow(to: count + 1) }
        (storage + index + 1).moveInitialize(from: storage + index, count: count - index)
        (storage + index).initialize(to: item)
        count += 1
    }

    /// Takes out the item at `index`, which must be in `0 ..< count`.
    @discardableResult
    public func remove(at index: Int) -> Value {
        precondition(index >= 0 && index < count, "index outside a list")
        let item = (storage + index).move()
        (storage + index).moveInitialize(from: storage + index + 1, count: count - index - 1)
        count -= 1
        return item
    }

    /// Takes out the last item of a list that has one.
    public func removeLast() -> Value { remove(at: count - 1) }

    /// Takes all items out.
    public func removeAll() { swapContents(with: ListObject()) }

    /// `self[lower:upper] = items`, with `0 <= lower <= upper <= count`.
    public func replace(_ lower: Int, _ upper: Int, with items: [Value]) {
        precondition(lower >= 0 && lower <= upper && upper <= count, "slice outside a list")
        let removed = Array(UnsafeBufferPointer(start: storage + lower, count: upper - lower))
        let newCount = count - removed.count + items.count
        if newCount > capacity { grow(to: newCount) }
        (storage + lower).deinitialize(count: removed.count)
        (storage + lower + items.count).moveInitialize(from: storage + upper, count: count - upper)
        for (offset, item) in items.enumerated() { (storage + lower + offset).initialize(to: item) }
        count = newCount
        _ = consume removed
    }

    /// Replaces `length` items from `lower` on, which must be there, by copies of what another list keeps at `items`.
    ///
    /// The old ones are released at the end: their release may run code that changes this list.
    func replace(from lower: Int, count length: Int, with items: UnsafeMutablePointer<Value>) {
        precondition(lower >= 0 && length >= 0 && lower &+ length <= count, "slice outside a list")
        var old: [Value] = []
        for index in 0..<length {
            let slot = storage + lower + index
            if slot.isReference { old.append(slot.pointee) }
            slot.assign(from: items + index)
        }
        _ = consume old
    }

    /// Turns the order around.
    public func reverse() {
        var items = UnsafeMutableBufferPointer(start: storage, count: count)
        items.reverse()
    }

    func slice(start: Int, step: Int, count length: Int) -> ListObject {
        let result = ListObject(capacity: length)
        var index = start
        for position in 0..<length {
            (result.storage + position).copy(from: storage + index)
            index &+= step
        }
        result.count = length
        return result
    }

    /// The capacity after growing for one more than `count` items, or for `needed`.
    func grownCapacity(_ needed: Int) -> Int { Swift.max(needed, capacity + capacity / 2 + 4) }

    /// For a list that is about to die; see `Drain.giveUp`.
    func giveUp(into work: inout [Value]) -> Bool { Drain.giveUp(storage, &count, into: &work) }

    private func grow(to needed: Int) {
        let newCapacity = grownCapacity(needed)
        let fresh = UnsafeMutablePointer<Value>.allocate(capacity: newCapacity)
        UnsafeMutableRawPointer(fresh).copyMemory(from: storage, byteCount: count * MemoryLayout<Value>.stride)
        storage.deallocate()
        storage = fresh
        capacity = newCapacity
    }
}

/// Python's `tuple`: immutable once it is visible to a script.
///
/// `storage[0 ..< count]` is initialized: memory of its own, or for short ones `room` inside this object.
public final class TupleObject {
    @exclusivity(unchecked) private(set) var storage: UnsafeMutablePointer<Value>
    @exclusivity(unchecked) public private(set) var count: Int
    @exclusivity(unchecked) private var room = SmallRoom()

    /// A tuple of these items.
    public convenience init(_ items: some Collection<Value>) {
        self.init(room: items.count)
        var index = 0
        for item in items {
            (storage + index).initialize(to: item)
            index += 1
        }
    }

    /// The same, for the collection that most callers have.
    public convenience init(_ items: [Value]) {
        self.init(room: items.count)
        for (index, item) in items.enumerated() { (storage + index).initialize(to: item) }
    }

    /// Room for `count` values, which the caller initializes at once.
    private init(room count: Int) {
        self.count = count
        storage = HashTable.noValues
        storage =
            count <= SmallRoom.capacity
            ? withUnsafeMutablePointer(to: &room) { SmallRoom.values($0) } : UnsafeMutablePointer<Value>.allocate(capacity: count)
    }

    /// Copies `count` values from `pointer`.
    convenience init(copying pointer: UnsafePointer<Value>, count: Int) {
        self.init(room: count)
        let source = UnsafeMutablePointer(mutating: pointer)
        for index in 0..<count { (storage + index).copy(from: source + index) }
    }

    /// The items of one tuple and then those of another.
    convenience init(_ first: TupleObject, _ second: TupleObject) {
        self.init(room: first.count + second.count)
        for index in 0..<first.count { (storage + index).copy(from: first.storage + index) }
        for index in 0..<second.count { (storage + first.count + index).copy(from: second.storage + index) }
    }

    /// A tuple of copies of `count` values, in a spare one where that is at hand.
    @inline(__always)
    static func make(copying pointer: UnsafeMutablePointer<Value>, count: Int) -> TupleObject {
        guard count <= SmallRoom.capacity, let spare = Spares.takeTuple() else { return TupleObject(copying: pointer, count: count) }
        let tuple = Unmanaged<TupleObject>.fromOpaque(spare).takeRetainedValue()
        tuple.count = count
        tuple.storage = withUnsafeMutablePointer(to: &tuple.room) { SmallRoom.values($0) }
        for index in 0..<count { (tuple.storage + index).copy(from: pointer + index) }
        return tuple
    }

    /// Lets go of the items of a short tuple that is about to be a spare; false for a long one.
    @inline(__always)
    func becomeSpare() -> Bool {
        if count > SmallRoom.capacity { return false }
        storage.release(count)
        count = 0
        return true
    }

    /// Makes a spare an empty tuple again, which ends as any other.
    func leaveSpares() { storage = withUnsafeMutablePointer(to: &room) { SmallRoom.values($0) } }

    /// Whether the word that links spares is `storage`.
    static var isAsDescribed: Bool {
        let tuple = TupleObject([])
        let address = Unmanaged.passUnretained(tuple).toOpaque() + 16
        return withExtendedLifetime(tuple) { withUnsafeMutablePointer(to: &tuple.storage) { UnsafeMutableRawPointer($0) == address } }
    }

    /// A pair.
    public convenience init(_ first: Value, _ second: Value) {
        self.init(room: 2)
        storage.initialize(to: first)
        (storage + 1).initialize(to: second)
    }

    deinit {
        Drain.release(storage, count)
        // Only what is not the room inside was allocated.
        if storage != withUnsafeMutablePointer(to: &room, { SmallRoom.values($0) }) { storage.deallocate() }
    }

    /// The item at an index from 0 below `count`.
    public subscript(index: Int) -> Value {
        precondition(index >= 0 && index < count, "index outside a tuple")
        return storage[index]
    }

    public var items: [Value] { Array(UnsafeBufferPointer(start: storage, count: count)) }

    /// Whether letting go of it could go deep.
    var isNested: Bool { (0..<count).contains { Drain.isNested(storage + $0) } }

    /// For a tuple that is about to die; see `Drain.giveUp`.
    func giveUp(into work: inout [Value]) -> Bool { Drain.giveUp(storage, &count, into: &work) }

    func slice(start: Int, step: Int, count length: Int) -> TupleObject {
        if step == 1 { return TupleObject(copying: storage + start, count: length) }
        return TupleObject((0..<length).map { storage[start + $0 * step] })
    }
}

/// Room for a few values inside an object: raw memory that the compiler neither counts nor releases.
struct SmallRoom {
    static let capacity = 3
    private var words: (Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0)

    /// The room as values, none of them initialized. Its words are as large and aligned as `capacity` values.
    @inline(__always)
    static func values(_ room: UnsafeMutablePointer<SmallRoom>) -> UnsafeMutablePointer<Value> {
        UnsafeMutableRawPointer(room).assumingMemoryBound(to: Value.self)
    }
}

extension Value {
    /// A list of these items.
    public static func list(_ items: [Value]) -> Value { .list(ListObject(items)) }
    /// A tuple of these items.
    public static func tuple(_ items: [Value]) -> Value { .tuple(TupleObject(items)) }
    /// A string.
    public static func str(_ text: String) -> Value { .str(StrObject.make(text)) }
}
