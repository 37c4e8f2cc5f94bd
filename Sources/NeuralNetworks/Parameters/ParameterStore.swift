public import Randomness
import Synchronization
public import Tensors

/// The values that a model learns, under stable names such as `encoder/conv0/kernel`, in the order they were made.
///
/// A parameter's first value depends on the store's key and on its name alone. The store is shared by all passes of a model;
/// only an optimizer, `assign` and `Pass.commit` change values.
public final class ParameterStore: Sendable {
    /// One parameter as it stands.
    public struct Parameter: Sendable {
        public let name: String
        public let value: Tensor
        /// False for what is not learnt by gradients, such as the moving averages of batch normalisation.
        public let isTrainable: Bool
    }

    private struct Entry {
        let name: String
        let isTrainable: Bool
        var value: Tensor { didSet { prepared = nil } }
        /// What a convolution made of the value, as long as that is the value.
        var prepared: PreparedFilter?
    }

    private struct State {
        var entries: [Entry] = []
        var positions: [String: Int] = [:]
        var version = 0
    }

    private let state = Mutex(State())
    private let key: Key

    public init(key: Key) {
        self.key = key
    }

    /// All parameters in the order they were made.
    public var parameters: [Parameter] {
        state.withLock { $0.entries.map { Parameter(name: $0.name, value: $0.value, isTrainable: $0.isTrainable) } }
    }

    public var trainable: [Parameter] { parameters.filter(\.isTrainable) }
    public var names: [String] { state.withLock { $0.entries.map(\.name) } }

    /// The number of elements that are learnt.
    public var trainableCount: Int { trainable.reduce(0) { $0 + $1.value.count } }

    /// Changes whenever any value does.
    public var version: Int { state.withLock { $0.version } }

    public subscript(name: String) -> Tensor? {
        state.withLock { state in state.positions[name].map { state.entries[$0].value } }
    }

    /// Gives an existing parameter a value of its shape and kind.
    public func assign(_ value: Tensor, to name: String) throws {
        try update(name) { current in
            guard value.shape == current.shape else {
                throw NeuralNetworkError.parameterShape(name: name, has: current.shape, wanted: value.shape)
            }
            guard value.dtype == current.dtype else {
                throw NeuralNetworkError.parameterDType(name: name, has: current.dtype, wanted: value.dtype)
            }
            current = value.detached
        }
    }

    /// Adds a parameter with a given value, or gives the existing one of that name this value.
    public func insert(_ name: String, _ value: Tensor, isTrainable: Bool = true) throws {
        if self[name] != nil { return try assign(value, to: name) }
        append(name, value.detached, isTrainable)
    }

    /// The parameter `name`, made now if there is none yet.
    ///
    /// - Throws: `NeuralNetworkError.parameterShape` when it exists in another shape.
    public func parameter(
        _ name: String, _ shape: [Int], _ initializer: Initializer, _ dtype: DType = .float32, isTrainable: Bool = true
    ) throws -> Tensor {
        if let value = self[name] {
            guard value.shape == shape else {
                throw NeuralNetworkError.parameterShape(name: name, has: value.shape, wanted: shape)
            }
            return value
        }
        do {
            append(name, try initializer.value(shape, key.folded(name), dtype), isTrainable)
            return try self[name] ?? initializer.value(shape, key.folded(name), dtype)
        } catch {
            // Draws and zeros are not what a person asked for.
            throw (error as? TensorError)?.naming(name) ?? error
        }
    }

    /// Drops a parameter; nothing happens when there is none of that name.
    public func remove(_ name: String) {
        state.withLock { state in
            guard let position = state.positions.removeValue(forKey: name) else { return }
            state.entries.remove(at: position)
            for (index, entry) in state.entries.enumerated().dropFirst(position) { state.positions[entry.name] = index }
            state.version += 1
        }
    }

    /// The kernel `name` as a convolution of `sizes` works with it, made once for every value; nil where that is the value itself.
    package func prepared(_ name: String, for sizes: Convolution) throws -> PreparedFilter? {
        let entry = state.withLock { state in state.positions[name].map { state.entries[$0] } }
        guard sizes.preparesFilters, let value = entry?.value, value.dtype == .float32 else { return nil }
        if let known = entry?.prepared, known.path == .current { return known }
        let made = try sizes.prepare(value.float32)
        state.withLock { state in
            guard let position = state.positions[name], state.entries[position].value.storage === value.storage else { return }
            state.entries[position].prepared = made
        }
        return made
    }

    /// An independent store with the same values.
    public func copy() -> ParameterStore {
        let other = ParameterStore(key: key)
        for parameter in parameters { other.append(parameter.name, parameter.value, parameter.isTrainable) }
        return other
    }

    /// Changes a value in place, without a copy when nobody else holds it. `body` must leave the store alone.
    package func update(_ name: String, _ body: (inout Tensor) throws -> Void) throws {
        try state.withLock { state in
            guard let position = state.positions[name] else {
                throw NeuralNetworkError.unknownParameter(name: name, known: state.entries.map(\.name))
            }
            try body(&state.entries[position].value)
            state.version += 1
        }
    }

    // MARK: - Implementation

    private func append(_ name: String, _ value: Tensor, _ isTrainable: Bool) {
        state.withLock { state in
            guard state.positions[name] == nil else { return }
            state.positions[name] = state.entries.count
            state.entries.append(Entry(name: name, isTrainable: isTrainable, value: value))
            state.version += 1
        }
    }
}
