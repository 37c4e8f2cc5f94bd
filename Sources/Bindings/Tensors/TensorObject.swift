import ScriptRuntime
import Tensors

/// A tensor as a script's value: never changed, so that every operator gives a new one.
final class TensorObject: HostDisplay, HostSized, HostTruth, HostContainer, HostIterable, HostMemory {
    let tensor: Tensor
    /// Whether it came out of `<` and the like: then `bool(t)` may stem from a chained comparison.
    let isComparison: Bool
    unowned let engine: Engine

    init(_ tensor: Tensor, _ engine: Engine, isComparison: Bool = false) {
        (self.tensor, self.engine, self.isComparison) = (tensor, engine, isComparison)
    }

    var scriptTypeName: String { "Tensor" }
    var scriptSummary: String { tensor.description }
    var heldBytes: Int { tensor.byteCount }

    /// A scalar is shown as its number; everything else with shape and dtype.
    func displayText(_ interpreter: Interpreter) throws -> String { tensor.rank == 0 ? tensor.text : tensor.description }

    func length(_ interpreter: Interpreter) throws -> Int {
        guard let count = tensor.shape.first else {
            throw Raised(.typeError, "len() of a scalar tensor", hint: "A tensor of shape () has no axes; t.size is 1.")
        }
        return count
    }

    func truth(_ interpreter: Interpreter) throws -> Bool {
        if tensor.count == 1 { return try tensor.truth() }
        let choice = "Say t.any() if one true element is enough, t.all() if every element must be true"
        let chain =
            "; a chained comparison such as 0 < t < 1 must be written (0 < t) & (t < 1), and 'and', 'or', 'not' as &, |, ~"
        throw Raised(
            .valueError, "the truth of a tensor of shape \(Self.text(tensor.shape)) is ambiguous",
            hint: choice + (isComparison ? chain : "") + ".")
    }

    /// Whether any element is equal, as in NumPy.
    func contains(_ value: Value, _ interpreter: Interpreter) throws -> Bool {
        guard case .host(let box)? = try compare(.equal, value, interpreter), let hits = box.object as? TensorObject else {
            return false
        }
        return try hits.tensor.any().truth()
    }

    /// The parts along the first axis.
    func iterate(_ interpreter: Interpreter) throws -> IteratorObject {
        guard let count = tensor.shape.first else {
            throw Raised(.typeError, "iteration over a scalar tensor", hint: "Use t.item() for its number.")
        }
        // Rows of nothing are objects too, and there may be more of them than anybody lives to see.
        if tensor.count == 0 {
            try MemoryPool.ensureRoom(count.multipliedReportingOverflow(by: 512).overflow ? .max : count * 512, "iteration")
        }
        var next = 0
        return ClosureIterator("tensor_iterator", hint: { count - next }) { [self] _ in
            guard next < count else { return nil }
            next += 1
            return engine.tensorValue(try tensor.indexed(.at(next - 1)))
        }
    }

    /// A shape as Python writes it.
    static func text(_ shape: [Int]) -> String {
        shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
    }
}

extension Engine {
    func tensorValue(_ tensor: Tensor, isComparison: Bool = false) -> Value {
        let object = TensorObject(tensor, self, isComparison: isComparison)
        return tensorType.map { interpreter.value(of: object, type: $0) } ?? interpreter.value(of: object)
    }

    /// The same for the result of an operation, charged for its elements and its memory.
    func result(_ tensor: Tensor) throws -> Value {
        try interpreter.charge(steps: tensor.count >> 6)
        let limit = interpreter.limits.valueBytes
        guard tensor.byteCount <= limit else {
            let name = "a tensor of shape \(TensorObject.text(tensor.shape))"
            throw TensorError.memoryLimit(operation: name, bytes: tensor.byteCount, limit: limit)
        }
        try interpreter.charge(bytes: tensor.byteCount)
        return tensorValue(tensor)
    }

    /// The tensor behind a value, if it is one.
    func asTensor(_ value: Value) -> Tensor? {
        if case .host(let box) = value, let object = box.object as? TensorObject { return object.tensor }
        return nil
    }

    /// The tensor that a script gave for `what`; numbers and nested lists of them become tensors.
    ///
    /// - Throws: `TypeError` for anything else.
    func tensor(_ value: Value, _ what: String) throws -> Tensor {
        if let tensor = asTensor(value) { return tensor }
        switch value {
        case .float(let number): return try Tensor(Float(number))
        case .int(let number): return try Tensor(Int64(number))
        case .bool(let flag): return try Tensor(flag)
        case .list, .tuple, .range, .bigInt: return try NestedData(value, self, what).tensor(nil)
        default: throw Raised.type("\(what) must be a tensor, not \(interpreter.typeName(of: value))")
        }
    }
}
