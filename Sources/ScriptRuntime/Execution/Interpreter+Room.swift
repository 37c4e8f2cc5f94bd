/// A `MemoryError` instead of an allocation that the system refuses.
///
/// Large blocks are asked for one by one; small ones by a reserve that the system must have whenever some more of them were
/// charged.
extension Interpreter {
    /// Charges between two looks, and after one that failed: the reserve is only estimated, by what is charged.
    static let lookInterval = 4 << 20
    static let lookIntervalInNeed = 1 << 16

    /// What a dict or a set takes for each of its entries, at most.
    public static let bytesPerEntry = 140

    /// Throws `MemoryError` when the system would not give a block of so many bytes now. Whoever lets something grow that no
    /// charge of its whole size came before calls it first.
    @inline(__always)
    public func requireRoom(_ bytes: Int) throws(Raised) {
        if bytes >= SystemMemory.largeBlock { try askForRoom(bytes) }
    }

    /// The same for `count` items of `size` bytes.
    public func requireRoom(for count: Int, of size: Int) throws(Raised) {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
        if overflow { throw Raised(.memoryError, "") }
        try requireRoom(bytes)
    }

    /// The same for more items in an array, which is copied into one of twice the size when it is full.
    @inline(__always)
    public func requireRoom<Item>(for more: Int = 1, in items: [Item]) throws(Raised) {
        if more > items.capacity - items.count {
            try requireRoom(for: Swift.max(items.count, more), of: 2 * MemoryLayout<Item>.stride)
        }
    }

    /// The same for another item in a list.
    @inline(__always)
    func requireRoom(in list: ListObject) throws(Raised) {
        if list.count == list.capacity { try requireRoom(for: list.grownCapacity(list.count), of: MemoryLayout<Value>.stride) }
    }

    /// The same for another key in a dict or a set; the larger table is charged.
    @inline(__always)
    func requireRoom(in table: HashTable) throws(Raised) {
        if table.isFull { try charge(bytes: table.grownBytes) }
    }

    /// The same for more code points, of so many bytes each, in a text that is being built.
    @inline(__always)
    public func requireRoom(for more: Int, width: Int = 1, in builder: StrBuilder) throws(Raised) {
        if let bytes = builder.grownBytes(more, width: width) { try requireRoom(bytes) }
    }

    /// The same for a string.
    @inline(__always)
    public func requireRoom(for text: StrObject, in builder: StrBuilder) throws(Raised) {
        try requireRoom(for: text.count, width: text.width, in: builder)
    }

    /// Adds to a text that is being built.
    @inline(__always)
    public func append(_ text: StrObject, to builder: inout StrBuilder) throws(Raised) {
        try requireRoom(for: text, in: builder)
        builder.append(text)
    }

    @inline(never)
    func askForRoom(_ bytes: Int = 0) throws(Raised) {
        if SystemMemory.has(bytes) { return }
        if tracking.hasGrown { collectCycles() }
        if !SystemMemory.has(bytes) { throw Raised(.memoryError, "") }
    }
}
