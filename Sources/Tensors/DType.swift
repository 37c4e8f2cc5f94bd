/// What one element of a tensor is.
public enum DType: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    // In the order of promotion: of two kinds the later one can hold the result.
    case bool, uint8, int32, int64, float32, float64

    /// The name that NumPy gives it: `float32`.
    public var name: String {
        switch self {
        case .bool: "bool"
        case .uint8: "uint8"
        case .int32: "int32"
        case .int64: "int64"
        case .float32: "float32"
        case .float64: "float64"
        }
    }

    public init?(name: String) {
        guard let found = DType.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    public var description: String { name }

    /// Bytes per element.
    public var size: Int {
        switch self {
        case .bool, .uint8: 1
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    public var isFloating: Bool { self == .float32 || self == .float64 }
    /// What elements of an integer kind can be; nil for the others.
    package var wholeNumbers: ClosedRange<Int64>? {
        switch self {
        case .uint8: Int64(UInt8.min)...Int64(UInt8.max)
        case .int32: Int64(Int32.min)...Int64(Int32.max)
        case .int64: .min ... .max
        case .bool, .float32, .float64: nil
        }
    }

    public var isInteger: Bool { self == .uint8 || self == .int32 || self == .int64 }

    /// The kind of a result of `self` and `other`. Integers with float32 stay float32, as in JAX.
    public func promoted(with other: DType) -> DType { rawValue >= other.rawValue ? self : other }

    /// The kind that division, `exp` and the like give: itself when floating, else float32.
    public var floating: DType { isFloating ? self : .float32 }

    /// The kind that a sum of such elements has: small integers widen to int64, as in NumPy.
    var summed: DType { isFloating ? self : .int64 }
}

/// A Swift type that is the element of some kind of tensor.
public protocol TensorElement: Sendable, BitwiseCopyable {
    static var dtype: DType { get }
    /// The nearest double; true is 1.
    var double: Double { get }
    /// The value as a whole number: towards zero, saturating at the ends; NaN is 0.
    var integer: Int64 { get }
    /// From a double: towards zero and saturating for integers; everything but 0 is true.
    init(double: Double)
    /// From a whole number; integers too large wrap around, as in NumPy.
    init(integer: Int64)
}

extension Float: TensorElement {
    public static var dtype: DType { .float32 }
    public var double: Double { Double(self) }
    public var integer: Int64 { Double(self).integer }
    public init(double: Double) { self = Float(double) }
    public init(integer: Int64) { self = Float(integer) }
}

extension Double: TensorElement {
    public static var dtype: DType { .float64 }
    public var double: Double { self }
    public var integer: Int64 { Int64(saturating: self) }
    public init(double: Double) { self = double }
    public init(integer: Int64) { self = Double(integer) }
}

extension Int32: TensorElement {
    public static var dtype: DType { .int32 }
    public var double: Double { Double(self) }
    public var integer: Int64 { Int64(self) }
    public init(double: Double) { self = Int32(clamping: Int64(saturating: double)) }
    public init(integer: Int64) { self = Int32(truncatingIfNeeded: integer) }
}

extension Int64: TensorElement {
    public static var dtype: DType { .int64 }
    public var double: Double { Double(self) }
    public var integer: Int64 { self }
    public init(double: Double) { self = Int64(saturating: double) }
    public init(integer: Int64) { self = integer }
}

extension UInt8: TensorElement {
    public static var dtype: DType { .uint8 }
    public var double: Double { Double(self) }
    public var integer: Int64 { Int64(self) }
    public init(double: Double) { self = UInt8(clamping: Int64(saturating: double)) }
    public init(integer: Int64) { self = UInt8(truncatingIfNeeded: integer) }
}

extension Bool: TensorElement {
    public static var dtype: DType { .bool }
    public var double: Double { self ? 1 : 0 }
    public var integer: Int64 { self ? 1 : 0 }
    public init(double: Double) { self = double != 0 }
    public init(integer: Int64) { self = integer != 0 }
}

extension Int64 {
    /// Towards zero, clamped to the range; NaN is 0.
    init(saturating value: Double) {
        if value >= 0x1p63 {
            self = .max
        } else if value <= -0x1p63 {
            self = .min
        } else {
            self = value.isNaN ? 0 : Int64(value)
        }
    }
}
