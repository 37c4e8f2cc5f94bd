import BigInt
import ScriptRuntime

/// A function that remembers its results: `functools.lru_cache` and `cache`.
final class CachedFunction: HostObject, HostMethod, HostMembers {
    private let function: Value
    /// nil: without limit.
    private let limit: Int?
    private let typed: Bool
    private let results = DictObject()
    private var hits = 0
    private var misses = 0
    private var attributes: [(name: String, value: Value)] = []

    private init(_ function: Value, limit: Int?, typed: Bool) {
        self.function = function
        self.limit = limit
        self.typed = typed
    }

    var scriptTypeName: String { "_lru_cache_wrapper" }
    var scriptSummary: String { "<functools._lru_cache_wrapper object>" }

    static func make(_ function: Value, limit: Int?, typed: Bool, _ interpreter: Interpreter) throws -> Value {
        guard interpreter.isCallable(function) else { throw Raised.type("the first argument must be callable") }
        let cached = CachedFunction(function, limit: limit, typed: typed)
        for name in ["__module__", "__name__", "__qualname__", "__doc__"] {
            if let value = try interpreter.find(function, Symbol(name)) { cached.attributes.append((name, value)) }
        }
        cached.attributes.append(("__wrapped__", function))
        return interpreter.value(of: cached)
    }

    /// `@lru_cache`, `@lru_cache()` and `@lru_cache(maxsize=n)`.
    static func decorator(_ call: Call) throws -> Value {
        let typed = try call.truth(1)
        let limit: Int?
        switch call.plain(0) {
        case .none: limit = nil
        case .int, .bool: limit = max(try call.int(0), 0)
        case .bigInt(let size): limit = size.value.sign == .minus ? 0 : .max
        default:
            let isFlag = if case .bool = call.plain(1) { true } else { false }
            guard call.interpreter.isCallable(call[0]), isFlag else {
                throw Raised.type("Expected first argument to be an integer, a callable, or None")
            }
            return try make(call[0], limit: 128, typed: typed, call.interpreter)
        }
        return call.interpreter.value(
            of: Native("lru_cache(user_function)") { call in
                try make(call[0], limit: limit, typed: typed, call.interpreter)
            })
    }

    func call(_ arguments: [Value], _ keywords: [(name: String, value: Value)], _ interpreter: Interpreter) throws -> Value {
        let named = keywords.map { (name: Symbol($0.name), value: $0.value) }
        if limit == 0 {
            misses += 1
            return try interpreter.call(function, arguments, keywords: named)
        }
        let key = key(arguments, keywords, interpreter)
        if let known = try interpreter.get(results, key) {
            hits += 1
            if limit != nil {
                // The most recently used is last.
                _ = try interpreter.remove(results, key)
                try interpreter.set(results, key, known)
            }
            return known
        }
        misses += 1
        let value = try interpreter.call(function, arguments, keywords: named)
        try interpreter.charge(bytes: 64)
        if let limit, results.count >= limit, try interpreter.get(results, key) == nil, let oldest = results.nextEntry(from: 0) {
            _ = try interpreter.remove(results, oldest.key)
        }
        try interpreter.set(results, key, value)
        return value
    }

    private func key(_ arguments: [Value], _ keywords: [(name: String, value: Value)], _ interpreter: Interpreter) -> Value {
        if keywords.isEmpty, !typed, arguments.count == 1 {
            switch arguments[0] {
            case .int, .str: return arguments[0]
            default: break
            }
        }
        var parts = arguments
        if !keywords.isEmpty { parts.append(.ellipsis) }
        for (name, value) in keywords { parts += [.str(name), value] }
        if typed { parts += (arguments + keywords.map(\.value)).map { .type(interpreter.type(of: $0)) } }
        return .tuple(parts)
    }

    // MARK: - Members

    var memberNames: [String] { attributes.map(\.name) }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        attributes.first { $0.name == name }?.value
    }

    func setMember(_ name: String, to value: Value, _ interpreter: Interpreter) throws -> Bool {
        attributes.removeAll { $0.name == name }
        attributes.append((name, value))
        return true
    }

    static var type: NativeType {
        func own(_ call: Call) throws -> CachedFunction { try call.host(0, as: CachedFunction.self) }
        return NativeType(
            "_lru_cache_wrapper", doc: "A function that remembers its results.", module: "functools",
            methods: [
                Native("cache_info(self, /)", "Report cache statistics.") { call in
                    let cached = try own(call)
                    let values: [Value] = [
                        .int(cached.hits), .int(cached.misses), cached.limit.map { .int($0) } ?? .none, .int(cached.results.count),
                    ]
                    let type = try NamedTuple.make(
                        "CacheInfo", ["hits", "misses", "maxsize", "currsize"], defaults: [], module: "functools", call.interpreter)
                    return try call.interpreter.call(.type(type), values)
                },
                Native("cache_clear(self, /)", "Clear the cache and cache statistics.") { call in
                    let cached = try own(call)
                    cached.results.removeAll()
                    (cached.hits, cached.misses) = (0, 0)
                    return .none
                },
                Native("cache_parameters(self, /)", "The settings of the cache.") { call in
                    let cached = try own(call)
                    let dict = DictObject()
                    dict["maxsize"] = cached.limit.map { .int($0) } ?? Value.none
                    dict["typed"] = .bool(cached.typed)
                    return .dict(dict)
                },
                Native("__repr__(self, /)", "Return repr(self).") { call in
                    let name = try own(call).attributes.first { $0.name == "__qualname__" }?.value ?? .none
                    return .str("<functools._lru_cache_wrapper object \(try call.interpreter.str(name).string)>")
                },
            ])
    }
}
