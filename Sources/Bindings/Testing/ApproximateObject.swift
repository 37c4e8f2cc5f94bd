import ScriptRuntime
import Tensors

/// `approx(expected)`: equal to everything that is near enough, with pytest's rules.
final class ApproximateObject: HostComparable {
    private let expected: Value
    private let relative: Double?
    private let absolute: Double?
    private let acceptsNaN: Bool
    private unowned let engine: Engine

    init(_ expected: Value, relative: Double?, absolute: Double?, acceptsNaN: Bool, _ engine: Engine) {
        (self.expected, self.relative, self.absolute) = (expected, relative, absolute)
        (self.acceptsNaN, self.engine) = (acceptsNaN, engine)
    }

    var scriptTypeName: String { "approx" }

    var scriptSummary: String {
        guard let text = try? engine.interpreter.repr(expected).string else { return "approx(...)" }
        if let number = try? self.number(expected) { return "\(text) ± \(FloatText.repr(shortened(tolerance(number))))" }
        return "approx(\(text))"
    }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        switch operation {
        case .equal: return .bool(try isNear(other, expected))
        case .notEqual: return .bool(try !isNear(other, expected))
        default: throw Raised(.typeError, "approx compares with == and != only", hint: "Write abs(a - b) < tolerance.")
        }
    }

    // MARK: - Implementation

    private func isNear(_ found: Value, _ wanted: Value) throws -> Bool {
        let interpreter = engine.interpreter
        try interpreter.checkStack()
        switch (interpreter.plain(found), interpreter.plain(wanted)) {
        case (.list(let a), .list(let b)): return try areNear(a.items, b.items)
        case (.tuple(let a), .tuple(let b)): return try areNear(a.items, b.items)
        case (.dict(let a), .dict(let b)):
            guard a.count == b.count else { return false }
            return try b.entries.allSatisfy { key, value in
                guard let mine = try interpreter.get(a, key) else { return false }
                return try isNear(mine, value)
            }
        default: break
        }
        if engine.asTensor(found) != nil || engine.asTensor(wanted) != nil { return try areTensorsNear(found, wanted) }
        guard let a = try number(found), let b = try number(wanted) else { return try interpreter.equal(found, wanted) }
        return isNear(a, b)
    }

    private func areNear(_ found: [Value], _ wanted: [Value]) throws -> Bool {
        guard found.count == wanted.count else { return false }
        for (a, b) in zip(found, wanted) where try !isNear(a, b) { return false }
        return true
    }

    /// A tensor and a tensor, a nested list or a number; shapes must be equal unless one is a number.
    private func areTensorsNear(_ found: Value, _ wanted: Value) throws -> Bool {
        guard let a = try readable(found), let b = try readable(wanted) else { return false }
        guard a.shape == b.shape || a.rank == 0 || b.rank == 0 else { return false }
        let (left, right) = (a.elements(as: Double.self), b.elements(as: Double.self))
        let count = max(left.count, right.count)
        return (0..<count).allSatisfy { isNear(left[left.count == 1 ? 0 : $0], right[right.count == 1 ? 0 : $0]) }
    }

    private func readable(_ value: Value) throws -> Tensor? {
        if let tensor = engine.asTensor(value) { return tensor }
        switch engine.interpreter.plain(value) {
        case .int, .float, .bool, .list, .tuple: return try NestedData(value, engine, "approx").tensor(.float64)
        default: return nil
        }
    }

    private func isNear(_ found: Double, _ wanted: Double) -> Bool {
        if found == wanted { return true }
        if found.isNaN && wanted.isNaN { return acceptsNaN }
        if wanted.isInfinite || found.isInfinite { return false }
        return abs(found - wanted) <= tolerance(wanted)
    }

    private func tolerance(_ wanted: Double) -> Double {
        let relative = relative ?? (absolute == nil ? 1e-6 : 0)
        return max(relative * abs(wanted), absolute ?? 1e-12)
    }

    /// Two digits are enough to read.
    private func shortened(_ value: Double) -> Double {
        guard value > 1e-290, value.isFinite else { return value }
        var scale = 1.0
        while value * scale < 10 { scale *= 10 }
        return (value * scale).rounded() / scale
    }

    private func number(_ value: Value) throws -> Double? {
        switch engine.interpreter.plain(value) {
        case .int(let number): Double(number)
        case .float(let number): number
        case .bool(let flag): flag ? 1 : 0
        case .bigInt: try engine.interpreter.double(value)
        default: nil
        }
    }
}
