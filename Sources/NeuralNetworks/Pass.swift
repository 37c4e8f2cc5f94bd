public import Randomness
public import Tensors

/// One run of a model over a batch: what layers need to know beside their input.
///
/// Layers ask the pass for their parameters under a short name; the pass puts the scopes in front and watches the value with
/// its tape. A pass belongs to one thread; several passes may share a store.
///
/// ```swift
/// let pass = Pass(training: store, key: key.folded(step))
/// let logits = try Dense(units: 10, name: "logits")(x, pass)
/// let gradients = try pass.gradients(of: loss)
/// ```
public final class Pass {
    public let store: ParameterStore
    /// Whether layers act as in training: dropout drops, batch normalisation takes the batch's own moments.
    public private(set) var isTraining: Bool
    /// Where operations are recorded; nil when no gradient is wanted.
    public let tape: Tape?
    /// Whether parameters that the store lacks are made.
    public let mayCreate: Bool
    /// Called with the name and the result of every layer, for summaries of activations.
    public var observer: ((String, Tensor) -> Void)?
    /// Called before every parameter is asked for and before every step of the walk back; what it throws ends the pass.
    public var poll: () throws -> Void = {}
    /// What the layers did, in order; kept only when `isDescribing`.
    public private(set) var layers: [LayerRecord] = []
    public var isDescribing = false

    /// The kind of the parameters that this pass makes.
    public let dtype: DType

    private let key: Key
    private var scopes: [String] = []
    private var drawCounts: [String: Int] = [:]
    private var nameCounts: [String: Int] = [:]
    private var watched: [String: Tensor] = [:]
    private var pending: [(name: String, value: Tensor)] = []

    public init(
        store: ParameterStore, isTraining: Bool, key: Key, tape: Tape? = nil, dtype: DType = .float32, mayCreate: Bool = true
    ) {
        self.dtype = dtype
        self.store = store
        self.isTraining = isTraining
        self.key = key
        self.tape = tape
        self.mayCreate = mayCreate
    }

    /// A pass that records for gradients.
    public convenience init(training store: ParameterStore, key: Key) {
        self.init(store: store, isTraining: true, key: key, tape: Tape())
    }

    /// A pass that records nothing and draws nothing at random.
    public convenience init(inference store: ParameterStore) {
        self.init(store: store, isTraining: false, key: Key(seed: 0))
    }

    /// The scopes and `name`, joined by slashes.
    public func path(_ name: String) -> String { (scopes + [name]).joined(separator: "/") }

    /// Runs `body` with `name/` before the names of all its parameters.
    public func scoped<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        scopes.append(name)
        defer { scopes.removeLast() }
        return try body()
    }

    /// The same in two steps, for callers that cannot hand over a closure: every `enter` needs its `leave`.
    public func enter(_ name: String) { scopes.append(name) }

    public func leave() { _ = scopes.popLast() }

    /// Runs `body` with layers acting as in training, or not; nil leaves that as it is.
    public func acting(asTraining training: Bool?, _ body: () throws -> Tensor) rethrows -> Tensor {
        let before = isTraining
        isTraining = training ?? before
        defer { isTraining = before }
        return try body()
    }

    /// `base`, then `base_1`, `base_2`, ... within the current scope: the name of a layer that was given none.
    public func unusedName(_ base: String) -> String {
        let number = nameCounts[path(base), default: 0]
        nameCounts[path(base)] = number + 1
        return number == 0 ? base : "\(base)_\(number)"
    }

    /// The parameter `name` of the current scope; the same tensor each time it is asked for in this pass.
    public func parameter(
        _ name: String, _ shape: [Int], _ initializer: Initializer = .glorotUniform, isTrainable: Bool = true
    ) throws -> Tensor {
        try poll()
        let full = path(name)
        if let known = watched[full] {
            guard known.shape == shape else {
                throw NeuralNetworkError.parameterShape(name: full, has: known.shape, wanted: shape)
            }
            return known
        }
        if !mayCreate && store[full] == nil { throw NeuralNetworkError.missingParameter(name: full) }
        let value = try store.parameter(full, shape, initializer, dtype, isTrainable: isTrainable)
        let result = isTrainable ? try tape?.watch(value) ?? value : value
        watched[full] = result
        return result
    }

    /// Drops a parameter (by its full name), so that it is made anew when it is next asked for.
    public func forget(_ full: String) {
        watched[full] = nil
        store.remove(full)
    }

    /// A key of its own for every draw of the pass: the same from run to run, different from place to place.
    public func drawKey(_ name: String) -> Key {
        let full = path(name)
        let number = drawCounts[full, default: 0]
        drawCounts[full] = number + 1
        return key.folded(full).folded(number)
    }

    /// The trainable parameters that this pass has used, in the store's order: tensors on its tape.
    public var variables: [(name: String, value: Tensor)] {
        store.trainable.compactMap { parameter in watched[parameter.name].map { (parameter.name, $0) } }
    }

    /// The slopes of `loss` along `variables`. This uses the tape up.
    public func gradients(of loss: Tensor) throws -> [(name: String, value: Tensor)] {
        guard let tape else { return [] }
        let variables = variables
        let slopes = try tape.gradient(of: loss, for: variables.map(\.value), poll: poll)
        // The watched values are let go, so that an optimizer finds each value unshared.
        watched = [:]
        return zip(variables, slopes).map { ($0.name, $1) }
    }

    /// Keeps a new value of a parameter that is not learnt by gradients until `commit`.
    public func assignLater(_ value: Tensor, to name: String) { pending.append((path(name), value.detached)) }

    /// Stores what `assignLater` kept; to be called once per training step.
    public func commit() throws {
        for (name, value) in pending { try store.assign(value, to: name) }
        pending = []
    }

    /// Tells the observer and the description about the result of a layer.
    func finish(_ kind: String, _ name: String, _ result: Tensor, parameters: Int = 0, multiplyAdds: Int = 0) -> Tensor {
        let full = path(name)
        observer?(full, result.detached)
        if isDescribing {
            layers.append(
                LayerRecord(
                    name: full, kind: kind, outputShape: result.shape, parameterCount: parameters, multiplyAdds: multiplyAdds))
        }
        return result
    }
}

/// A line of a model's description.
public struct LayerRecord: Sendable, Equatable {
    public let name: String
    /// `conv2d`, `dense`, ...
    public let kind: String
    public let outputShape: [Int]
    public let parameterCount: Int
    /// Multiplications with an addition in one pass over the batch.
    public let multiplyAdds: Int
}
