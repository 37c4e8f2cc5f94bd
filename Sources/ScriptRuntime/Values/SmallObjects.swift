public import BigInt

/// An integer that does not fit `Int`.
public final class BigIntObject {
    public let value: BigInt

    init(_ value: BigInt) { self.value = value }
}

extension Value {
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
    lazy var hash: Int = {
        let hash = StrObject.make(latin: bytes).hashValue
        return hash == -1 ? -2 : hash
    }()

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var count: Int { bytes.count }
}

/// Python's `range`, within the range of `Int`; a longer one is refused when it is made.
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

    func slice(start first: Int, stop last: Int, step factor: Int) -> RangeObject {
        RangeObject(start: start &+ first &* step, stop: start &+ last &* step, step: step &* factor) ?? self
    }
}

public final class SliceObject {
    public private(set) var start: Value
    public private(set) var stop: Value
    public private(set) var step: Value

    public init(_ start: Value, _ stop: Value, _ step: Value) {
        self.start = start
        self.stop = stop
        self.step = step
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
    public var value: Value

    init(_ value: Value) { self.value = value }

    deinit {
        if withUnsafeMutablePointer(to: &value, { Drain.isNested($0) }) {
            var work = [value]
            value = .undefined
            Drain.drain(&work)
        }
    }
}

/// A callable with its first argument.
public final class BoundMethod {
    public let function: Value
    public internal(set) var receiver: Value

    public init(_ function: Value, _ receiver: Value) {
        self.function = function
        self.receiver = receiver
    }
}

/// `property`, `staticmethod`, `classmethod` and `super` objects.
public final class DescriptorObject {
    public enum Kind { case property, staticMethod, classMethod, superObject }

    public let kind: Kind
    /// Getter; the function; for `super` the object.
    public private(set) var first: Value
    /// Setter of a property; for `super` the class after which to search.
    public private(set) var second: Value
    /// Deleter of a property.
    public private(set) var third: Value
    public var doc: Value

    public init(_ kind: Kind, _ first: Value, _ second: Value = .none, _ third: Value = .none, doc: Value = .none) {
        self.kind = kind
        self.first = first
        self.second = second
        self.third = third
        self.doc = doc
    }

    func drain(into work: inout [Value]) {
        work += [first, second, third, doc]
        (first, second, third, doc) = (.none, .none, .none, .none)
    }
}
