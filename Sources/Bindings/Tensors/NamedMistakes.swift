import NeuralNetworks
import ScriptRuntime
import Tensors

extension Native {
    /// The same, except that the message of a wrong argument begins with the name of the function that the script called. What layers
    /// and operations inside say of themselves stays as it is.
    var namingArguments: Native {
        let name = name
        var copy = Native(declaration, doc, intrinsic: intrinsic) { [body] call in
            do { return try body(call) } catch {
                guard let raised = error as? Raised else { throw error }
                throw raised.naming(name)
            }
        }
        (copy.hints, copy.isLookup) = (hints, isLookup)
        return copy
    }

    /// The same, except that the message of a mistake begins with the name of the function that the script called, whatever that is
    /// made of. What a script's own function raised stays as it is.
    var namingMistakes: Native {
        // `__float__` is what a person calls as `float`.
        let name = name.hasPrefix("__") ? String(name.dropFirst(2).dropLast(2)) : name
        var copy = Native(declaration, doc, intrinsic: intrinsic) { [body] call in
            do { return try body(call) } catch {
                if let raised = error as? Raised { throw raised.naming(name) }
                if let mistake = error as? TensorError { throw mistake.naming(name) }
                guard let mistake = error as? NeuralNetworkError else { throw error }
                switch mistake {
                case .labelOutOfRange, .labelsDoNotFit, .unknownName:
                    throw Raised(
                        mistake.scriptException, "\(name): \(mistake.errorDescription ?? "")", hint: mistake.recoverySuggestion)
                case .badSetting(let layer, let setting, let value, let rule) where !layer.hasPrefix(name):
                    throw NeuralNetworkError.badSetting(layer: "\(name) '\(layer)'", setting: setting, value: value, rule: rule)
                default: throw mistake
                }
            }
        }
        (copy.hints, copy.isLookup) = (hints, isLookup)
        return copy
    }
}
