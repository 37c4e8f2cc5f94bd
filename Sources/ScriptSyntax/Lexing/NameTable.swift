/// Every name of a source once: bytes as written → index → text in normal form NFKC.
///
/// Indices below `Token.keywords.count` are keywords.
struct NameTable: Sendable {
    private(set) var texts: [String] = []
    private var written: [Entry] = []
    /// Open addressing; -1 is free. The size is a power of two, at most half full.
    private var slots: [Int32]

    private struct Entry: Sendable {
        let hash: UInt32
        let bytes: [UInt8]
    }

    init() {
        slots = Array(repeating: -1, count: 512)
        for keyword in Token.keywords + Token.softKeywords {
            let bytes = Array(keyword.utf8)
            _ = index(of: bytes, from: 0, to: bytes.count, hash: NameTable.hash(bytes))
        }
    }

    /// Holds nothing and must not be used: a stand-in while the real table is lent out.
    static let lent = NameTable(slots: [])

    private init(slots: [Int32]) { self.slots = slots }

    static func hash(_ bytes: [UInt8]) -> UInt32 {
        var hash = hashSeed
        for byte in bytes { hash = mix(hash, byte) }
        return hash
    }

    static let hashSeed: UInt32 = 2_166_136_261

    /// One step of FNV-1a.
    @inline(__always)
    static func mix(_ hash: UInt32, _ byte: UInt8) -> UInt32 { (hash ^ UInt32(byte)) &* 16_777_619 }

    subscript(index: Int32) -> String { texts[Int(index)] }

    /// The index of the name written in `bytes[start..<end]`; the table learns it when it is new.
    mutating func index(of bytes: [UInt8], from start: Int, to end: Int, hash: UInt32) -> Int32 {
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while true {
            let found = slots[slot]
            if found < 0 { break }
            let entry = written[Int(found)]
            if entry.hash == hash, entry.bytes.count == end - start, same(entry.bytes, bytes, start) {
                return found
            }
            slot = (slot + 1) & mask
        }
        let index = Int32(clamping: texts.count)
        let spelled = Array(bytes[start..<end])
        written.append(Entry(hash: hash, bytes: spelled))
        texts.append(NormalForm.identifier(spelled))
        slots[slot] = index
        if texts.count * 2 > slots.count { grow() }
        return index
    }

    @inline(__always)
    private func same(_ known: [UInt8], _ bytes: [UInt8], _ start: Int) -> Bool {
        var offset = 0
        while offset < known.count {
            if known[offset] != bytes[start + offset] { return false }
            offset += 1
        }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        let mask = slots.count - 1
        for (index, entry) in written.enumerated() {
            var slot = Int(entry.hash) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(clamping: index)
        }
    }
}
