import ScriptRuntime

/// Values behind names, found without running any code of a script: no properties, no `__getattr__`.
struct Resolver {
    let session: ScriptSession
    private var interpreter: Interpreter { session.interpreter }

    init(_ session: ScriptSession) { self.session = session }

    /// Everything that can be named without a dot.
    var names: [String] {
        interpreter.main.members.map(\.name.name) + interpreter.builtins.members.map(\.name.name)
    }

    /// The value of `a.b.c`.
    func value(ofPath path: String) -> Value? {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, var value = value(ofName: first) ?? interpreter.nativeModule(first).map({ .module($0) })
        else { return nil }
        for part in parts.dropFirst() {
            guard let next = member(part, of: value) else { return nil }
            value = next
        }
        return value
    }

    func value(ofName name: String) -> Value? {
        guard let symbol = Symbol(existing: name) else { return nil }
        return interpreter.main[symbol] ?? interpreter.builtins[symbol]
    }

    /// The attribute as it is stored; a property gives itself.
    func member(_ name: String, of value: Value) -> Value? {
        if case .module(let module) = value {
            // A part of a package may never have been named before.
            let found = Symbol(existing: name).flatMap { module[$0] }
            return found ?? interpreter.nativeModule(module.name + "." + name).map { .module($0) }
        }
        guard let symbol = Symbol(existing: name) else { return nil }
        switch value {
        case .instance(let instance):
            if let own = instance.attribute(symbol) { return own }
            return instance.type.lookup(symbol)
        case .type(let type):
            guard case .descriptor(let descriptor)? = type.lookup(symbol) else { return type.lookup(symbol) }
            return descriptor.kind == .staticMethod || descriptor.kind == .classMethod
                ? descriptor.first : .descriptor(descriptor)
        default: return interpreter.type(of: value).lookup(symbol)
        }
    }
}
