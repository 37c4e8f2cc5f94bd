import Corpus
import NeuralNetworks
public import ScriptRuntime
public import Training
import Randomness

/// What the engine's objects share within one session of the language: the registries, the pass that is running, where progress goes.
public final class Engine {
    public unowned let interpreter: Interpreter
    let tasks = Registry<Value>(kind: "task")
    let models = Registry<Value>(kind: "model")

    /// Start of all randomness that a script leaves open.
    public var seed: Int
    /// Gets everything that training says of itself.
    public var progress: (ProgressEvent) -> Void = { _ in }
    /// Gets lines for people: notices, warnings and the log. Each ends with a line end.
    public var notice: (String) -> Void = { _ in }
    /// Whether scripts may fetch data from other machines.
    public var reachesNetwork = true
    /// Draws a picture (a PNG file's bytes) where the results go; false where it cannot.
    public var showPicture: ([UInt8]) throws -> Bool = { _ in false }
    var logLevel = LogLevel.warning
    /// The pages that scripts looked at last.
    let pages = PageCache()

    // Classes, in the order in which their modules list them.
    var taskTypes: [TypeObject] = []
    var modelTypes: [TypeObject] = []
    var trainTypes: [TypeObject] = []
    var dataTypes: [TypeObject] = []

    /// The pass of the model or task function that is running; layers and variables belong to it.
    var pass: Pass?
    /// Where the hooks that are running put images, texts and numbers.
    var recorder: SummaryRecorder?
    /// The step whose `results` hook is running.
    var outcome: StepOutcome?
    /// The newest training run; it stays when it is over, so that it can be looked at and resumed.
    var currentRun: RunObject?
    private var scratch: Pass?
    /// The class `Tensor`, at hand for every result.
    var tensorType: TypeObject?
    /// `carpedm.testing.Skipped`, made when it is first needed.
    var skippedType: TypeObject?

    /// - Parameter interpreter: must outlive the engine, which its modules own.
    init(_ interpreter: Interpreter, seed: Int) {
        self.interpreter = interpreter
        self.seed = seed
    }

    /// The running pass; outside of training one with parameters of its own, so that layers can be tried out.
    ///
    /// A scratch parameter that is asked for in another shape starts anew.
    func withPass<Result>(_ body: (Pass) throws -> Result) throws -> Result {
        if let pass { return try body(pass) }
        let scratch = scratch ?? newScratch(isTraining: false)
        for _ in 0..<64 {
            do { return try body(scratch) } catch {
                guard case NeuralNetworkError.parameterShape(let name, _, _) = error else { throw error }
                scratch.forget(name)
            }
        }
        return try body(scratch)
    }

    /// A pass of its own over the scratch parameters, in which the names of layers that were given none count from the start.
    func newScratch(isTraining: Bool) -> Pass {
        let key = Key(seed: UInt64(bitPattern: Int64(seed)))
        let fresh = Pass(store: scratch?.store ?? ParameterStore(key: key), isTraining: isTraining, key: key)
        scratch = fresh
        return fresh
    }

    /// Runs `body` with `pass` (and `recorder`) as the running ones.
    func running<Result>(_ pass: Pass?, _ recorder: SummaryRecorder? = nil, _ body: () throws -> Result) rethrows -> Result {
        let before = (self.pass, self.recorder)
        (self.pass, self.recorder) = (pass ?? self.pass, recorder ?? self.recorder)
        defer { (self.pass, self.recorder) = before }
        return try body()
    }

    func log(_ level: LogLevel, _ text: String) {
        if level >= logLevel { notice("\(level.rawValue): \(text)\n") }
    }
}

/// How much the log says.
enum LogLevel: String, CaseIterable, Comparable {
    case debug, info, warning, error, off

    static func < (a: LogLevel, b: LogLevel) -> Bool {
        (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }
}
