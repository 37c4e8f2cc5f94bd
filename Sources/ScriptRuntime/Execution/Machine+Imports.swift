import ScriptSyntax

/// `import`.
extension Interpreter {
    /// The module of a dotted name, imported when it is not yet.
    /// - Throws: `ModuleNotFoundError` with the nearest known name, `ImportError` for a cycle.
    public func importModule(_ name: String) throws(Raised) -> ModuleObject {
        try importModule(name, takesFirst: false, from: nil)
    }

    /// A module that was imported, by its full name.
    public func loadedModule(_ name: String) -> ModuleObject? { modules[name] }

    /// - Parameter takesFirst: give the module of the first part (`import a.b` binds `a`).
    func importModule(_ name: String, takesFirst: Bool, from importer: String?) throws(Raised) -> ModuleObject {
        try checkStack()
        let parts = name.split(separator: ".").map(String.init)
        var path = ""
        var first: ModuleObject?
        var last: ModuleObject?
        for part in parts {
            path += path.isEmpty ? part : "." + part
            let module = try load(path, from: importer, within: last)
            if let last { last[Symbol(part)] = .module(module) }
            if first == nil { first = module }
            last = module
        }
        guard let first, let last else { throw notFound(name) }
        return takesFirst ? first : last
    }

    private func load(_ name: String, from importer: String?, within parent: ModuleObject?) throws(Raised) -> ModuleObject {
        if parent == nil { try declarePackage(name) }
        if let declared = pendingModules[name] {
            pendingModules[name] = nil
            return try make(declared)
        }
        if let known = modules[name], known.file == nil { return known }
        // A module that has another one as member (`os.path`).
        if let parent, let last = name.split(separator: ".").last, case .module(let member)? = parent[Symbol(String(last))] {
            return member
        }
        let found: SourceText?
        do {
            if let declared = try moduleResolver?(name, self) { return try make(declared) }
            found = try sourceResolver?(name, importer, self)
        } catch { throw convert(error) }
        if let found { return try load(found, name) }
        if parent != nil, let parent, parent.file == nil, !hasSubmodules(parent.name) {
            throw detailed(
                Raised(.moduleNotFoundError, "No module named '\(name)'; '\(parent.name)' is not a package"), [("name", .str(name))])
        }
        throw notFound(name)
    }

    /// Declares the modules of a registered package of that name.
    private func declarePackage(_ name: String) throws(Raised) {
        guard let declare = pendingPackages.removeValue(forKey: name) else { return }
        do {
            for module in try declare() { register(module) }
        } catch {
            pendingPackages[name] = declare
            throw convert(error)
        }
    }

    /// Declares all of them, to be listed; one that cannot be declared says so when it is imported.
    func declarePackages() {
        for name in pendingPackages.keys.sorted() { try? declarePackage(name) }
    }

    private func hasSubmodules(_ name: String) -> Bool {
        (Array(pendingModules.keys) + Array(modules.keys)).contains { $0.hasPrefix(name + ".") }
    }

    private func notFound(_ name: String) -> Raised {
        declarePackages()
        let known = (Array(modules.keys) + Array(pendingModules.keys)).filter { $0 != "__main__" }.sorted()
        let hint: String
        if let near = nearest(to: name, among: known) {
            hint = "Did you mean '\(near)'?"
        } else {
            let own = known.filter { !$0.contains(".") && modules[$0]?.file == nil }
            let file = "A module of your own is the file \(name.split(separator: ".").last ?? "").cdm beside the importing one."
            hint = own.isEmpty ? file : file + " The language has \(own.joined(separator: ", "))."
        }
        return detailed(Raised(.moduleNotFoundError, "No module named '\(name)'", hint: hint), [("name", .str(name))])
    }

    /// Makes a declared module.
    private func make(_ declared: NativeModule) throws(Raised) -> ModuleObject {
        let module = ModuleObject(declared.name, id: ids.next(), doc: declared.doc)
        modules[declared.name] = module
        module[Symbol(.__name__)] = .str(declared.name)
        module[Symbol(.__doc__)] = declared.doc.isEmpty ? Value.none : .str(declared.doc)
        for native in declared.functions {
            let function = NativeFunction(native)
            function.moduleName = declared.name
            module[Symbol(native.name)] = .native(function)
        }
        do {
            for (name, value) in try declared.members(self) { module[Symbol(name)] = value }
        } catch {
            modules[declared.name] = nil
            pendingModules[declared.name] = declared
            throw convert(error)
        }
        module.missing = { [weak self] name in
            guard let self else { return nil }
            if let value = try declared.missing?(name.name, self) { return value }
            return try self.submodule(of: declared.name, name.name)
        }
        return module
    }

    /// A registered module `<module>.<name>`, as a member.
    private func submodule(of module: String, _ name: String) throws(Raised) -> Value? {
        let path = module + "." + name
        guard pendingModules[path] != nil || modules[path] != nil else { return nil }
        return .module(try load(path, from: nil, within: nil))
    }

    /// Names of registered modules directly inside a module.
    func submoduleNames(of module: String) -> [String] {
        (Array(pendingModules.keys) + Array(modules.keys)).compactMap { path in
            guard path.hasPrefix(module + ".") else { return nil }
            let rest = path.dropFirst(module.count + 1)
            return rest.contains(".") ? nil : String(rest)
        }
    }

    /// Runs another script file as a module, once.
    private func load(_ source: SourceText, _ name: String) throws(Raised) -> ModuleObject {
        if let start = importing.firstIndex(of: source.name) {
            let circle = (importing[start...] + [source.name]).joined(separator: " -> ")
            throw Raised(
                .importError, "circular import: \(circle)", hint: "Move what both files need into a third one.")
        }
        if let known = fileModules[source.name] { return known }
        let module = ModuleObject(name, id: ids.next(), file: source.name)
        module[Symbol(.__name__)] = .str(name)
        module[Symbol(.__file__)] = .str(source.name)
        module[Symbol(.__package__)] = .str(name.lastIndex(of: ".").map { String(name[..<$0]) } ?? "")
        importing.append(source.name)
        defer { importing.removeLast() }
        do {
            _ = try execute(source, in: module)
        } catch {
            throw error.asRaised
        }
        fileModules[source.name] = module
        return module
    }

    /// `from module import name`.
    func importName(_ module: Value, _ name: Symbol, from importer: String) throws(Raised) -> Value {
        guard case .module(let object) = module else { return .undefined }
        if let found = try find(module, name) { return found }
        let path = object.name + "." + name.name
        if pendingModules[path] != nil || modules[path] != nil { return .module(try importModule(path)) }
        let missing = Raised(
            .importError, "cannot import name '\(name.name)' from '\(object.name)' (\(object.file ?? "unknown location"))",
            hint: nearest(to: name.name, among: dir(module)).map { "Did you mean '\($0)'?" })
        throw detailed(missing, [("name", .str(object.name)), ("path", object.file.map { .str($0) } ?? .none)])
    }
}
