import Foundation
import Synchronization

/// Values by place that no more change: in memory while all that a spool keeps is little, else in its file.
///
/// That file has no name, so that nobody else can change it; should the disk fail to give back what was written, the process ends, as it does
/// when that befalls memory that was swapped out.
public struct SpooledArray<Element: BitwiseCopyable & Sendable>: Sendable {
    private var values: [Element]
    private var file: (spool: RecordSpool, place: Int, count: Int)?

    init(_ values: [Element] = []) { self.values = values }

    fileprivate init(_ values: [Element], in file: RecordSpool) throws {
        self.values = []
        self.file = (file, try values.withUnsafeBytes(file.appendToFile), values.count)
    }

    /// Several values, read at once.
    public func values(in range: Range<Int>) -> [Element] {
        guard let file else { return Array(values[range]) }
        precondition(range.lowerBound >= 0 && range.upperBound <= file.count, "the values must be in the array")
        do {
            let stride = MemoryLayout<Element>.stride
            return try file.spool.values(at: file.place + range.lowerBound * stride, count: range.count)
        } catch { preconditionFailure("the disk lost what was written to it: \(error)") }
    }

    /// Adds a value to an array that is in memory.
    mutating func append(_ value: Element) {
        precondition(file == nil, "what is in a file no more changes")
        values.append(value)
    }

    mutating func reserveCapacity(_ count: Int) { values.reserveCapacity(count) }

    /// Leaves the values to a spool.
    mutating func move(to spool: ArraySpool) { self = spool.kept(file == nil ? values : values(in: indices)) }
}

extension SpooledArray: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { file?.count ?? values.count }

    public subscript(place: Int) -> Element { file == nil ? values[place] : values(in: place..<place + 1)[0] }

    /// Goes through the values some thousands at a time.
    public struct Iterator: IteratorProtocol {
        fileprivate let array: SpooledArray
        private var block: ArraySlice<Element> = []
        private var place = 0

        fileprivate init(_ array: SpooledArray) { self.array = array }

        public mutating func next() -> Element? {
            if block.isEmpty, place < array.endIndex {
                block = array.values(in: place..<Swift.min(place + 4096, array.endIndex))[...]
                place += block.count
            }
            return block.popFirst()
        }
    }

    public func makeIterator() -> Iterator { Iterator(self) }
}

extension SpooledArray: Equatable where Element: Equatable {
    public static func == (a: SpooledArray, b: SpooledArray) -> Bool { a.elementsEqual(b) }
}

/// Keeps the long arrays of a corpus, so that they take no more memory for thousands of pages than for some.
package final class ArraySpool: Sendable {
    private let file = RecordSpool(folder: FileManager.default.temporaryDirectory.path)
    /// How many bytes may still stay in memory.
    private let room: Mutex<Int>

    package init(memoryLimit: Int = 1 << 20) { room = Mutex(memoryLimit) }

    /// The same values, in memory as long as there is room; later ones too where no file can be written.
    package func kept<Element>(_ values: [Element]) -> SpooledArray<Element> {
        let bytes = values.count * MemoryLayout<Element>.stride
        let fits = room.withLock { room in
            guard room >= bytes else { return false }
            room -= bytes
            return true
        }
        return (fits ? nil : try? SpooledArray(values, in: file)) ?? SpooledArray(values)
    }
}
