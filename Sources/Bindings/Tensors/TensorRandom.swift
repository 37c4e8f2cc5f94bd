import Randomness
import ScriptRuntime
import Tensors

/// A key of random draws as a script's value.
final class KeyObject: HostComparable {
    let key: Key

    init(_ key: Key) { self.key = key }

    var scriptTypeName: String { "Key" }
    var scriptSummary: String { "key(\(key.bits))" }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard case .host(let box) = other, let object = box.object as? KeyObject else { return nil }
        switch operation {
        case .equal: return .bool(object.key == key)
        case .notEqual: return .bool(object.key != key)
        default: return nil
        }
    }
}

/// `carpedm.tensor.random`: draws that depend on their key alone.
extension Engine {
    func randomModule() -> NativeModule {
        let key = "key is a Key or an int; the same key gives the same numbers."
        return NativeModule(
            "carpedm.tensor.random",
            doc: "Random tensors by key: never split or used twice by accident, the same on every machine.",
            functions: (keys + draws(key)).map { $0.native(self) })
    }

    private var keys: [TensorFunction] {
        [
            TensorFunction(values: "key(seed)", "The key of a seed.") { call in
                call.engine.value(Key(seed: UInt64(bitPattern: Int64(try call.int(0)))))
            },
            TensorFunction(values: "split(key, num=2)", "Independent keys made of one.") { call in
                let count = try call.int(1)
                guard count >= 0 else { throw Raised.value("split: num must be 0 or more, not \(count)") }
                try call.reserve(parts: count)
                return .list(try call.engine.key(call[0]).split(count).map(call.engine.value))
            },
            TensorFunction(values: "fold_in(key, data)", "The key for the part that an int or a string names.") { call in
                let key = try call.engine.key(call[0])
                if case .str(let name) = call[1] { return call.engine.value(key.folded(name.string)) }
                return call.engine.value(key.folded(try call.int(1)))
            },
        ]
    }

    private func draws(_ note: String) -> [TensorFunction] {
        [
            TensorFunction("uniform(key, shape=(), low=0.0, high=1.0, dtype='float32')", "Evenly from low up to high. " + note) {
                call in
                let (shape, dtype) = (try call.shape(1), try call.dtype(4, .float32))
                try call.reserve(shape, dtype)
                return try .uniform(call.engine.key(call[0]), shape, from: call.call.double(2), to: call.call.double(3), dtype)
            },
            TensorFunction("normal(key, shape=(), loc=0.0, scale=1.0, dtype='float32')", "From the normal distribution. " + note) { call in
                let (shape, dtype) = (try call.shape(1), try call.dtype(4, .float32))
                try call.reserve(shape, .float64)
                return try .normal(
                    call.engine.key(call[0]), shape, mean: call.call.double(2), deviation: call.call.double(3), dtype)
            },
            TensorFunction("integers(key, low, high, shape=(), dtype='int64')", "Whole numbers from low to below high. " + note) {
                call in
                let shape = try call.shape(3)
                try call.reserve(shape, .int64)
                return try .integers(call.engine.key(call[0]), shape, from: call.int(1), to: call.int(2), call.dtype(4, .int64))
            },
            TensorFunction("bernoulli(key, p=0.5, shape=())", "True with probability p. " + note) { call in
                let shape = try call.shape(2)
                try call.reserve(shape, .float64)
                return try .bernoulli(call.engine.key(call[0]), shape, probability: call.call.double(1))
            },
            TensorFunction(
                "permutation(key, x)", "The numbers from 0 to below an int in random order, or the parts of a tensor. " + note
            ) { call in
                let key = try call.engine.key(call[0])
                if let tensor = call.engine.asTensor(call[1]), tensor.rank > 0 {
                    return try tensor.gathered(Tensor(key.permutation(of: tensor.shape[0])))
                }
                let count = try call.int(1)
                guard count >= 0 else { throw TensorError.negativeSize(operation: "permutation", shape: [count]) }
                try call.reserve([count], .int64)
                return try Tensor(key.permutation(of: count))
            },
        ]
    }

    private func value(_ key: Key) -> Value { interpreter.value(of: KeyObject(key)) }

    /// A key that a script gave, or the key of an int.
    func key(_ value: Value) throws -> Key {
        if case .host(let box) = value, let object = box.object as? KeyObject { return object.key }
        guard interpreter.method(value, "__index__") != nil else {
            throw Raised(
                .typeError, "key must be a Key or an int, not \(interpreter.typeName(of: value))",
                hint: "Make one with random.key(seed).")
        }
        return Key(seed: UInt64(bitPattern: Int64(try interpreter.index(value))))
    }
}
