public import Foundation
public import Tensors

/// A mistake in how a network was put together.
public enum NeuralNetworkError: Error, Equatable, Sendable {
    case unknownParameter(name: String, known: [String])
    /// A parameter is asked for, or given a value, in another shape than it has.
    case parameterShape(name: String, has: [Int], wanted: [Int])
    case parameterDType(name: String, has: DType, wanted: DType)
    /// A parameter is needed that the store does not have, in a pass that may not make any.
    case missingParameter(name: String)
    case badSetting(layer: String, setting: String, value: String, rule: String)
    case labelOutOfRange(position: Int, label: Int, classes: Int)
    case unknownName(kind: String, name: String, known: [String])
    /// A label sequence that cannot fit its time steps: it needs one for each label and one between equal neighbours.
    /// `fitting` is the shape that all labels of the batch would fit.
    case labelsDoNotFit(example: Int, labels: Int, repeats: Int, steps: Int, fitting: [Int])
    /// A slot of an optimizer's saved state that it does not have.
    case unknownState(name: String)
}

extension NeuralNetworkError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unknownParameter(let name, _): "there is no parameter '\(name)'"
        case .parameterShape(let name, let has, let wanted):
            "parameter '\(name)' has shape \(TensorError.text(has)), not \(TensorError.text(wanted))"
        case .parameterDType(let name, let has, let wanted): "parameter '\(name)' is \(has), not \(wanted)"
        case .missingParameter(let name): "parameter '\(name)' has no value"
        case .badSetting(let layer, let setting, let value, let rule): "\(layer): \(setting) is \(value), but it needs \(rule)"
        case .labelOutOfRange(let position, let label, let classes):
            "label \(label) at position \(position) is not one of \(classes) classes"
        case .unknownName(let kind, let name, _): "there is no \(kind) '\(name)'"
        case .labelsDoNotFit(let example, let labels, let repeats, let steps, _):
            "example \(example): \(labels) labels with \(repeats) repeats need \(labels + repeats) time steps, but there are \(steps)"
        case .unknownState(let name): "the optimizer has no state '\(name)'"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unknownParameter(_, let known): "Known parameters: \(known.sorted().joined(separator: ", "))."
        case .parameterShape: "Give the layer another name, or load weights of a model with the same sizes."
        case .missingParameter: "Run the model once in training, or load a checkpoint that holds it."
        case .labelOutOfRange(_, _, let classes): "Labels count from 0 to \(classes - 1)."
        case .unknownName(let kind, _, let known): "Known \(kind)s: \(known.joined(separator: ", "))."
        case .labelsDoNotFit(_, _, _, _, let fitting):
            "Logits of shape \(TensorError.text(fitting)) would fit: use images that are longer in reading direction, fewer poolings "
                + "along it, or shorter sequences."
        default: nil
        }
    }
}
