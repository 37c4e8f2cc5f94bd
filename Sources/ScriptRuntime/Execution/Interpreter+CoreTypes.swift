import ScriptSyntax

/// The classes whose behaviour belongs to the machine: `object`, `type`, `property`, `super`, generators, exceptions.
extension Interpreter {
    func defineCoreTypes() {
        defineExceptions()
        setConstructor(
            of: types.object,
            Native("object()", "The base class of all classes.") { call in
                .instance(InstanceObject(call.interpreter.types.object))
            })
        types.object.constructor?.owner = types.object
        defineObject()
        defineDescriptors()
        defineGenerators()
        defineCells()
        setConstructor(
            of: types.type,
            Native("type(object=<unset>, bases=<unset>, dict=<unset>, /)", "The class of an object, or a new class.") {
                try $0.interpreter.classOrNewClass($0)
            })
        extend(types.type) {
            NativeType(
                "type",
                methods: [
                    Native("mro(self, /)", "The classes searched for attributes, in order.") { call in
                        .list(try call.type(0).lineage.map { .type($0) })
                    },
                    Native("__subclasses__(self, /)", "The classes that derive directly from this one.") { call in
                        .list(try call.type(0).directSubclasses.map { .type($0) })
                    },
                ])
        }
    }

    private func defineObject() {
        extend(types.object) {
            NativeType(
                "object",
                methods: [
                    Native("__setattr__(self, name, value, /)", "Implement setattr(self, name, value).") { call in
                        if case .type = call[0] {
                            try call.interpreter.setAttribute(call[0], Symbol(try call.str(1)), call[2])
                            return .none
                        }
                        guard case .instance(let instance) = call[0] else { throw call.mismatch(0, "object") }
                        try call.interpreter.setPlainAttribute(instance, call[0], Symbol(try call.str(1)), call[2])
                        return .none
                    },
                    Native("__delattr__(self, name, /)", "Implement delattr(self, name).") { call in
                        if case .type = call[0] {
                            try call.interpreter.deleteAttribute(call[0], Symbol(try call.str(1)))
                            return .none
                        }
                        guard case .instance(let instance) = call[0] else { throw call.mismatch(0, "object") }
                        try call.interpreter.deletePlainAttribute(instance, call[0], Symbol(try call.str(1)))
                        return .none
                    },
                    Native("__dir__(self, /)", "Names of the attributes.") { call in
                        .list(call.interpreter.dir(call[0]).map { .str($0) })
                    },
                ])
        }
    }

    private func defineDescriptors() {
        setConstructor(
            of: types.property,
            Native("property(fget=None, fset=None, fdel=None, doc=None)", "An attribute computed by functions.") { call in
                .descriptor(DescriptorObject(.property, call[0], call[1], call[2], doc: call[3]))
            })
        setConstructor(
            of: types.staticmethod,
            Native("staticmethod(function, /)", "A method without self.") { call in
                .descriptor(DescriptorObject(.staticMethod, call[0]))
            })
        setConstructor(
            of: types.classmethod,
            Native("classmethod(function, /)", "A method whose first argument is the class.") { call in
                .descriptor(DescriptorObject(.classMethod, call[0]))
            })
        setConstructor(
            of: types.superType,
            Native("super(type=<unset>, object=<unset>, /)", "The attributes that the bases of a class give.") { call in
                guard call.has(0) else { throw Raised(.runtimeError, "super(): no arguments") }
                let type = try call.type(0)
                let interpreter = call.interpreter
                if !call.has(1) { return .descriptor(DescriptorObject(.superObject, .none, .type(type))) }
                if case .type(let receiver) = call[1] {
                    guard receiver.isSubtype(of: type) else {
                        throw Raised.type("super(type, obj): obj must be an instance or subtype of type")
                    }
                } else {
                    guard try interpreter.isInstance(call[1], of: .type(type)) else {
                        throw Raised.type("super(type, obj): obj must be an instance or subtype of type")
                    }
                }
                return .descriptor(DescriptorObject(.superObject, call[1], .type(type)))
            })
        extend(types.property) {
            func replacing(_ name: String, _ index: Int) -> Native {
                Native("\(name)(self, function, /)", "A copy of the property with another function.") { call in
                    guard case .descriptor(let old) = call[0] else { throw call.mismatch(0, "property") }
                    var parts = [old.first, old.second, old.third]
                    parts[index] = call[1]
                    return .descriptor(DescriptorObject(.property, parts[0], parts[1], parts[2], doc: old.doc))
                }
            }
            return NativeType("property", methods: [replacing("getter", 0), replacing("setter", 1), replacing("deleter", 2)])
        }
    }

    private func defineCells() {
        setConstructor(
            of: types.cell,
            Native("cell(contents=<unset>, /)", "A variable shared between functions.") { .cell(CellObject($0[0])) })
        extend(types.cell) {
            func cell(_ call: Call) throws -> CellObject {
                guard case .cell(let cell) = call[0] else { throw call.mismatch(0, "cell") }
                return cell
            }
            func ordering(_ name: String, _ operation: ComparisonOperation) -> Native {
                Native("\(name)(self, value, /)", "Return self\(operation.symbol)value.") { call in
                    guard case .cell(let other) = call[1] else { return .notImplemented }
                    let (a, b) = (try cell(call).value, other.value)
                    // An empty cell comes before all others.
                    if a.isUndefined || b.isUndefined {
                        return try call.interpreter.compare(operation, .int(a.isUndefined ? 0 : 1), .int(b.isUndefined ? 0 : 1))
                    }
                    return try call.interpreter.compare(operation, a, b)
                }
            }
            return NativeType(
                "cell",
                methods: [
                    ordering("__eq__", .equal), ordering("__ne__", .notEqual), ordering("__lt__", .less), ordering("__le__", .lessOrEqual),
                    ordering("__gt__", .greater), ordering("__ge__", .greaterOrEqual),
                ],
                properties: [
                    NativeProperty(
                        "cell_contents", "The value of the variable.",
                        get: { call in
                            let value = try cell(call).value
                            if value.isUndefined { throw Raised.value("Cell is empty") }
                            return value
                        },
                        set: { call in
                            try cell(call).value = call[1]
                            return .none
                        },
                        delete: { call in
                            try cell(call).value = .undefined
                            return .none
                        })
                ])
        }
    }

    private func defineGenerators() {
        extend(types.generator) {
            func generator(_ call: Call) throws -> GeneratorObject {
                guard case .iterator(let iterator) = call[0], let generator = iterator as? GeneratorObject else {
                    throw call.mismatch(0, "generator")
                }
                return generator
            }
            return NativeType(
                "generator",
                methods: [
                    Native("__iter__(self, /)", "Implement iter(self).") { $0[0] },
                    Native("__next__(self, /)", "Implement next(self).") { call in
                        let generator = try generator(call)
                        if let value = try call.interpreter.resume(generator, sending: .none) { return value }
                        throw generator.endOfIteration()
                    },
                    Native("send(self, value, /)", "Resume with a value for the yield expression.") { call in
                        let generator = try generator(call)
                        if let value = try call.interpreter.resume(generator, sending: call[1]) { return value }
                        throw generator.endOfIteration()
                    },
                    Native("throw(self, type, value=<unset>, traceback=None, /)", "Raise an exception at the yield.") { call in
                        let generator = try generator(call)
                        let interpreter = call.interpreter
                        let given = call.has(2) ? [call[1], call[2], call[3]] : [call[1]]
                        if let answer = try interpreter.throwToDelegate(of: generator, given) {
                            if let value = answer { return value }
                            throw generator.endOfIteration()
                        }
                        var exception = call[1]
                        if call.has(2), !call[2].isNone, case .type = exception {
                            if case .instance(let given) = call[2], given.type.layout == .exception {
                                exception = call[2]
                            } else {
                                exception = try interpreter.call(exception, [call[2]])
                            }
                        }
                        switch exception {
                        case .instance(let given) where given.type.layout == .exception: break
                        case .type(let given) where given.layout == .exception: break
                        default:
                            let given = interpreter.typeName(of: exception)
                            throw Raised.type("exceptions must be classes or instances deriving from BaseException, not \(given)")
                        }
                        let raised = Raised(exception: try interpreter.raised(exception))
                        if let value = try interpreter.resume(generator, throwing: raised) { return value }
                        throw generator.endOfIteration()
                    },
                    Native("close(self, /)", "Raise GeneratorExit at the yield.") { call in
                        try call.interpreter.close(try generator(call))
                        return .none
                    },
                ],
                properties: [
                    NativeProperty("gi_running", "Whether it runs at this moment.", get: { .bool(try generator($0).state == .running) })
                ])
        }
        extend(types.iterator) {
            NativeType(
                "iterator",
                methods: [
                    Native("__iter__(self, /)", "Implement iter(self).") { $0[0] },
                    Native("__next__(self, /)", "Implement next(self).") { call in
                        // Of a subclass' instance the iterator behind it: asking the instance would come back here.
                        guard case .iterator = call.plain(0) else { throw call.mismatch(0, "iterator") }
                        if let value = try call.interpreter.next(call.plain(0)) { return value }
                        throw Raised(.stopIteration, "")
                    },
                ])
        }
    }

    /// `type(object)` and `type(name, bases, dict)`.
    private func classOrNewClass(_ call: Call) throws -> Value {
        guard call.has(1) || !call.has(0) else { return .type(type(of: call[0])) }
        guard call.has(0), call.has(2) else { throw Raised.type("type() takes 1 or 3 arguments") }
        guard case .str(let name) = plain(call[0]) else { throw Raised.type("type.__new__() argument 1 must be str, not \(typeName(of: call[0]))") }
        guard case .tuple(let bases) = plain(call[1]) else {
            throw Raised.type("type.__new__() argument 2 must be tuple, not \(typeName(of: call[1]))")
        }
        guard case .dict(let members) = plain(call[2]) else {
            throw Raised.type("type.__new__() argument 3 must be dict, not \(typeName(of: call[2]))")
        }
        guard bases.count <= 1 else {
            throw Raised(
                .typeError, "a class can have one base only",
                hint: "Keep an object of the second class in an attribute. More: carpedm explain \(DiagnosticCode.multipleInheritance.rawValue)")
        }
        var base: TypeObject?
        if bases.count == 1 {
            guard case .type(let given) = bases[0] else { throw Raised.type("bases must be types") }
            base = given
        }
        try checkTypeName(name)
        if case .str(let doc)? = members["__doc__"] { try checkUnicode(doc) }
        var attributes: [(name: Symbol, value: Value)] = []
        var qualifiedName = name.string
        for entry in members.entries {
            guard case .str(let key) = plain(entry.key) else {
                throw Raised(
                    .typeError, "the name of an attribute must be a str, not \(typeName(of: entry.key))",
                    hint: "Keep it in a dict. More: carpedm explain \(DiagnosticCode.refusedAttribute.rawValue)")
            }
            if key.string == "__qualname__" {
                guard case .str(let text) = plain(entry.value) else {
                    throw Raised.type("type __qualname__ must be a str, not \(typeName(of: entry.value))")
                }
                qualifiedName = text.string
                continue
            }
            if let refusal = Diagnostic.refusal(ofMember: key.string) { throw Raised.refused(refusal) }
            attributes.append((Symbol(key), entry.value))
        }
        let type = try makeClass(name.string, base: base, attributes: attributes)
        type.qualifiedName = qualifiedName
        type.isMadeByCall = true
        return .type(type)
    }

    /// What may be `__name__` of a class.
    func checkTypeName(_ name: StrObject) throws(Raised) {
        if (0..<name.count).contains(where: { name.unit($0) == 0 }) { throw .value("type name must not contain null characters") }
        try checkUnicode(name)
    }

    private func checkUnicode(_ text: StrObject) throws(Raised) {
        guard let place = (0..<text.count).first(where: { text.unit($0) >> 11 == 0x1B }) else { return }
        throw Raised(
            .unicodeEncodeError,
            arguments: [.str("utf-8"), .str(text), .int(place), .int(place + 1), .str("surrogates not allowed")])
    }
}
