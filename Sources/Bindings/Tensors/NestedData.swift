import ScriptRuntime
import Tensors

/// Numbers in nested lists, tuples, ranges and tensors, read into one tensor.
struct NestedData {
    private let engine: Engine
    private let what: String
    private let shape: [Int]
    private var kind = DType.bool
    private var doubles: [Double] = []
    private var integers: [Int64] = []
    /// Every level's tensors, where the leaves are tensors.
    private var leaves: [Tensor] = []

    private static let deepest = 32

    /// - Throws: `ValueError` for lists of different lengths, `TypeError` for what is no number.
    init(_ value: Value, _ engine: Engine, _ what: String) throws {
        (self.engine, self.what) = (engine, what)
        var shape: [Int] = []
        var first = value
        while let items = try Self.items(first, engine, what) {
            guard shape.count < Self.deepest else {
                throw Raised.value("\(what): more than \(Self.deepest) lists inside each other")
            }
            shape.append(items.count)
            guard let next = items.first else { break }
            first = next
        }
        self.shape = shape
        try read(value, depth: 0)
    }

    /// - Parameter dtype: nil takes bool, int64 or float32, whichever holds what was given.
    func tensor(_ dtype: DType?) throws -> Tensor {
        if let leaf = leaves.first {
            let stacked = shape.isEmpty ? leaf : try Tensor.stacked(leaves).reshaped(shape + leaf.shape)
            return try stacked.converted(to: dtype ?? stacked.dtype)
        }
        let count = shape.reduce(1, *)
        let natural = count == 0 ? .float32 : kind
        let target = dtype ?? natural
        if natural.isFloating { return try Tensor(doubles, shape: shape).converted(to: target) }
        if let range = target.wholeNumbers, let wrong = integers.first(where: { !range.contains($0) }) {
            throw Raised(
                .overflowError, "\(what): the int \(wrong) does not fit \(target)",
                hint: "\(target) holds \(range.lowerBound) to \(range.upperBound); astype cuts larger ones down.")
        }
        return try Tensor(integers, shape: shape).converted(to: target)
    }

    private static func items(_ value: Value, _ engine: Engine, _ what: String) throws -> [Value]? {
        switch engine.interpreter.plain(value) {
        case .list(let list): list.items
        case .tuple(let tuple): tuple.items
        case .range: try engine.items(of: value, for: what)
        default: nil
        }
    }

    private mutating func read(_ value: Value, depth: Int) throws {
        guard depth < shape.count else { return try readLeaf(value) }
        guard let items = try Self.items(value, engine, what) else {
            throw Raised(
                .valueError, "\(what): lists and single numbers are mixed at depth \(depth)",
                hint: "Give every item the same shape.")
        }
        guard items.count == shape[depth] else {
            throw Raised(
                .valueError, "\(what): one list has \(items.count) items where another has \(shape[depth]) (depth \(depth))",
                hint: "Pad the lists to the same length, or keep them as a list of tensors.")
        }
        for item in items { try read(item, depth: depth + 1) }
    }

    private mutating func readLeaf(_ value: Value) throws {
        try engine.interpreter.requireRoom(in: doubles)
        try engine.interpreter.requireRoom(in: integers)
        if let tensor = engine.asTensor(value) {
            guard leaves.count > 0 || doubles.isEmpty else {
                // Numbers before it: the tensor must be a number too.
                return tensor.dtype.isFloating ? append(try tensor.item()) : append(Int64(try tensor.item()))
            }
            guard leaves.first.map({ $0.shape == tensor.shape }) ?? true else {
                throw Raised.value(
                    "\(what): tensors of shapes \(TensorObject.text(leaves[0].shape)) and \(TensorObject.text(tensor.shape)) are mixed"
                )
            }
            leaves.append(tensor)
            return
        }
        if let first = leaves.first {
            guard first.rank == 0 else { throw Raised.value("\(what): tensors and numbers are mixed") }
            leaves.append(try engine.tensor(value, what).converted(to: first.dtype))
            return
        }
        switch engine.interpreter.plain(value) {
        case .float(let number): append(number)
        case .int(let number): append(Int64(number))
        case .bool(let flag):
            doubles.append(flag ? 1 : 0)
            integers.append(flag ? 1 : 0)
        case .bigInt: throw Raised(.overflowError, "\(what): an int too large for int64", hint: "Give it as a float.")
        default: throw Raised.type("\(what) must hold numbers, not \(engine.interpreter.typeName(of: value))")
        }
    }

    private mutating func append(_ number: Double) {
        kind = .float32
        doubles.append(number)
        integers.append(0)
    }

    private mutating func append(_ number: Int64) {
        if kind == .bool { kind = .int64 }
        doubles.append(Double(number))
        integers.append(number)
    }
}

extension Engine {
    /// What is in a list, a tuple or a range, whose numbers need memory that is asked for first.
    func items(of value: Value, for what: String) throws -> [Value] {
        // The list itself, and the numbers that are read out of it.
        if case .range(let range) = value {
            let (bytes, overflow) = range.count.multipliedReportingOverflow(by: 48)
            try MemoryPool.ensureRoom(overflow ? .max : bytes, what)
        }
        return try interpreter.items(of: value)
    }

    /// The elements as Python's numbers in nested lists; a scalar as the number itself.
    func list(_ tensor: Tensor) -> Value {
        let numbers = numbers(tensor)
        func level(_ axis: Int, _ start: Int, _ step: Int) -> Value {
            if axis == tensor.rank { return numbers[start] }
            let inner = step / max(1, tensor.shape[axis])
            return .list((0..<tensor.shape[axis]).map { level(axis + 1, start + $0 * inner, inner) })
        }
        return level(0, 0, tensor.count)
    }

    private func numbers(_ tensor: Tensor) -> [Value] {
        switch tensor.dtype {
        case .bool: tensor.elements(as: Bool.self).map { .bool($0) }
        case .uint8, .int32, .int64: tensor.integers.map { .int($0) }
        case .float32, .float64: tensor.elements(as: Double.self).map { .float($0) }
        }
    }
}
