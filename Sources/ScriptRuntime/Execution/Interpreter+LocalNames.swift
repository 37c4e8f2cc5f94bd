extension Interpreter {
    /// The names bound where the program is, sorted: those of the function that runs and the functions around it, of the class
    /// body, or of the module.
    public func localNames() -> [String] {
        guard depth > 0 else { return dir(.module(main)) }
        let code = frames[depth].code.takeUnretainedValue()
        let function = frames[depth].function.takeUnretainedValue()
        if code.name == "<module>" { return dir(.module(function.module)) }
        var names: Set<String> = code.isClassBody ? ["__module__", "__qualname__"] : []
        func take(_ name: Symbol, _ value: Value) {
            switch value {
            case .undefined: break
            case .cell(let cell): if !cell.value.isUndefined { names.insert(name.name) }
            default: names.insert(name.name)
            }
        }
        for (register, name) in code.variables.enumerated() { take(name, frames[depth].registers[register]) }
        for (cell, name) in zip(function.closure, code.freeNames) { take(name, .cell(cell)) }
        return names.sorted(by: Interpreter.byScalars)
    }
}
