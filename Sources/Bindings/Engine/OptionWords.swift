import Corpus
import NeuralNetworks
import Recognition
import ScriptRuntime
import Tensors
import Training

/// What strings may be given for parameters of these names, wherever in `carpedm` they are: for completion.
enum OptionWords {
    static var all: [ParameterHint] {
        [
            ParameterHint("dtype", choices: { DType.allCases.map(\.name) }),
            ParameterHint("padding", choices: { Padding.allCases.map(\.rawValue) }),
            ParameterHint("activation", choices: { Activation.allCases.map(\.rawValue) }),
            ParameterHint("activation_fn", choices: { Activation.allCases.map(\.rawValue) }),
            ParameterHint("pooling_fn", choices: { ConvolutionalNetwork.Pooling.allCases.map(\.rawValue) }),
            ParameterHint("kernel_initializer", choices: { Initializer.names }),
            ParameterHint("initializer", choices: { Initializer.names }),
            ParameterHint("subset", choices: { Subset.allCases.map(\.rawValue) }),
            ParameterHint("dataset_format", choices: { StorageRecipe.Format.allCases.map(\.rawValue) }),
            ParameterHint("format_store", choices: { StorageRecipe.Format.allCases.map(\.rawValue) + ["generator"] }),
            ParameterHint("image_scope", choices: { ImageScope.allCases.map(\.rawValue) }),
            ParameterHint("charset", choices: { Repertoire.presets }),
            ParameterHint("variable_strategy", choices: { variableStrategies }),
            ParameterHint("data_format", choices: { HParams.dataFormats }),
            ParameterHint("mode", choices: { MainMetric.modes }),
            ParameterHint("metric", choices: { ["accuracy", "balanced_accuracy", "cer", "ler", "loss", "ser", "top_5"] }),
            ParameterHint("every", choices: { ["1 epoch", "5 epochs", "500 steps", "10 minutes"] }),
            ParameterHint("level", choices: { LogLevel.allCases.map(\.rawValue) }),
        ]
    }

    static let variableStrategies = ["CPU", "GPU"]
}

extension Native {
    /// The same with the words for its parameters, which are looked for when completion asks.
    var hintingWords: Native {
        let native = self
        return hinting(isLookup: isLookup) {
            let names = Set(NativeFunction(native).signature.parameters.map(\.name.name))
            return native.hints() + OptionWords.all.filter { names.contains($0.name) }
        }
    }
}
