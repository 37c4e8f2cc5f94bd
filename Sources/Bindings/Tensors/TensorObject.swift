import ScriptRuntime
import Tensors

/// A tensor as a script's value.
final class TensorObject: HostObject {
    let tensor: Tensor

    init(_ tensor: Tensor) { self.tensor = tensor }

    var scriptTypeName: String { "Tensor" }
    var scriptSummary: String { "<Tensor \(tensor.shape) \(tensor.dtype.name)>" }
}

extension Engine {
    func tensorValue(_ tensor: Tensor) -> Value { interpreter.value(of: TensorObject(tensor)) }

    /// The tensor that a script gave for `what`; numbers become scalars.
    ///
    /// - Throws: `TypeError` for anything else.
    func tensor(_ value: Value, _ what: String) throws -> Tensor {
        switch value {
        case .host(let box):
            if let object = box.object as? TensorObject { return object.tensor }
        case .float(let number): return try Tensor(number)
        case .int(let number): return try Tensor([number]).reshaped([])
        default: break
        }
        throw Raised.type("\(what) must be a tensor, not \(interpreter.typeName(of: value))")
    }
}
