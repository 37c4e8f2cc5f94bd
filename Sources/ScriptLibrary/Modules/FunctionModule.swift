import ScriptRuntime

/// `functools`.
enum FunctionModule {
    static func module(_ interpreter: Interpreter) -> NativeModule {
        let partial = interpreter.define(Partial.type)
        interpreter.define(CachedFunction.type)
        interpreter.define(ComparisonKey.type)
        return NativeModule(
            "functools", doc: "Tools for working with functions and callable objects.",
            functions: [
                Native(
                    "reduce(function, iterable, initial=<unset>, /)",
                    "Apply a function of two arguments cumulatively to the items of an iterable, from left to right.", reduce),
                Native("cmp_to_key(mycmp)", "Convert a cmp= function into a key= function.") { call in
                    let compare = call[0]
                    return call.interpreter.value(
                        of: Native("K(obj)", "Wraps a value to be compared by a function.") { call in
                            call.interpreter.value(of: ComparisonKey(compare, call[0]))
                        })
                },
                Native("lru_cache(maxsize=128, typed=False)", "Least-recently-used cache decorator.", CachedFunction.decorator),
                Native("cache(user_function, /)", "Simple lightweight unbounded cache.") { call in
                    try CachedFunction.make(call[0], limit: nil, typed: false, call.interpreter)
                },
                updateWrapper,
                Native(
                    "wraps(wrapped, assigned=<unset>, updated=<unset>)", "Decorator factory to apply update_wrapper() to a wrapper function."
                ) { call in
                    let keywords = [
                        ("wrapped", call[0]), ("assigned", call.has(1) ? call[1] : assigned), ("updated", call.has(2) ? call[2] : updated),
                    ]
                    return call.interpreter.value(of: Partial(call.interpreter.value(of: updateWrapper), [], keywords))
                },
                Native("total_ordering(cls)", "Class decorator that fills in missing ordering methods.", TotalOrdering.complete),
                Native("cached_property(func)", "A property that is computed once per instance and then kept as an attribute.", cachedProperty),
            ],
            members: { _ in
                [("partial", .type(partial)), ("WRAPPER_ASSIGNMENTS", assigned), ("WRAPPER_UPDATES", updated)]
            })
    }

    private static var assigned: Value { .tuple(["__module__", "__name__", "__qualname__", "__doc__", "__annotations__"].map { .str($0) }) }
    private static var updated: Value { .tuple([.str("__dict__")]) }

    private static var updateWrapper: Native {
        Native(
            "update_wrapper(wrapper, wrapped, assigned=<unset>, updated=<unset>)", "Update a wrapper function to look like the wrapped function."
        ) { call in
            let interpreter = call.interpreter
            func name(_ value: Value) throws -> Symbol {
                guard case .str(let text) = interpreter.plain(value) else {
                    throw Raised.type("attribute name must be string, not '\(interpreter.typeName(of: value))'")
                }
                return Symbol(text)
            }
            try interpreter.forEach(call.has(2) ? call[2] : assigned) { item in
                let name = try name(item)
                if let value = try interpreter.attributeOrNil(call[1], name) { try interpreter.setAttribute(call[0], name, value) }
                return true
            }
            try interpreter.forEach(call.has(3) ? call[3] : updated) { item in
                let name = try name(item)
                let more = try interpreter.attributeOrNil(call[1], name) ?? .dict(DictObject())
                _ = try interpreter.callMethod(interpreter.attribute(call[0], name), named: "update", [more])
                return true
            }
            try interpreter.setAttribute(call[0], "__wrapped__", call[1])
            return call[0]
        }
    }

    private static func reduce(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        let function = call[0]
        var total: Value? = call.has(2) ? call[2] : nil
        guard interpreter.isIterable(call[1]) else { throw Raised.type("reduce() arg 2 must support iteration") }
        try interpreter.forEach(call[1]) { item in
            if let known = total { total = try interpreter.call(function, [known, item]) } else { total = item }
            return true
        }
        guard let total else { throw Raised.type("reduce() of empty iterable with no initial value") }
        return total
    }

    private static func cachedProperty(_ call: Call) throws -> Value {
        let function = call[0]
        guard case .str(let text)? = try call.interpreter.find(function, "__name__") else {
            throw Raised.type("cached_property() takes a function with a name")
        }
        let name = Symbol(text)
        func instance(_ call: Call) throws -> InstanceObject {
            guard case .instance(let instance) = call[0] else { throw call.mismatch(0, "object") }
            return instance
        }
        let get = call.interpreter.value(
            of: Native("\(text.string)(self, /)") { call in
                let owner = try instance(call)
                if let known = owner.attribute(name) { return known }
                let value = try call.interpreter.call(function, [call[0]])
                owner.setAttribute(name, value)
                return value
            })
        let set = call.interpreter.value(
            of: Native("\(text.string)(self, value, /)") { call in
                try instance(call).setAttribute(name, call[1])
                return .none
            })
        let delete = call.interpreter.value(
            of: Native("\(text.string)(self, /)") { call in
                guard try instance(call).deleteAttribute(name) else { throw Raised.attribute(text.string) }
                return .none
            })
        return .descriptor(
            DescriptorObject(.property, get, set, delete, doc: try call.interpreter.find(function, "__doc__") ?? .none))
    }
}

/// `functools.partial`.
final class Partial: HostObject, HostCallable {
    private(set) var function: Value
    private(set) var arguments: [Value]
    let keywords: [(name: String, value: Value)]

    init(_ function: Value, _ arguments: [Value], _ keywords: [(name: String, value: Value)]) {
        self.function = function
        self.arguments = arguments
        self.keywords = keywords
    }

    deinit {
        arguments.append(function)
        function = .none
        HostBox.release(&arguments)
    }

    var scriptTypeName: String { "partial" }
    var scriptSummary: String { "functools.partial(...)" }

    func call(_ arguments: [Value], _ keywords: [(name: String, value: Value)], _ interpreter: Interpreter) throws -> Value {
        let given = Set(keywords.map(\.name))
        let all = self.keywords.filter { !given.contains($0.name) } + keywords
        return try interpreter.call(function, self.arguments + arguments, keywords: all.map { (Symbol($0.name), $0.value) })
    }

    static var type: NativeType {
        NativeType(
            "partial", doc: "A function with some of its arguments given.", module: "functools",
            constructor: Native(
                "partial(func, /, *args, **keywords)", "Create a new function with partial application of the given arguments and keywords."
            ) { call in
                guard call.interpreter.isCallable(call[0]) else { throw Raised.type("the first argument must be callable") }
                if case .host(let box) = call[0], let inner = box.object as? Partial {
                    let given = Set(call.keywords(2).map(\.name))
                    return call.interpreter.value(
                        of: Partial(
                            inner.function, inner.arguments + call.rest(1),
                            inner.keywords.filter { !given.contains($0.name) } + call.keywords(2)))
                }
                return call.interpreter.value(of: Partial(call[0], call.rest(1), call.keywords(2)))
            },
            methods: [
                Native("__repr__(self, /)", "Return repr(self).") { call in
                    let partial = try call.host(0, as: Partial.self)
                    try call.interpreter.checkStack()
                    var parts = [try call.interpreter.repr(partial.function).string]
                    parts += try partial.arguments.map { try call.interpreter.repr($0).string }
                    parts += try partial.keywords.map { "\($0.name)=\(try call.interpreter.repr($0.value).string)" }
                    return .str("functools.partial(\(parts.joined(separator: ", ")))")
                }
            ],
            properties: [
                NativeProperty("func", "The function.", get: { try $0.host(0, as: Partial.self).function }),
                NativeProperty("args", "The arguments given by position.", get: { .tuple(try $0.host(0, as: Partial.self).arguments) }),
                NativeProperty(
                    "keywords", "The arguments given by name.",
                    get: { call in
                        let dict = DictObject()
                        for (name, value) in try call.host(0, as: Partial.self).keywords { dict[name] = value }
                        return .dict(dict)
                    }),
            ])
    }
}

/// A value compared by a function that gives a negative, zero or positive number.
final class ComparisonKey: HostObject, HostComparable {
    let compare: Value
    let value: Value

    init(_ compare: Value, _ value: Value) {
        self.compare = compare
        self.value = value
    }

    var scriptTypeName: String { "KeyWrapper" }
    var scriptSummary: String { "<functools.KeyWrapper object>" }

    static var type: NativeType {
        NativeType(
            "KeyWrapper", doc: "A value that is compared by a function.", module: "functools",
            properties: [NativeProperty("obj", "The value.", get: { try $0.host(0, as: ComparisonKey.self).value })])
    }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard case .host(let box) = other, let other = box.object as? ComparisonKey else {
            throw Raised.type("other argument must be K instance")
        }
        try interpreter.checkStack()
        return try interpreter.compare(operation, interpreter.call(compare, [value, other.value]), .int(0))
    }
}

/// The missing comparisons of a class, from one of them and `==`.
enum TotalOrdering {
    static func complete(_ call: Call) throws -> Value {
        guard case .type(let type) = call[0] else { throw call.mismatch(0, "type") }
        let names: [(Symbol, ComparisonOperation)] = [
            ("__lt__", .less), ("__gt__", .greater), ("__le__", .lessOrEqual), ("__ge__", .greaterOrEqual),
        ]
        let defined = names.filter { type.lookup($0.0) != nil }
        // Of several the one that CPython prefers: <, <=, >, >=.
        let order: [ComparisonOperation] = [.less, .lessOrEqual, .greater, .greaterOrEqual]
        guard let root = order.compactMap({ wanted in defined.first { $0.1 == wanted } }).first else {
            throw Raised.value("must define at least one ordering operation: < > <= >=")
        }
        let missing = names.filter { type.lookup($0.0) == nil }
        let methods = missing.map { name, operation in
            Native("\(name.name)(self, other, /)") { call in
                guard let method = call.interpreter.method(call[0], root.0) else { return .notImplemented }
                let answer = try call.interpreter.callMethod(method, call[0], call[1])
                if answer.isNotImplemented { return answer }
                return .bool(try derive(operation, from: root.1, call.interpreter.truth(answer), call))
            }
        }
        call.interpreter.extend(type) { NativeType("", methods: methods) }
        return call[0]
    }

    private static func derive(
        _ operation: ComparisonOperation, from root: ComparisonOperation, _ answer: Bool, _ call: Call
    ) throws -> Bool {
        func equal() throws -> Bool { try call.interpreter.equal(call[0], call[1]) }
        switch (root, operation) {
        case (.less, .greater): return try !answer && !equal()
        case (.less, .lessOrEqual): return try answer || equal()
        case (.less, _): return !answer
        case (.lessOrEqual, .greaterOrEqual): return try !answer || equal()
        case (.lessOrEqual, .less): return try answer && !equal()
        case (.lessOrEqual, _): return !answer
        case (.greater, .less): return try !answer && !equal()
        case (.greater, .greaterOrEqual): return try answer || equal()
        case (.greater, _): return !answer
        case (_, .lessOrEqual): return try !answer || equal()
        case (_, .greater): return try answer && !equal()
        default: return !answer
        }
    }
}
