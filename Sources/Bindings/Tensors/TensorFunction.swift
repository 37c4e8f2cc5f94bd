import NeuralNetworks
import ScriptRuntime
import Tensors

/// One function of tensors: what calls, completion and `help` know of it.
///
/// The tables in `Functions+...` hold all of them.
struct TensorFunction {
    let declaration: String
    let doc: String
    let isMethod: Bool
    let body: (TensorCall) throws -> Value

    /// A function that gives one tensor.
    init(_ declaration: String, _ doc: String, method: Bool = false, _ body: @escaping (TensorCall) throws -> Tensor) {
        self.init(values: declaration, doc, method: method) { call in try call.engine.result(body(call)) }
    }

    /// A function that gives anything else.
    init(values declaration: String, _ doc: String, method: Bool = false, _ body: @escaping (TensorCall) throws -> Value) {
        (self.declaration, self.doc, isMethod, self.body) = (declaration, doc, method, body)
    }

    func native(_ engine: Engine) -> Native { native(declaration, engine) }

    /// The same as a method of its first argument.
    func method(_ engine: Engine) -> Native? {
        guard isMethod else { return nil }
        let rest = declaration.dropFirst(name.count + 1).drop { $0 != "," && $0 != ")" }
        return native(name + "(self" + rest, engine)
    }

    /// The same under other names, by which NumPy, the array API or PyTorch know it.
    func also(_ others: String...) -> [TensorFunction] {
        [self]
            + others.map { other in
                TensorFunction(values: other + declaration.dropFirst(name.count), "The same as \(name).", method: false, body)
            }
    }

    private func native(_ declaration: String, _ engine: Engine) -> Native {
        let (name, body) = (name, body)
        let native = Native(declaration, doc) { [unowned engine] call in
            try body(TensorCall(call: call, engine: engine, name: name))
        }
        return native.namingMistakes.hintingWords
    }

    private var name: String { String(declaration.prefix { $0 != "(" }) }
}

/// The arguments of one call, read as what functions of tensors take.
struct TensorCall {
    let call: Call
    let engine: Engine
    let name: String

    subscript(index: Int) -> Value { call[index] }

    var interpreter: Interpreter { call.interpreter }

    func has(_ index: Int) -> Bool {
        switch call[index] {
        case .none, .undefined: false
        default: true
        }
    }

    func tensor(_ index: Int = 0) throws -> Tensor {
        if case .host(let box) = call[index], let object = box.object as? TensorObject { return object.tensor }
        return try engine.tensor(call[index], "\(name): argument \(index + 1)")
    }

    /// Argument `index` as a tensor of `dtype`, which its numbers must fit (nil: what it is by itself).
    func tensor(_ index: Int, as dtype: DType?) throws -> Tensor {
        if let tensor = engine.asTensor(call[index]) { return try tensor.converted(to: dtype ?? tensor.dtype) }
        return try NestedData(call[index], engine, name).tensor(dtype)
    }

    /// Two operands that broadcast; numbers are weak.
    func pair(_ first: Int = 0, _ second: Int = 1, comparing: Bool = false) throws -> (Tensor, Tensor) {
        try engine.pair(
            call[first], call[second], ("\(name): argument \(first + 1)", "\(name): argument \(second + 1)"), comparing: comparing)
    }

    /// Argument `index` beside a tensor, of whose kind its numbers are.
    func partner(_ index: Int, of tensor: Tensor) throws -> Tensor {
        try engine.pair(engine.tensorValue(tensor), call[index], (name, "\(name): argument \(index + 1)")).1
    }

    /// The tensors of a list or tuple; a tensor is taken apart along its first axis.
    func tensors(_ index: Int = 0) throws -> [Tensor] {
        let items = try engine.items(of: call[index], for: name)
        // What every part takes until they are joined: its place, and its shape beside the others.
        try MemoryPool.ensureRoom(items.count.multipliedReportingOverflow(by: 256).partialValue, name)
        return try items.enumerated().map { try engine.tensor($1, "\(name): item \($0)") }
    }

    func flag(_ index: Int) throws -> Bool { try call.truth(index) }

    func int(_ index: Int) throws -> Int {
        if case .int(let value) = call[index] { return value }
        return try interpreter.index(call[index])
    }

    /// Whether the argument is one whole number, and no list of them.
    func isNumber(_ index: Int) -> Bool {
        if let tensor = engine.asTensor(call[index]) { return tensor.rank == 0 }
        return interpreter.method(call[index], "__index__") != nil
    }

    func optionalInt(_ index: Int) throws -> Int? { has(index) ? try int(index) : nil }
    func optionalDouble(_ index: Int) throws -> Double? { has(index) ? try call.double(index) : nil }

    /// An axis, several of them, or None for all.
    func axes(_ index: Int) throws -> [Int]? {
        switch call[index] {
        case .none, .undefined: nil
        case .int(let axis): [axis]
        default: try ints(index, "axis")
        }
    }

    /// A shape: one size or several.
    func shape(_ index: Int) throws -> [Int] {
        if case .int(let size) = call[index] { return [size] }
        return try ints(index, "shape")
    }

    /// An int, or a list or tuple of ints.
    func ints(_ index: Int, _ what: String) throws -> [Int] { try ints(call[index], what) }

    func ints(_ value: Value, _ what: String) throws -> [Int] {
        let value = interpreter.plain(value)
        switch value {
        case .list, .tuple, .range: return try engine.items(of: value, for: name).map { try interpreter.index($0) }
        case .host:
            if let tensor = engine.asTensor(value), tensor.dtype.isInteger { return tensor.integers }
        case .int(let one): return [one]
        default: break
        }
        throw Raised.type("\(name): \(what) must be an int or a tuple of ints, not \(interpreter.typeName(of: value))")
    }

    /// - Parameter otherwise: what None means.
    func dtype(_ index: Int, _ otherwise: DType) throws -> DType { try engine.dtype(call[index], name) ?? otherwise }

    /// One of several words.
    func word(_ index: Int, _ what: String, _ choices: [String]) throws -> String {
        let word = try call.string(index)
        guard choices.contains(word) else {
            throw Raised.value("\(name): \(what) must be \(choices.map { "'\($0)'" }.joined(separator: " or ")), not '\(word)'")
        }
        return word
    }

    /// Refuses more tensors than there is memory for, before they are made.
    func reserve(parts: Int) throws {
        let (bytes, overflow) = max(0, parts).multipliedReportingOverflow(by: 512)
        try MemoryPool.ensureRoom(overflow ? .max : bytes, name)
        try interpreter.charge(bytes: bytes)
    }

    /// Refuses a result that is larger than a value may be, before it is made.
    func reserve(_ shape: [Int], _ dtype: DType) throws {
        var bytes = dtype.size
        for size in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(0, size))
            if overflow { throw TensorError.countOverflow(operation: name, shape: shape) }
            bytes = product
        }
        guard bytes <= interpreter.limits.valueBytes else {
            throw TensorError.memoryLimit(operation: name, bytes: bytes, limit: interpreter.limits.valueBytes)
        }
    }
}

extension Engine {
    /// A dtype by name, or Python's `float`, `int` or `bool`; nil for None.
    func dtype(_ value: Value, _ function: String) throws -> DType? {
        switch value {
        case .none, .undefined: return nil
        case .str(let text):
            if let found = DType(name: text.string) { return found }
            let known = DType.allCases.map(\.name).joined(separator: ", ")
            throw Raised(.typeError, "\(function): there is no dtype '\(text.string)'", hint: "Known dtypes: \(known).")
        case .type(let type):
            if type === interpreter.types.float { return .float32 }
            if type === interpreter.types.int { return .int64 }
            if type === interpreter.types.bool { return .bool }
        default: break
        }
        throw Raised.type("\(function): dtype must be the name of a dtype, not \(try interpreter.repr(value).string)")
    }
}
