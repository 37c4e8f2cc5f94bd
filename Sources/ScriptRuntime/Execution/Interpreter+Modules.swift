public import ScriptSyntax

/// Modules for programs that run scripts piece by piece, such as a test runner.
extension Interpreter {
    /// Runs a source as the module `name`, as `import` would, whatever its file is called.
    public func loadModule(_ source: SourceText, as name: String) throws(ProgramError) -> ModuleObject {
        let module = ModuleObject(name, id: newID(), file: source.name)
        module[Symbol("__name__")] = .str(name)
        module[Symbol("__file__")] = .str(source.name)
        resetBudgets()
        _ = try execute(source, in: module)
        return module
    }

    /// The modules that a script can import without a file, sorted.
    public var hostModuleNames: [String] {
        declarePackages()
        let made = modules.filter { $0.value.file == nil }.map(\.key)
        return Set(made + pendingModules.keys).subtracting(["__main__", "builtins"]).sorted()
    }

    /// A module that starts with the names of another: what runs in it leaves the other's names as they are.
    public func copy(of module: ModuleObject) -> ModuleObject {
        let copy = ModuleObject(module.name, id: newID(), file: module.file)
        for (name, value) in module.members { copy[name] = value }
        return copy
    }

    /// A call from outside of any run: with full budgets, and nothing of it is left when it fails.
    @discardableResult
    public func run(_ callee: Value, _ arguments: [Value] = []) throws(Raised) -> Value {
        resetBudgets()
        defer { settle() }
        return try call(callee, arguments)
    }
}

extension FunctionObject {
    /// Names of the parameters that a call by position must give.
    public var requiredParameterNames: [String] {
        code.variables.prefix(max(0, code.positionalCount - defaults.count)).map(\.name)
    }
}
