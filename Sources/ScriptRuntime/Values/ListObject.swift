/// Python's `list`: growable, compared and printed by the interpreter.
///
/// `storage[0 ..< count]` is initialized, `capacity` elements are allocated; only this file and the VM know.
public final class ListObject {
    @usableFromInline var storage: UnsafeMutablePointer<Value>
    public internal(set) var count: Int
    var capacity: Int
    /// Counts changes of length, so that sorting and iteration can notice them.
    public internal(set) var isBeingSorted = false

    public init(capacity: Int = 0) {
        self.capacity = capacity
        count = 0
        storage = UnsafeMutablePointer<Value>.allocate(capacity: Swift.max(capacity, 1))
    }

    public convenience init(_ items: some Collection<Value>) {
        self.init(capacity: items.count)
        for item in items { append(item) }
    }

    deinit {
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

    @inline(__always)
    public func append(_ item: Value) {
        if count == capacity { grow(to: count + 1) }
        (storage + count).initialize(to: item)
        count &+= 1
    }

    /// Fills an empty list with copies of `count` values, for which it has room.
    func fill(from pointer: UnsafePointer<Value>, _ count: Int) {
        storage.initialize(from: pointer, count: count)
        self.count = count
    }

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

    public func swapContents(with other: ListObject) {
        swap(&storage, &other.storage)
        swap(&count, &other.count)
        swap(&capacity, &other.capacity)
    }

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

    public func removeLast() -> Value { remove(at: count - 1) }

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

    public func reverse() {
        var items = UnsafeMutableBufferPointer(start: storage, count: count)
        items.reverse()
    }

    func slice(start: Int, step: Int, count length: Int) -> ListObject {
        let result = ListObject(capacity: length)
        if step == 1 {
            result.storage.initialize(from: storage + start, count: length)
            result.count = length
            return result
        }
        var index = start
        for _ in 0..<length {
            result.append(storage[index])
            index += step
        }
        return result
    }

    private func grow(to needed: Int) {
        let newCapacity = Swift.max(needed, capacity + capacity / 2 + 4)
        let fresh = UnsafeMutablePointer<Value>.allocate(capacity: newCapacity)
        fresh.moveInitialize(from: storage, count: count)
        storage.deallocate()
        storage = fresh
        capacity = newCapacity
    }
}

/// Python's `tuple`: immutable once it is visible to a script.
public final class TupleObject {
    @usableFromInline let storage: UnsafeMutablePointer<Value>
    public let count: Int

    public init(_ items: some Collection<Value>) {
        count = items.count
        storage = UnsafeMutablePointer<Value>.allocate(capacity: Swift.max(count, 1))
        var index = 0
        for item in items {
            (storage + index).initialize(to: item)
            index += 1
        }
    }

    /// Copies `count` values from `pointer`.
    init(copying pointer: UnsafePointer<Value>, count: Int) {
        self.count = count
        storage = UnsafeMutablePointer<Value>.allocate(capacity: Swift.max(count, 1))
        storage.initialize(from: pointer, count: count)
    }

    deinit {
        Drain.release(storage, count)
        storage.deallocate()
    }

    public subscript(index: Int) -> Value {
        precondition(index >= 0 && index < count, "index outside a tuple")
        return storage[index]
    }

    public var items: [Value] { Array(UnsafeBufferPointer(start: storage, count: count)) }

    func slice(start: Int, step: Int, count length: Int) -> TupleObject {
        if step == 1 { return TupleObject(copying: storage + start, count: length) }
        return TupleObject((0..<length).map { storage[start + $0 * step] })
    }
}

extension Value {
    public static func list(_ items: [Value]) -> Value { .list(ListObject(items)) }
    public static func tuple(_ items: [Value]) -> Value { .tuple(TupleObject(items)) }
    public static func str(_ text: String) -> Value { .str(StrObject.make(text)) }
}
