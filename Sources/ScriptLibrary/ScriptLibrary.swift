public import ScriptRuntime

/// The built-in functions, the methods of the built-in types and the standard modules, for an interpreter.
///
///     let interpreter = Interpreter()
///     ScriptLibrary.install(in: interpreter, options: LibraryOptions(arguments: ["program.cdm"]))
public enum ScriptLibrary {
    /// Makes an interpreter able to run programs; done once, before the first of them.
    public static func install(in interpreter: Interpreter, options: LibraryOptions = LibraryOptions()) {
        let state = LibraryState(options)
        NumberMethods.install(in: interpreter)
        TextAndRanges.install(in: interpreter)
        BytesMethods.install(in: interpreter)
        ByteArray.install(in: interpreter)
        MemoryView.install(in: interpreter)
        ListMethods.install(in: interpreter)
        DictMethods.install(in: interpreter)
        SetMethods.install(in: interpreter)
        ProtocolMethods.install(in: interpreter)
        OperatorMethods.install(in: interpreter)
        CodecErrors.install(in: interpreter)
        BuiltinIterators.install(in: interpreter)
        for native in BuiltinFunctions.all { interpreter.registerBuiltin(native) }
        Streams.install(in: interpreter, state)
        for native in InputOutput.functions(state) { interpreter.registerBuiltin(native) }
        for module in modules(interpreter, state) { interpreter.register(module) }
    }

    private static func modules(_ interpreter: Interpreter, _ state: LibraryState) -> [NativeModule] {
        [
            MathModule.module, JSONModule.module(interpreter), RandomModule.module(state), StringModule.module,
            UnicodeDataModule.module, IterationModule.module(interpreter), FunctionModule.module(interpreter),
            CollectionsModule.module(interpreter), RegexModule.module(interpreter), TimeModule.module(interpreter, state),
            OSModule.module(state), PathModule.module(state, name: "os.path"), PathModule.module(state, name: "posixpath"),
            SystemModule.module(state), OperatorModule.module, SearchModules.bisect, SearchModules.heapq, CopyModule.module,
        ]
    }
}

/// What the library may do on behalf of scripts, and what it tells them about the run.
public struct LibraryOptions {
    /// `sys.argv`: the script's name first.
    public var arguments: [String]
    /// The seed of the `random` module's own stream.
    public var seed: Int
    public var capabilities: Capabilities
    /// What `input()` and `sys.stdin` read: given the prompt, one line with its end (the last may have none), nil at the end of input.
    public var readLine: ((_ prompt: String) throws -> String?)?

    /// What scripts see of their surroundings; by default nothing.
    public init(
        arguments: [String] = [""], seed: Int = 0, capabilities: Capabilities = .none,
        readLine: ((_ prompt: String) throws -> String?)? = nil
    ) {
        self.arguments = arguments
        self.seed = seed
        self.capabilities = capabilities
        self.readLine = readLine
    }
}

/// What scripts may reach outside their session.
public struct Capabilities: Sendable, Equatable {
    /// Folders (with all below them) whose files may be read; nil for every folder.
    public var readRoots: [String]?
    /// Folders whose files may be made, changed and removed; nil for every folder.
    public var writeRoots: [String]?
    /// The time of day and sleeping.
    public var clock: Bool
    /// The environment variables.
    public var environment: Bool

    /// The folders below which files may be read and written; nil for everywhere.
    public init(readRoots: [String]?, writeRoots: [String]?, clock: Bool, environment: Bool) {
        self.readRoots = readRoots
        self.writeRoots = writeRoots
        self.clock = clock
        self.environment = environment
    }

    /// Nothing at all: what an embedding program starts from.
    public static let none = Capabilities(readRoots: [], writeRoots: [], clock: false, environment: false)
    /// What a program run from the command line has.
    public static let all = Capabilities(readRoots: nil, writeRoots: nil, clock: true, environment: true)
}

/// What the natives of one session share.
final class LibraryState {
    let options: LibraryOptions
    /// Files that are open: closed (and so written out) with the session.
    var openFiles = 0
    private var sys: ModuleObject?
    var output: Value = .none
    var errorOutput: Value = .none
    var input: Value = .none
    /// What `sys.stdin.read(size)` left of a line.
    var unread = StrObject.empty
    /// `io.UnsupportedOperation`: a stream was asked for what it cannot do.
    var unsupportedType: TypeObject?

    init(_ options: LibraryOptions) { self.options = options }

    /// `sys.stdout` and its like as the script has set them; `standard` when it has not looked at them.
    func stream(_ name: Symbol, or standard: Value, _ interpreter: Interpreter) throws(Raised) -> Value {
        if sys == nil { sys = interpreter.loadedModule("sys") }
        guard let sys else { return standard }
        guard let stream = sys[name] else { throw Raised(.runtimeError, "lost sys.\(name.name)") }
        return stream
    }

    func unsupported(_ message: String, _ interpreter: Interpreter) throws(Raised) -> Raised {
        guard let unsupportedType, case .instance(let instance) = try interpreter.instantiate(unsupportedType, [.str(message)]) else {
            return Raised(.osError, message)
        }
        return Raised(exception: instance)
    }
}
