import ScriptSyntax

extension Interpreter {
    /// `type(value)`.
    public func type(of value: Value) -> TypeObject {
        switch value {
        case .int, .bigInt: return types.int
        case .float: return types.float
        case .bool: return types.bool
        case .str: return types.str
        case .list: return types.list
        case .tuple: return types.tuple
        case .dict: return types.dict
        case .set(let set): return set.isFrozen ? types.frozenset : types.set
        case .instance(let instance): return instance.type
        case .function: return types.function
        case .native(let native):
            guard native.owner != nil else { return types.builtinFunction }
            return Interpreter.isWrapper(native) ? types.wrapperDescriptor : types.methodDescriptor
        case .boundMethod(let method):
            if case .native(let native) = method.function { return Interpreter.isWrapper(native) ? types.methodWrapper : types.builtinFunction }
            return types.method
        case .type: return types.type
        case .iterator(let iterator): return types.iteratorType(named: iterator.typeName)
        case .bytes: return types.bytes
        case .range: return types.range
        case .slice: return types.slice
        case .module: return types.module
        case .descriptor(let descriptor):
            switch descriptor.kind {
            case .property: return types.property
            case .staticMethod: return types.staticmethod
            case .classMethod: return types.classmethod
            case .superObject: return types.superType
            }
        case .cell: return types.cell
        case .host(let box): return box.type
        case .undefined, .none: return types.noneType
        case .ellipsis: return types.ellipsis
        case .notImplemented: return types.notImplementedType
        }
    }

    /// The name of its class as messages have it: with the module for a class that CPython has written in C in a module.
    public func typeName(of value: Value) -> String { type(of: value).messageName }

    /// The value behind an instance of a subclass of a built-in or host class; any other value as it is.
    @inline(__always)
    public func plain(_ value: Value) -> Value {
        if case .instance(let instance) = value, let extra = instance.extra, !extra.base.isUndefined { return extra.base }
        return value
    }

    /// What a bytes-like object holds: bytes, a bytearray or a host's buffer; nil for anything else.
    public func buffer(_ value: Value) throws(Raised) -> [UInt8]? {
        switch plain(value) {
        case .bytes(let bytes): return bytes.bytes
        case .host(let box):
            guard let object = box.object as? any HostBuffer else { return nil }
            return try converting { try object.buffer() }
        default: return nil
        }
    }

    // MARK: - Declarations

    /// Adds methods and more to a class; the table is only read when the class is first looked at.
    public func extend(_ type: TypeObject, _ table: @escaping () -> NativeType) {
        type.define { [unowned type, unowned self] in self.attributes(of: table(), owner: type) }
    }

    /// Gives a built-in class special methods that scripts may call by name; its operations do not look for them.
    public func answer(_ type: TypeObject, _ natives: @escaping () -> [Native]) { type.define(answers: natives) }

    /// Calls a built-in function by its name.
    public func callBuiltin(_ name: String, _ arguments: [Value]) throws(Raised) -> Value {
        guard let function = builtins[Symbol(name)] else { throw Raised(.nameError, "name '\(name)' is not defined") }
        return try call(function, arguments)
    }

    /// Gives a built-in class its constructor.
    public func setConstructor(of type: TypeObject, _ native: Native) {
        let function = NativeFunction(native)
        function.owner = type
        type.constructor = function
        type.doc = native.doc
    }

    /// Makes a class from its declaration.
    @discardableResult
    public func define(_ declaration: NativeType) -> TypeObject {
        let base = declaration.base ?? types.object
        let layout: TypeObject.Layout =
            declaration.isHost && base.layout == .plain ? .host : base.layout.derived(isScriptClass: false)
        let type = TypeObject(
            declaration.name, base: base, secondBase: layout == .exception ? declaration.secondBase : nil, layout: layout,
            module: declaration.module, doc: declaration.doc, ids: ids)
        type.isInheritable = declaration.isInheritable
        type.isOpen = declaration.isOpen
        if let constructor = declaration.constructor {
            setConstructor(of: type, constructor)
            type.doc = declaration.doc
        }
        type.define { [unowned type, unowned self] in self.attributes(of: declaration, owner: type) }
        if layout == .host { types.registerHostType(type) }
        return type
    }

    private func attributes(of table: NativeType, owner: TypeObject) -> [(Symbol, Value)] {
        var result: [(Symbol, Value)] = []
        func function(_ native: Native) -> Value {
            let function = NativeFunction(native)
            function.owner = owner
            return .native(function)
        }
        for native in table.methods { result.append((Symbol(native.name), function(native))) }
        for native in table.staticMethods {
            result.append((Symbol(native.name), .descriptor(DescriptorObject(.staticMethod, function(native)))))
        }
        for native in table.classMethods {
            result.append((Symbol(native.name), .descriptor(DescriptorObject(.classMethod, function(native)))))
        }
        for property in table.properties {
            let get = function(Native("\(property.name)(self, /)", property.doc, property.get))
            let set = property.set.map { function(Native("\(property.name)(self, value, /)", property.doc, $0)) }
            let delete = property.delete.map { function(Native("\(property.name)(self, /)", property.doc, $0)) }
            let doc: Value = property.doc.isEmpty ? .none : .str(property.doc)
            result.append((Symbol(property.name), .descriptor(DescriptorObject(.property, get, set ?? .none, delete ?? .none, doc: doc))))
        }
        for constant in table.constants { result.append((Symbol(constant.name), constant.value)) }
        return result
    }

    /// Makes a class as a `class` statement would.
    public func makeClass(
        _ name: String, base: TypeObject? = nil, module: String = "__main__", doc: String? = nil,
        attributes: [(name: Symbol, value: Value)] = []
    ) throws(Raised) -> TypeObject {
        let base = base ?? types.object
        guard base.isInheritable else { throw notABase(base) }
        let type = TypeObject(
            name, base: base, layout: base.layout.derived(isScriptClass: true), isScriptClass: true, module: module, doc: doc,
            ids: ids)
        for (name, value) in attributes { type.set(name, value) }
        if type.own(Symbol(.__eq__)) != nil && type.own(Symbol(.__hash__)) == nil { type.set(Symbol(.__hash__), .none) }
        return type
    }

    func notABase(_ type: TypeObject) -> Raised {
        // Bases in CPython: what derives from them is a descriptor of its own.
        let isDescriptor = [types.property, types.staticmethod, types.classmethod].contains { $0 === type }
        let code = isDescriptor ? DiagnosticCode.refusedMethod : type === types.type ? .classKeyword : nil
        return Raised(
            .typeError, "type '\(type.name)' is not an acceptable base type",
            hint: code.map { "Use the class as it is, or a function that makes what you need. More: carpedm explain \($0.rawValue)" })
    }

    // MARK: - Names

    /// Makes a module importable; it is filled at its first import.
    public func register(_ module: NativeModule) { pendingModules[module.name] = module }

    /// Makes `name` and the modules `name.…` importable; they are declared when the first of them is asked for, or all are listed.
    public func register(package name: String, _ declare: @escaping () throws -> [NativeModule]) { pendingPackages[name] = declare }

    /// Binds a native function as a built-in name.
    public func registerBuiltin(_ native: Native) {
        builtins[Symbol(native.name)] = .native(NativeFunction(native))
    }

    /// Makes a value known everywhere by this name, as `len` is.
    public func registerBuiltin(_ name: String, _ value: Value) { builtins[Symbol(name)] = value }

    /// A host object as a value.
    public func value(of object: any HostObject) -> Value {
        if let own = object.asSubclassable?.scriptInstance { return .instance(own) }
        return .host(HostBox(object, types.hostType(named: object.scriptTypeName)))
    }

    /// The same for an object whose registered class is at hand, and that no script class derives from.
    public func value(of object: any HostObject, type: TypeObject) -> Value { .host(HostBox(object, type)) }

    /// A native function as a value.
    public func value(of native: Native) -> Value { .native(NativeFunction(native)) }
}
