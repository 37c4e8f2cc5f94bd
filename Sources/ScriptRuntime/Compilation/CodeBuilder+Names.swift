import ScriptSyntax

/// Reading, writing and deleting names.
extension CodeBuilder {
    enum Place {
        case register(Int), cell(Int), free(Int), global(String)
    }

    func place(of name: String) -> Place {
        let mangled = scope.mangled(name)
        switch scope.symbol(name)?.binding {
        case .local where kind != .module:
            if let register = registers[mangled] { return .register(register) }
        case .cell:
            if let register = registers[mangled] { return .cell(register) }
        case .free:
            if let index = free[mangled] { return .free(index) }
        default: break
        }
        return .global(mangled)
    }

    func loadName(_ name: String, into register: Int) {
        switch place(of: name) {
        case .register(let variable):
            if kind == .classBody { return loadClassName(name, variable, into: register) }
            check(variable, name)
            emit(.move, register, variable)
        case .cell(let cell): emit(.loadCell, register, cell)
        case .free(let index): emit(.loadFree, register, index)
        case .global(let name): loadGlobal(name, into: register)
        }
    }

    private func loadGlobal(_ name: String, into register: Int) {
        let slots = shared.slots(of: name)
        emit(.loadGlobal, register, slots.global, slots.builtin)
    }

    /// A name that the class body binds: the class's own, else the module's, never that of a function around.
    private func loadClassName(_ name: String, _ variable: Int, into register: Int) {
        let done = Label()
        emit(.move, register, variable)
        jump(.jumpIfBound, register, to: done)
        loadGlobal(scope.mangled(name), into: register)
        place(done)
    }

    /// Makes sure that a local variable is bound.
    func check(_ variable: Int, _ name: String) {
        if bound.contains(variable) { return }
        emit(.checkLocal, variable)
        markBound(variable, name)
    }

    func markBound(_ variable: Int, _ name: String) {
        if kind == .function && !unbound.contains(scope.mangled(name)) { bound.insert(variable) }
    }

    func storeName(_ name: String, from register: Int) {
        switch place(of: name) {
        case .register(let variable):
            if variable != register { emit(.move, variable, register) }
            markBound(variable, name)
        case .cell(let cell): emit(.storeCell, cell, register)
        case .free(let index): emit(.storeFree, register, index)
        case .global(let name): emit(.storeGlobal, register, shared.slots(of: name).global)
        }
    }

    func deleteName(_ name: String) {
        switch place(of: name) {
        case .register(let variable): emit(.deleteLocal, variable)
        case .cell(let cell): emit(.deleteCell, cell)
        case .free(let index): emit(.deleteFree, 0, index)
        case .global(let name): emit(.deleteGlobal, 0, shared.slots(of: name).global)
        }
    }

    /// The register of a plain local variable, when the name is one.
    func localRegister(_ name: String) -> Int? {
        if kind == .function, case .register(let variable) = place(of: name) { return variable }
        return nil
    }
}
