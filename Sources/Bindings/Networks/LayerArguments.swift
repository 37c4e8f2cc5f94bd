import NeuralNetworks
import ScriptRuntime
import Tensors

/// Arguments as layers take them.
extension TensorCall {
    /// The name given, or the next free one made of the function's.
    func layerName(_ index: Int, _ pass: Pass) throws -> String {
        try call.optionalString(index) ?? pass.unusedName(name)
    }

    /// One size for both directions, or (height, width).
    func extent(_ index: Int, _ what: String) throws -> Extent {
        let sides = try ints(index, what)
        switch sides.count {
        case 1: return Extent(sides[0])
        case 2: return Extent(sides[0], sides[1])
        default: throw Raised.value("\(name): \(what) must be one size or (height, width), not \(sides.count) sizes")
        }
    }

    func padding(_ index: Int) throws -> Padding {
        let text = try call.string(index).lowercased()
        guard let padding = Padding(rawValue: text) else {
            throw NeuralNetworkError.unknownName(kind: "padding", name: text, known: Padding.allCases.map(\.rawValue).sorted())
        }
        return padding
    }

    func optionalFlag(_ index: Int) throws -> Bool? { has(index) ? try call.truth(index) : nil }

    /// The true lengths of sequences: ints, one for each.
    func lengths(_ index: Int) throws -> Tensor? { has(index) ? try places(index) : nil }

    /// An initializer by name, one of `nn.initializers`, or None.
    func initializer(_ index: Int, _ otherwise: Initializer = .glorotUniform) throws -> Initializer {
        switch call[index] {
        case .none, .undefined: return otherwise
        case .str(let text): return try Initializer(named: text.string)
        case .host(let box):
            if let object = box.object as? InitializerObject { return object.initializer }
        default: break
        }
        throw Raised(
            .typeError,
            "\(name): an initializer must be a name or one of nn.initializers, not \(interpreter.typeName(of: call[index]))",
            hint: "Known names: \(Initializer.names.joined(separator: ", ")).")
    }

    /// What stands at the end of a layer: a function that kernels have built in, or any function of one tensor.
    func activation(_ index: Int) throws -> LayerActivation {
        switch call[index] {
        case .none, .undefined: return .builtIn(.linear)
        case .str(let text): return .builtIn(try Activation(named: text.string))
        case .native(let native) where native.moduleName == "carpedm.tensor":
            return Activation(rawValue: native.name).map { .builtIn($0) } ?? .function(call[index])
        default:
            guard interpreter.isCallable(call[index]) else {
                throw Raised.type(
                    "\(name): activation must be a name or a function, not \(interpreter.typeName(of: call[index]))")
            }
            return .function(call[index])
        }
    }

    /// Applies a script's function at the end of a layer.
    func applied(_ activation: LayerActivation, to x: Tensor) throws -> Tensor {
        guard case .function(let function) = activation else { return x }
        return try engine.tensor(interpreter.call(function, [engine.tensorValue(x)]), "\(name): what activation returns")
    }

    /// Sequences of class numbers, each of its own length.
    func sequences(_ index: Int) throws -> [[Int]] {
        try engine.items(of: call[index], for: name).map { row in
            if let tensor = engine.asTensor(row) { return tensor.integers }
            return try engine.items(of: row, for: name).map { try interpreter.index($0) }
        }
    }
}

enum LayerActivation {
    case builtIn(Activation)
    case function(Value)

    /// What the layer itself computes.
    var inner: Activation {
        if case .builtIn(let activation) = self { activation } else { .linear }
    }

    var isFunction: Bool {
        if case .function = self { true } else { false }
    }
}

/// An initializer with numbers of its own.
final class InitializerObject: HostObject {
    let initializer: Initializer

    init(_ initializer: Initializer) { self.initializer = initializer }

    var scriptTypeName: String { "Initializer" }
    var scriptSummary: String { "<initializer \(initializer)>" }
}
