/// The classes of the language, one set per session.
public final class BuiltinTypes {
    public let object, type, int, float, bool, str, bytes, list, tuple, dict, set, frozenset: TypeObject
    public let range, slice, function, builtinFunction, method, module, property, staticmethod, classmethod: TypeObject
    public let superType, generator, iterator, cell, noneType, ellipsis, notImplementedType, code, traceback, unionType: TypeObject
    let genericAlias, slotDescriptor, methodDescriptor, wrapperDescriptor, methodWrapper: TypeObject
    private let exceptions: [TypeObject]
    private let ids: IDSource
    private var iteratorTypes: [String: TypeObject] = [:]
    private var hostTypes: [String: TypeObject] = [:]
    private var lastHostType: TypeObject?

    init(_ ids: IDSource) {
        self.ids = ids
        object = TypeObject("object", base: nil, layout: .plain, doc: "The base class of all classes.", ids: ids)
        let object = self.object
        func make(_ name: String, _ base: TypeObject? = nil, inheritable: Bool = false) -> TypeObject {
            let type = TypeObject(name, base: base ?? object, layout: .value, ids: ids)
            type.isInheritable = inheritable
            return type
        }
        type = make("type")
        int = make("int", inheritable: true)
        float = make("float", inheritable: true)
        bool = make("bool", int)
        str = make("str", inheritable: true)
        bytes = make("bytes", inheritable: true)
        list = make("list", inheritable: true)
        tuple = make("tuple", inheritable: true)
        dict = make("dict", inheritable: true)
        set = make("set", inheritable: true)
        frozenset = make("frozenset", inheritable: true)
        range = make("range")
        slice = make("slice")
        function = make("function")
        builtinFunction = make("builtin_function_or_method")
        method = make("method")
        module = make("module")
        property = make("property")
        staticmethod = make("staticmethod")
        classmethod = make("classmethod")
        superType = make("super")
        generator = make("generator")
        iterator = make("iterator")
        cell = make("cell")
        noneType = make("NoneType")
        ellipsis = make("ellipsis")
        notImplementedType = make("NotImplementedType")
        code = make("code")
        traceback = make("traceback")
        unionType = make("UnionType")
        unionType.moduleName = "types"
        genericAlias = make("GenericAlias")
        genericAlias.moduleName = "types"
        slotDescriptor = make("getset_descriptor")
        methodDescriptor = make("method_descriptor")
        wrapperDescriptor = make("wrapper_descriptor")
        methodWrapper = make("method-wrapper")
        list.emptyBase = { .list(ListObject()) }
        dict.emptyBase = { .dict(DictObject()) }
        set.emptyBase = { .set(SetObject()) }

        var made: [ExceptionKind: TypeObject] = [:]
        exceptions = ExceptionKind.allCases.map { kind in
            // A parent stands before its children in the list of kinds.
            let base = kind.parent.flatMap { made[$0] } ?? object
            let type = TypeObject(kind.rawValue, base: base, layout: .exception, doc: kind.doc, ids: ids)
            made[kind] = type
            return type
        }
    }

    /// The class of a built-in exception.
    public func exception(_ kind: ExceptionKind) -> TypeObject {
        // Made in the order of the cases.
        exceptions[kind.number]
    }

    var allExceptions: [TypeObject] { exceptions }

    /// The classes that are built-in names.
    var named: [TypeObject] {
        [
            object, type, int, float, bool, str, bytes, list, tuple, dict, set, frozenset, range, slice, property,
            staticmethod, classmethod, superType,
        ]
    }

    /// The class of a kind of iterator, by the name it gives itself.
    func iteratorType(named name: String) -> TypeObject {
        if name == "generator" { return generator }
        if let known = iteratorTypes[name] { return known }
        let type = TypeObject(name, base: iterator, layout: .value, ids: ids)
        type.isInheritable = false
        if BuiltinTypes.itertools.contains(name) { type.moduleName = "itertools" }
        if name == "_deque_iterator" || name == "_deque_reverse_iterator" { type.moduleName = "_collections" }
        iteratorTypes[name] = type
        return type
    }

    private static let itertools: Set<String> = [
        "count", "cycle", "repeat", "chain", "accumulate", "compress", "dropwhile", "filterfalse", "groupby", "_grouper", "islice", "starmap",
        "takewhile", "_tee", "zip_longest", "product", "permutations", "combinations", "combinations_with_replacement", "pairwise",
    ]

    /// Makes the class of an iterator known, so that `type(x)` and a built-in name (`map`, `zip`) are the same.
    /// It is a class that scripts may derive from.
    public func registerIteratorType(_ name: String) -> TypeObject {
        let type = iteratorType(named: name)
        type.isInheritable = true
        return type
    }

    func hostType(named name: String) -> TypeObject {
        // Mostly the same class again and again: tensors.
        if let lastHostType, lastHostType.name == name { return lastHostType }
        if let known = hostTypes[name] {
            lastHostType = known
            return known
        }
        let type = TypeObject(name, base: object, layout: .host, module: "host", ids: ids)
        hostTypes[name] = type
        return type
    }

    func registerHostType(_ type: TypeObject) {
        hostTypes[type.name] = type
        lastHostType = nil
    }
}
