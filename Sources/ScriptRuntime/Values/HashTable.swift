/// The insertion-ordered open-addressing table under dicts and sets.
///
/// Entries lie in order of insertion in `entries[0 ..< used]`, removed ones with `hash == -1` and no key; `index` holds
/// entry numbers plus one, 0 for free and -1 for removed. Both are owned here, and every index is kept in bounds by
/// `mask`.
struct HashTable {
    struct Entry {
        var hash: Int
        var key: Value
        var value: Value
    }

    private(set) var entries: UnsafeMutablePointer<Entry>
    /// Entries in use, removed ones included.
    private(set) var used = 0
    private(set) var count = 0
    private var capacity = 0
    private var index: UnsafeMutablePointer<Int32>
    /// Slots of `index` that are not free, those of removed entries included: at most `capacity`, since a search ends at a
    /// free one.
    private var filled = 0
    private var mask = 0
    /// Grows when a key is added or removed: probing and iteration notice changes by it.
    private(set) var changes = 0

    init() {
        entries = HashTable.noEntries
        index = HashTable.noIndex
    }

    /// Stands for storage that is not there yet; never read or written.
    static var noValues: UnsafeMutablePointer<Value> { UnsafeMutableRawPointer(noIndex).assumingMemoryBound(to: Value.self) }

    // Never written: a table without capacity grows before its first store. Shared by all threads for that reason.
    nonisolated(unsafe) private static let noEntries = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
    nonisolated(unsafe) private static let noIndex: UnsafeMutablePointer<Int32> = {
        let index = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
        index.initialize(to: 0)
        return index
    }()

    mutating func destroy() {
        guard capacity > 0 else { return }
        for number in 0..<used {
            withUnsafeMutablePointer(to: &entries[number].key) { Drain.release($0, 1) }
            withUnsafeMutablePointer(to: &entries[number].value) { Drain.release($0, 1) }
        }
        entries.deallocate()
        index.deallocate()
        capacity = 0
        used = 0
        count = 0
    }

    /// An empty table to take the place of this one: a search that is under way here notices it.
    func replacement() -> HashTable {
        var result = HashTable()
        result.changes = changes &+ 1
        return result
    }

    /// Takes the last nested key or value out of a table that is about to die, and lets go of what lies behind; false at the
    /// end. The table can only be destroyed afterwards.
    mutating func giveUp(into work: inout [Value]) -> Bool {
        let before = work.count
        while used > 0 {
            used -= 1
            takeNested(used, to: &work)
            (entries + used).deinitialize(count: 1)
            if work.count > before { return used > 0 }
        }
        return false
    }

    /// Takes all nested keys and values out of a table that is about to die; it can only be destroyed afterwards.
    func giveUpAll(into work: inout [Value]) {
        for number in 0..<used { takeNested(number, to: &work) }
    }

    private func takeNested(_ number: Int, to work: inout [Value]) {
        // Removed entries hold nothing.
        withUnsafeMutablePointer(to: &entries[number].key) { Drain.take($0, 1, to: &work) }
        withUnsafeMutablePointer(to: &entries[number].value) { Drain.take($0, 1, to: &work) }
    }

    /// Where a search for a key stands: `next` gives entry after entry with the same hash.
    struct Probe {
        let hash: Int
        var slot: Int
        var perturb: UInt
    }

    @inline(__always)
    func probe(_ hash: Int) -> Probe { Probe(hash: hash, slot: hash & mask, perturb: UInt(bitPattern: hash)) }

    /// The next entry with the hash of the probe, or nil when there is none.
    @inline(__always)
    func next(_ probe: inout Probe) -> Int? {
        while true {
            let number = index[probe.slot]
            if number == 0 { return nil }
            probe.perturb >>= 5
            probe.slot = (probe.slot &* 5 &+ 1 &+ Int(bitPattern: probe.perturb)) & mask
            if number > 0, entries[Int(number) &- 1].hash == probe.hash { return Int(number) &- 1 }
        }
    }

    /// The value of an entry, until the table changes.
    @inline(__always)
    func place(_ number: Int) -> UnsafeMutablePointer<Value> {
        withUnsafeMutablePointer(to: &entries[number].value) { $0 }
    }

    /// All keys and values, one after the other.
    func eachValue(_ body: (UnsafeMutablePointer<Value>) -> Void) {
        for number in 0..<used where entries[number].hash != -1 {
            withUnsafeMutablePointer(to: &entries[number].key) { body($0) }
            body(place(number))
        }
    }

    /// Adds a key that is not there.
    mutating func insertNew(_ hash: Int, _ key: Value, _ value: Value) {
        if isFull { rebuild(for: count + 1) }
        (entries + used).initialize(to: Entry(hash: hash, key: key, value: value))
        used += 1
        count += 1
        changes &+= 1
        place(used, hash)
    }

    mutating func remove(_ number: Int) -> Entry {
        let entry = entries[number]
        entries[number] = Entry(hash: -1, key: .undefined, value: .undefined)
        var slot = entry.hash & mask
        var perturb = UInt(bitPattern: entry.hash)
        while index[slot] != Int32(number + 1) {
            perturb >>= 5
            slot = (slot &* 5 &+ 1 &+ Int(bitPattern: perturb)) & mask
        }
        index[slot] = -1
        count -= 1
        changes &+= 1
        return entry
    }

    /// Drops the holes at the end, so that popitem takes constant time. Only it does: an iteration that is under way would
    /// find a key that is added after another was removed in the place of that one.
    mutating func trim() {
        while used > 0, entries[used - 1].hash == -1 {
            used -= 1
            (entries + used).deinitialize(count: 1)
        }
    }

    /// The keys in order, with their hashes.
    var hashedKeys: [(hash: Int, key: Value)] {
        var result: [(hash: Int, key: Value)] = []
        result.reserveCapacity(count)
        for number in 0..<used where entries[number].hash != -1 { result.append((entries[number].hash, entries[number].key)) }
        return result
    }

    func isLive(_ number: Int) -> Bool { number < used && entries[number].hash != -1 }

    func copy() -> HashTable {
        var result = HashTable()
        if count > 0 { result.rebuild(for: count) }
        for number in 0..<used where entries[number].hash != -1 {
            let entry = entries[number]
            result.insertNew(entry.hash, entry.key, entry.value)
        }
        return result
    }

    private mutating func place(_ number: Int, _ hash: Int) {
        var slot = hash & mask
        var perturb = UInt(bitPattern: hash)
        while index[slot] > 0 {
            perturb >>= 5
            slot = (slot &* 5 &+ 1 &+ Int(bitPattern: perturb)) & mask
        }
        if index[slot] == 0 { filled += 1 }
        index[slot] = Int32(truncatingIfNeeded: number)
    }

    /// Whether one more key makes the table grow.
    @inline(__always)
    var isFull: Bool { used == capacity || filled == capacity }

    /// What it takes then, beside what it has.
    var grownBytes: Int { slots(for: count + 1) * (MemoryLayout<Entry>.stride * 2 / 3 + MemoryLayout<Int32>.stride) }

    /// Places of an index for `needed` entries and as much again.
    private func slots(for needed: Int) -> Int {
        var slots = 8
        while slots * 2 / 3 < needed + needed / 2 { slots *= 2 }
        return slots
    }

    /// Makes room for `needed` entries and as much again, dropping the holes.
    private mutating func rebuild(for needed: Int) {
        let slots = slots(for: needed)
        let fresh = UnsafeMutablePointer<Entry>.allocate(capacity: slots * 2 / 3)
        var kept = 0
        for number in 0..<used {
            if entries[number].hash == -1 {
                (entries + number).deinitialize(count: 1)
                continue
            }
            (fresh + kept).moveInitialize(from: entries + number, count: 1)
            kept += 1
        }
        if capacity > 0 {
            entries.deallocate()
            index.deallocate()
        }
        entries = fresh
        used = kept
        capacity = slots * 2 / 3
        mask = slots - 1
        index = UnsafeMutablePointer<Int32>.allocate(capacity: slots)
        index.initialize(repeating: 0, count: slots)
        filled = 0
        for number in 0..<used { place(number + 1, entries[number].hash) }
    }
}
