/// The special methods of `object`, for `super().__repr__()`, `Base.__init__(self)` and the like.
///
/// They are kept out of the class's own table: operations that find no method there take their direct way.
extension Interpreter {
    func objectMethod(_ name: Symbol) -> Value? {
        if objectMethods.isEmpty {
            for native in Interpreter.objectNatives {
                let function = NativeFunction(native)
                function.owner = types.object
                objectMethods[Symbol(native.name)] = .native(function)
            }
        }
        return objectMethods[name]
    }

    /// `repr` of an object whose class does not say.
    func plainRepr(_ value: Value) throws(Raised) -> StrObject {
        if case .instance(let instance) = value {
            if !instance.base.isUndefined { return try repr(instance.base) }
            return .make("<\(shownName(of: instance.type)) object>")
        }
        return try repr(value)
    }

    /// What every object has, by `dir`.
    static let objectMethodNames = ["__class__", "__doc__", "__delattr__", "__setattr__"] + objectNatives.map(\.name)

    private static var objectNatives: [Native] {
        [
            Native("__init__(self, /, *args, **kwargs)", "Initialize self.") { call in
                if case .instance(let instance) = call[0], instance.type.layout == .plain,
                    try call.tuple(1).count > 0 || call.dict(2).count > 0
                {
                    throw Raised.type("object.__init__() takes exactly one argument (the instance to initialize)")
                }
                return .none
            },
            Native("__repr__(self, /)", "Return repr(self).") { .str(try $0.interpreter.plainRepr($0[0])) },
            Native("__str__(self, /)", "Return str(self).") { .str(try $0.interpreter.repr($0[0])) },
            Native("__eq__(self, value, /)", "Return self==value.") { call in
                call[0].isIdentical(to: call[1]) ? .true : .notImplemented
            },
            Native("__ne__(self, value, /)", "Return self!=value.") { call in
                guard let equal = call.interpreter.type(of: call[0]).lookup(.__eq__) else {
                    return call[0].isIdentical(to: call[1]) ? .false : .notImplemented
                }
                let isEqual = try call.interpreter.callMethod(equal, call[0], call[1])
                return isEqual.isNotImplemented ? isEqual : .bool(try !call.interpreter.truth(isEqual))
            },
            Native("__hash__(self, /)", "Return hash(self).") { call in
                if case .instance = call[0] { return .int(call[0].identity >> 4) }
                return .int(try call.interpreter.hash(call[0]))
            },
            Native("__lt__(self, value, /)", "Return self<value.") { _ in .notImplemented },
            Native("__le__(self, value, /)", "Return self<=value.") { _ in .notImplemented },
            Native("__gt__(self, value, /)", "Return self>value.") { _ in .notImplemented },
            Native("__ge__(self, value, /)", "Return self>=value.") { _ in .notImplemented },
            Native("__dir__(self, /)", "Default dir() implementation.") { call in
                .list(call.interpreter.dir(call[0]).map { .str($0) })
            },
            Native("__format__(self, format_spec, /)", "Default object formatter.") { call in
                .str(try call.interpreter.format(call[0], call.str(1)))
            },
            Native("__getattribute__(self, name, /)", "Return getattr(self, name).") { call in
                try call.interpreter.plainAttribute(call[0], Symbol(try call.str(1)))
            },
            Native("__init_subclass__()", "Called when a class is derived.") { _ in .none },
            Native("__sizeof__(self, /)", "Size of the object in memory, in bytes.") { _ in .int(64) },
        ]
    }
}
