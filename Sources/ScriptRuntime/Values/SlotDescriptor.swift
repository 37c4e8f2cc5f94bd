/// What CPython keeps in the dict of a class for `__dict__` and `__weakref__` of its instances: to be seen, not to be used.
final class SlotDescriptor: HostObject {
    private let name: String
    private let owner: String

    init(_ name: String, of owner: TypeObject) { (self.name, self.owner) = (name, owner.name) }

    var scriptTypeName: String { "getset_descriptor" }
    var scriptSummary: String { "<attribute '\(name)' of '\(owner)' objects>" }
}

extension Interpreter {
    /// The dict that `type.__dict__` shows: of a script class with what CPython puts there besides the class's own names.
    func namespace(of type: TypeObject) -> DictObject {
        let dict = DictObject()
        let own = type.attributes
        guard type.isScriptClass else {
            for (name, value) in own { dict[name.text] = value }
            return dict
        }
        if !type.isMadeByCall { dict["__module__"] = .str(Symbol(type.moduleName).text) }
        if let doc = type.doc { dict["__doc__"] = .str(doc) }
        for (name, value) in own { dict[name.text] = value }
        if dict["__module__"] == nil { dict["__module__"] = .str(Symbol(type.moduleName).text) }
        for name in slotNames(of: type) { dict[StrObject.make(name)] = .host(HostBox(SlotDescriptor(name, of: type), types.slotDescriptor)) }
        if dict["__doc__"] == nil { dict["__doc__"] = Value.none }
        return dict
    }

    /// The first script class over a built-in one brings what its instances have and those of the built-in class have not.
    private func slotNames(of type: TypeObject) -> [String] {
        guard let base = type.base, !base.isScriptClass else { return [] }
        let hasNoPlace = ["int", "tuple", "bytes", "set", "frozenset", "deque"].contains(base.name)
        return (base.layout == .exception ? [] : ["__dict__"]) + (hasNoPlace ? [] : ["__weakref__"])
    }
}
