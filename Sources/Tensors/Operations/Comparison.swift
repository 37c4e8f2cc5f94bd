/// The elementwise comparisons; they give bool tensors and carry no gradient.
public enum Comparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

extension Tensor {
    public func compared(_ comparison: Comparison, _ other: Tensor) throws -> Tensor {
        let kind = dtype.promoted(with: other.dtype)
        let (left, right) = (try detached.converted(to: kind), try other.detached.converted(to: kind))
        switch kind {
        case .bool, .uint8: return try left.compare(comparison, right, UInt8.self)
        case .int32: return try left.compare(comparison, right, Int32.self)
        case .int64: return try left.compare(comparison, right, Int64.self)
        case .float32: return try left.compare(comparison, right, Float.self)
        case .float64: return try left.compare(comparison, right, Double.self)
        }
    }

    public func equals(_ other: Tensor) throws -> Tensor { try compared(.equal, other) }
    public func differs(_ other: Tensor) throws -> Tensor { try compared(.notEqual, other) }
    public func isLess(than other: Tensor) throws -> Tensor { try compared(.less, other) }
    public func isGreater(than other: Tensor) throws -> Tensor { try compared(.greater, other) }

    public func equals(_ value: Double) throws -> Tensor { try compared(.equal, weak(value)) }
    public func isLess(than value: Double) throws -> Tensor { try compared(.less, weak(value)) }
    public func isGreater(than value: Double) throws -> Tensor { try compared(.greater, weak(value)) }

    private func compare<Element: TensorElement & Comparable>(
        _ comparison: Comparison, _ other: Tensor, _: Element.Type
    ) throws -> Tensor {
        let plan = try BroadcastPlan(shape, other.shape, comparison.rawValue)
        let name = comparison.rawValue
        switch comparison {
        case .equal: return try plan.map(self, other, name) { (a: Element, b: Element) in a == b }
        case .notEqual: return try plan.map(self, other, name) { (a: Element, b: Element) in a != b }
        case .less: return try plan.map(self, other, name) { (a: Element, b: Element) in a < b }
        case .lessOrEqual: return try plan.map(self, other, name) { (a: Element, b: Element) in a <= b }
        case .greater: return try plan.map(self, other, name) { (a: Element, b: Element) in a > b }
        case .greaterOrEqual: return try plan.map(self, other, name) { (a: Element, b: Element) in a >= b }
        }
    }
}

/// Bitwise operations of integers, logical ones of bools.
public enum BitOperation: String, Sendable {
    case and = "&"
    case or = "|"
    case exclusiveOr = "^"
}

extension Tensor {
    public func bits(_ operation: BitOperation, _ other: Tensor) throws -> Tensor {
        let kind = dtype.promoted(with: other.dtype)
        let (left, right) = (try converted(to: kind), try other.converted(to: kind))
        switch kind {
        case .bool: return try left.logic(operation, right)
        case .uint8: return try left.bitwise(operation, right, UInt8.self)
        case .int32: return try left.bitwise(operation, right, Int32.self)
        case .int64: return try left.bitwise(operation, right, Int64.self)
        case .float32, .float64:
            throw TensorError.wrongDType(
                operation: operation.rawValue, found: dtype.isFloating ? dtype : other.dtype, needed: [.bool, .int64, .int32])
        }
    }

    /// `~`: the opposite of bools, the complement of integers.
    public func inverted() throws -> Tensor {
        switch dtype {
        case .bool: return try map("~") { (x: Bool) in !x }
        case .uint8: return try map("~") { (x: UInt8) in ~x }
        case .int32: return try map("~") { (x: Int32) in ~x }
        case .int64: return try map("~") { (x: Int64) in ~x }
        case .float32, .float64:
            throw TensorError.wrongDType(operation: "~", found: dtype, needed: [.bool, .int64, .int32])
        }
    }

    private func logic(_ operation: BitOperation, _ other: Tensor) throws -> Tensor {
        let plan = try BroadcastPlan(shape, other.shape, operation.rawValue)
        switch operation {
        case .and: return try plan.map(self, other, "&") { (a: Bool, b: Bool) in a && b }
        case .or: return try plan.map(self, other, "|") { (a: Bool, b: Bool) in a || b }
        case .exclusiveOr: return try plan.map(self, other, "^") { (a: Bool, b: Bool) in a != b }
        }
    }

    private func bitwise<Element: TensorElement & FixedWidthInteger>(
        _ operation: BitOperation, _ other: Tensor, _: Element.Type
    ) throws -> Tensor {
        let plan = try BroadcastPlan(shape, other.shape, operation.rawValue)
        switch operation {
        case .and: return try plan.map(self, other, "&") { (a: Element, b: Element) in a & b }
        case .or: return try plan.map(self, other, "|") { (a: Element, b: Element) in a | b }
        case .exclusiveOr: return try plan.map(self, other, "^") { (a: Element, b: Element) in a ^ b }
        }
    }
}

/// Which way bits move.
public enum ShiftDirection: String, Sendable {
    case left = "<<"
    case right = ">>"
}

extension Tensor {
    /// The bits of integers moved by `places`; those beyond the end are lost, and the sign fills up from the left.
    ///
    /// - Throws: `TensorError.valueOutOfRange` for negative places.
    public func shifted(_ direction: ShiftDirection, by places: Tensor) throws -> Tensor {
        for kind in [dtype, places.dtype] where !kind.isInteger {
            throw TensorError.wrongDType(operation: direction.rawValue, found: kind, needed: [.int64, .int32, .uint8])
        }
        let kind = dtype.promoted(with: places.dtype)
        let (bits, places) = (try converted(to: kind), try places.converted(to: kind))
        switch kind {
        case .uint8: return try bits.shift(direction, places, UInt8.self)
        case .int32: return try bits.shift(direction, places, Int32.self)
        default: return try bits.shift(direction, places, Int64.self)
        }
    }

    private func shift<Element: TensorElement & FixedWidthInteger>(
        _ direction: ShiftDirection, _ places: Tensor, _: Element.Type
    ) throws -> Tensor {
        let name = direction.rawValue
        let plan = try BroadcastPlan(shape, places.shape, name)
        if let wrong = places.withElements({ (all: UnsafeBufferPointer<Element>) in all.first { $0 < 0 } }) {
            throw TensorError.valueOutOfRange(operation: name, value: "a shift by \(wrong)", rule: "a number from 0")
        }
        // Swift's own shifts by more than all bits are what is wanted.
        return direction == .left
            ? try plan.map(self, places, name) { (a: Element, b: Element) in a << b }
            : try plan.map(self, places, name) { (a: Element, b: Element) in a >> b }
    }
}
