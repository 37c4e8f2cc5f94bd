public import Corpus
public import Formats
public import Imaging
public import NeuralNetworks
public import Recognition
public import ScriptRuntime
public import Tensors
public import Training

// Which exception class a mistake in the engine's world becomes in a script; message and hint are the error's own.

extension TrainingError: ScriptErrorConvertible {
    public var scriptException: ExceptionKind {
        switch self {
        case .alreadyRegistered: .lookupError
        // What the registry lacks is looked up; a setting or a choice that does not exist is a wrong value.
        case .unknownName(let kind, _, _): kind == "task" || kind == "model" ? .lookupError : .valueError
        case .folderInUse, .damagedCheckpoint: .osError
        case .noCheckpoint: .fileNotFoundError
        case .notFinite: .arithmeticError
        default: .valueError
        }
    }
}

/// It passes through the forward pass of a script's model, which must not take it for a mistake.
extension Interruption: ScriptErrorConvertible {
    public var scriptException: ExceptionKind { .keyboardInterrupt }
}

extension RecognitionError: ScriptErrorConvertible {
    public var scriptException: ExceptionKind {
        switch self {
        case .missingMember: .notImplementedError
        case .badArgument, .labelsDoNotFit: .valueError
        case .wrongOutput: .typeError
        }
    }
}

extension NeuralNetworkError: ScriptErrorConvertible {
    public var scriptException: ExceptionKind {
        switch self {
        case .unknownName, .unknownParameter, .missingParameter: .lookupError
        default: .valueError
        }
    }
}

extension ImagingError: ScriptErrorConvertible {
    public var scriptException: ExceptionKind { .valueError }
}

extension CorpusError: ScriptErrorConvertible {
    public var scriptException: ExceptionKind { .valueError }
}

extension FormatsError: ScriptErrorConvertible {
    public var scriptException: ExceptionKind { .osError }
}

extension TensorError: ScriptErrorConvertible {
    public var scriptException: ExceptionKind {
        switch self {
        case .indexOutOfRange, .tooManyIndices: .indexError
        case .wrongDType, .notDifferentiable: .typeError
        case .divisionByZero: .zeroDivisionError
        case .memoryLimit, .outOfMemory: .memoryError
        case .tapeUsed, .noSecondDerivative: .runtimeError
        default: .valueError
        }
    }
}
