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
    public static func install(in interpreter: Interpreter, seed: Int = 0) throws -> Engine {
        let engine = Engine(interpreter, seed: seed)
        try engine.defineTasks()
        try engine.defineModels()
        let tensorType = engine.defineTensors()
        let modules = [
            engine.dataModule(), engine.tasksModule(), engine.modelsModule(), engine.trainModule(), engine.metricsModule(),
            engine.summaryModule(), engine.logModule(), engine.registryModule(),
            NativeModule("carpedm.util", doc: "The registry."),
        ]
        for module in modules + engine.tensorModules(tensorType) + engine.networkModules() + [engine.testingModule()] { interpreter.register(module) }
        interpreter.register(
            NativeModule(
                "carpedm", doc: "Seize the data manager: old Japanese books, from the page to the trained model.",
                functions: engine.gradientFunctions + [engine.reportFunction],
                members: { _ in [("__version__", .str(version))] }))
        return engine
    }
}
