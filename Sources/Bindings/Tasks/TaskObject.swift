import Recognition
import ScriptRuntime

/// A task as a script's object, and the base part of objects of script classes that derive from a task.
final class TaskObject: HostSubclassable {
    let task: OCRTask
    /// The built-in definition: what `super()` reaches.
    let builtIn: any TaskDefinition
    private unowned let engine: Engine

    /// Set when this is the base part of an object of a script class, whose members then come first.
    weak var scriptInstance: InstanceObject? {
        didSet {
            if let scriptInstance { task.definition = ScriptDefinition(scriptInstance, over: builtIn, engine) }
        }
    }

    func attached(to instance: InstanceObject, _ interpreter: Interpreter) throws {
        try engine.checkTask(instance.type)
    }

    init(_ task: OCRTask, _ engine: Engine) {
        self.task = task
        builtIn = task.definition
        self.engine = engine
    }

    var scriptTypeName: String { builtIn.typeName }
    var scriptSummary: String { "<\(task.definition.typeName) on '\(task.settings.dataFolder)'>" }
}
