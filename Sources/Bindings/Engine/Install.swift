import NeuralNetworks
public import ScriptRuntime
import Tensors
import Training

extension Engine {
    /// The version of the project.
    public static let version = "0.1.0"

    /// Gives a session of the language the module `carpedm` with all that is in it.
    ///
    /// - Parameter seed: start of all randomness that a script leaves open.
    /// - Returns: the engine's side of the session, which must be kept as long as the interpreter.
    public static func install(in interpreter: Interpreter, seed: Int = 0) -> Engine {
        let engine = Engine(interpreter, seed: seed)
        // Hundreds of functions: a run that uses none of them does not wait for them.
        interpreter.register(package: "carpedm") { [unowned engine] in try engine.modules() }
        return engine
    }

    private func modules() throws -> [NativeModule] {
        try defineTasks()
        try defineModels()
        let tensorType = defineTensors()
        let package = NativeModule(
            "carpedm", doc: "Seize the data manager: old Japanese books, from the page to the trained model.",
            functions: gradientFunctions + [reportFunction], members: { _ in [("__version__", .str(Engine.version))] })
        let modules = [
            dataModule(), tasksModule(), modelsModule(), trainModule(), metricsModule(), summaryModule(), logModule(), registryModule(),
            NativeModule("carpedm.util", doc: "The registry."), testingModule(),
        ]
        return [package] + modules + tensorModules(tensorType) + networkModules()
    }
}
