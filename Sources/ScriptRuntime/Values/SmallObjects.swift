public import BigInt

/// An integer that does not fit `Int`.
public final class BigIntObject {
    /// The number when 128 bits hold it: products of two machine integers stay cheap.
    let wide: Int128?
    private var big: BigInt?

    init(_ value: BigInt) {
        big = value
        wide = BigIntObject.wide(value)
    }

    init(wide: Int128) { self.wide = wide }

    public var value: BigInt {
        if let big { return big }
        let made = BigInt(wide ?? 0)
        big = made
        return made
    }

    private static func wide(_ value: BigInt) -> Int128? {
        guard value.bitWidth <= 127 else { return nil }
        var magnitude: UInt128 = 0
        for (index, word) in value.magnitude.words.enumerated() where index < 2 {
            magnitude |= UInt128(truncatingIfNeeded: word) << UInt128(64 * index)
        }
        let number = Int128(truncatingIfNeeded: magnitude)
        return value.sign == .minus ? 0 - number : number
    }
}

extension Value {
    /// The integer, small when it fits.
    static func integer(_ value: Int128) -> Value {
        if let small = Int(exactly: value) { return .int(small) }
        return .bigInt(BigIntObject(wide: value))
    }

    /// Any integer or bool that fits 128 bits.
    @inline(__always)
    var asWide: Int128? {
        switch self {
        case .int(let value): return Int128(value)
        case .bigInt(let object): return object.wide
        case .bool(let value): return value ? 1 : 0
        default: return nil
        }
    }

    /// The integer, small when it fits.
    public static func integer(_ value: BigInt) -> Value {
        if let small = Int(exactly: value) { return .int(small) }
        return .bigInt(BigIntObject(value))
    }

    /// Any integer or bool as a big integer, else nil.
    public var asBigInt: BigInt? {
        switch self {
        case .int(let value): return BigInt(value)
        case .bool(let value): return BigInt(value ? 1 : 0)
        case .bigInt(let object): return object.value
        default: return nil
        }
    }
}

/// Python's `bytes`. Only the one behind a bytearray changes, and nothing else holds that.
public final class BytesObject {
    public package(set) var bytes: [UInt8]
    /// How many views look at them: while there is one, their number is fixed.
    package var exports = 0
    lazy var hash: Int = {
        let hash = StrObject.make(latin: bytes).hashValue
        return hash == -1 ? -2 : hash
    }()

    /// These bytes as a value.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var count: Int { bytes.count }
}

/// Python's `range`, within the range of `Int`; beyond it a `LongRange` stands for the same class.
public final class RangeObject {
    public let start: Int
    public let stop: Int
    public let step: Int
    public let count: Int

    /// Nil when the step is zero or the length is beyond `Int`.
    public init?(start: Int, stop: Int, step: Int) {
        guard step != 0 else { return nil }
        self.start = start
        self.stop = stop
        self.step = step
        if step > 0 ? start >= stop : start <= stop {
            count = 0
        } else {
            let (distance, overflow) = step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
            guard !overflow else { return nil }
            count = Int((UInt(bitPattern: distance) - 1) / step.magnitude + 1)
        }
    }

    /// The item at `index`, which must be in `0 ..< count`: never overflows there.
    @inline(__always)
    public subscript(index: Int) -> Int { start &+ index &* step }

    /// The part that a slice with these bounds means; nil where it needs larger numbers.
    func slice(start first: Int, stop last: Int, step factor: Int) -> RangeObject? {
        let width = Int128(step)
        guard let start = Int(exactly: Int128(self.start) + Int128(first) * width),
            let stop = Int(exactly: Int128(self.start) + Int128(last) * width),
            let step = Int(exactly: width * Int128(factor))
        else { return nil }
        return RangeObject(start: start, stop: stop, step: step)
    }
}

/// Python's `slice`; a part that is left out is `None`.
public final class SliceObject {
    @exclusivity(unchecked) public private(set) var start: Value
    @exclusivity(unchecked) public private(set) var stop: Value
    @exclusivity(unchecked) public private(set) var step: Value

    /// `slice(start, stop, step)`
    public init(_ start: Value, _ stop: Value, _ step: Value) {
        self.start = start
        self.stop = stop
        self.step = step
    }

    deinit {
        if isPlain { return }
        // One after the other: of several references to one container, the last may be the one that it dies with.
        giveUp(&start)
        giveUp(&stop)
        giveUp(&step)
    }

    private func giveUp(_ part: inout Value) {
        guard withUnsafeMutablePointer(to: &part, { Drain.isNested($0) }) else {
            part = .undefined
            return
        }
        var work = [part]
        part = .undefined
        Drain.drain(&work)
    }

    /// Whether each part is a plain number or left out.
    var isPlain: Bool {
        func isPlain(_ slot: UnsafeMutablePointer<Value>) -> Bool { slot.isNothing || slot.tag == Tag.int }
        return withUnsafeMutablePointer(to: &start, isPlain) && withUnsafeMutablePointer(to: &stop, isPlain)
            && withUnsafeMutablePointer(to: &step, isPlain)
    }

    /// Becomes another slice: only for one that nobody else can see.
    func replace(copying parts: UnsafeMutablePointer<Value>) {
        withUnsafeMutablePointer(to: &start) { $0.assign(from: parts) }
        withUnsafeMutablePointer(to: &stop) { $0.assign(from: parts + 1) }
        withUnsafeMutablePointer(to: &step) { $0.assign(from: parts + 2) }
    }

    /// The places it means in a sequence of `count` items; nil where a part is neither a plain number nor left out, or step is 0.
    func plainPlaces(_ count: Int) -> (start: Int, step: Int, count: Int)? {
        let stride = withUnsafeMutablePointer(to: &step) { $0.isNothing ? 1 : $0.tag == Tag.int ? $0.bits : 0 }
        if stride == 0 { return nil }
        let lowest = stride < 0 ? -1 : 0
        let highest = stride < 0 ? count &- 1 : count
        func bound(_ slot: UnsafeMutablePointer<Value>, _ missing: Int) -> Int? {
            if slot.isNothing { return missing }
            guard slot.tag == Tag.int else { return nil }
            let index = slot.bits
            return index < 0 ? Swift.max(index &+ count, lowest) : Swift.min(index, highest)
        }
        guard let first = withUnsafeMutablePointer(to: &start, { bound($0, stride < 0 ? highest : lowest) }),
            let end = withUnsafeMutablePointer(to: &stop, { bound($0, stride < 0 ? lowest : highest) })
        else { return nil }
        // Both are from -1 to `count`: their distance is a plain number.
        let distance = stride < 0 ? first &- end : end &- first
        if distance <= 0 { return (Swift.max(first, 0), stride, 0) }
        return (first, stride, stride == 1 ? distance : Int(UInt(bitPattern: distance &- 1) / stride.magnitude) &+ 1)
    }

    func drain(into work: inout [Value]) {
        work.append(start)
        work.append(stop)
        work.append(step)
        (start, stop, step) = (.none, .none, .none)
    }
}

/// A variable shared between a function and the functions inside it.
public final class CellObject {
    /// One value, initialized as long as the object lives.
    let slot: UnsafeMutablePointer<Value>
    public var value: Value {
        get { slot.pointee }
        set { slot.put(newValue) }
    }

    init(_ value: Value) {
        slot = .allocate(capacity: 1)
        slot.initialize(to: value)
    }

    @exclusivity(unchecked) var trackingSlot: UnsafeMutablePointer<Int>?

    deinit {
        trackingSlot?.pointee = 0
        Drain.release(slot, 1)
        slot.deallocate()
    }
}

/// A callable with its first argument.
public final class BoundMethod {
    public let function: Value
    public internal(set) var receiver: Value

    /// The function with its first argument filled in.
    public init(_ function: Value, _ receiver: Value) {
        self.function = function
        self.receiver = receiver
    }

    deinit {
        if withUnsafeMutablePointer(to: &receiver, { Drain.isNested($0) }) {
            var work = [receiver]
            receiver = .undefined
            Drain.drain(&work)
        }
    }
}

/// `property`, `staticmethod`, `classmethod` and `super` objects.
public final class DescriptorObject {
    /// Which of the four it is.
    public enum Kind { case property, staticMethod, classMethod, superObject }

    public let kind: Kind
    /// Getter; the function; for `super` the object.
    @exclusivity(unchecked) public private(set) var first: Value
    /// Setter of a property; for `super` the class after which to search.
    @exclusivity(unchecked) public private(set) var second: Value
    /// Deleter of a property.
    public private(set) var third: Value
    public var doc: Value

    /// A descriptor; what the parts are depends on its kind.
    public init(_ kind: Kind, _ first: Value, _ second: Value = .none, _ third: Value = .none, doc: Value = .none) {
        self.kind = kind
        self.first = first
        self.second = second
        self.third = third
        self.doc = doc
    }

    deinit {
        if withUnsafeMutablePointer(to: &first, { Drain.isNested($0) }) || withUnsafeMutablePointer(to: &second, { Drain.isNested($0) }) {
            var work: [Value] = []
            drain(into: &work)
            Drain.drain(&work)
        }
    }

    func drain(into work: inout [Value]) {
        work += [first, second, third, doc]
        (first, second, third, doc) = (.none, .none, .none, .none)
    }
}
