/// What only some kinds of exceptions have: attributes beside `args`, and constructors that fill them.
///
/// The attributes are kept in `details`, so that `vars(e)` does not show them; one that is not there reads as None.
extension Interpreter {
    func defineExceptionKinds() {
        extend(types.exception(.stopIteration)) { NativeType("", properties: [Interpreter.firstArgument("value")]) }
        extend(types.exception(.systemExit)) {
            let code = Interpreter.detail("code") { instance in
                guard let arguments = instance.exception.arguments, arguments.count > 0 else { return .none }
                return arguments.count == 1 ? arguments[0] : .tuple(arguments)
            }
            return NativeType("", properties: [code])
        }
        extend(types.exception(.attributeError)) { Interpreter.named("AttributeError", ["name", "obj"]) }
        extend(types.exception(.nameError)) { Interpreter.named("NameError", ["name"]) }
        extend(types.exception(.importError)) {
            var type = Interpreter.named("ImportError", ["name", "path"])
            type.properties.append(
                Interpreter.detail("msg", "The message.") { instance in
                    guard let arguments = instance.exception.arguments, arguments.count == 1 else { return .none }
                    return arguments[0]
                })
            return type
        }
        defineSyntaxError()
        defineSystemError()
    }

    // MARK: - Parts

    /// An attribute of some kinds of exceptions, which can be set, and reads as None when it was deleted.
    ///
    /// - Parameters:
    ///   - name: what scripts call it.
    ///   - doc: what `help` says of it.
    ///   - absent: its value while it was not set.
    public static func detail(_ name: String, _ doc: String = "", _ absent: @escaping (InstanceObject) throws -> Value = { _ in .none })
        -> NativeProperty
    {
        func store(_ call: Call, _ value: Value) -> Value {
            if case .instance(let instance) = call[0] { call.interpreter.setDetail(instance, name, value) }
            return .none
        }
        return NativeProperty(
            name, doc,
            get: { call in
                guard case .instance(let instance) = call[0] else { return .none }
                return try instance.exception.details?[.make(name)] ?? absent(instance)
            }, set: { store($0, $0[1]) }, delete: { store($0, .none) })
    }

    private static func firstArgument(_ name: String) -> NativeProperty {
        detail(name) { instance in
            guard let arguments = instance.exception.arguments, arguments.count > 0 else { return .none }
            return arguments[0]
        }
    }

    /// A kind whose constructor takes some attributes by keyword.
    private static func named(_ kind: String, _ names: [String]) -> NativeType {
        NativeType(
            "",
            methods: [
                Native("__init__(self, /, *args, **kwargs)", "Initialize self.") { call in
                    guard case .instance(let instance) = call[0] else { return .none }
                    var given: [(String, Value)] = []
                    let keywords = try call.dict(2).entries
                    if keywords.count > names.count {
                        let arguments = names.count == 1 ? "argument" : "arguments"
                        throw Raised.type("\(kind)() takes at most \(names.count) keyword \(arguments) (\(keywords.count) given)")
                    }
                    for entry in keywords {
                        let name = try call.interpreter.str(entry.key).string
                        guard names.contains(name) else { throw Raised.type("'\(name)' is an invalid keyword argument for \(kind)()") }
                        given.append((name, entry.value))
                    }
                    instance.exception.arguments = try call.tuple(1)
                    call.interpreter.setDetails(instance, given)
                    return .none
                }
            ],
            properties: names.map { detail($0) })
    }

    /// Sets an attribute that `detail(_:_:_:)` declares.
    public func setDetail(_ instance: InstanceObject, _ name: String, _ value: Value) {
        let details = instance.exception.details ?? DictObject()
        details[.make(name)] = value
        instance.exception.details = details
        track(instance)
    }

    /// Sets all of them.
    public func setDetails(_ instance: InstanceObject, _ details: [(String, Value)]) {
        instance.exception.details = nil
        if details.isEmpty { return }
        let dict = DictObject()
        for (name, value) in details { dict[.make(name)] = value }
        instance.exception.details = dict
        track(instance)
    }

    /// The same exception with attributes of its kind.
    func detailed(_ raised: Raised, _ details: [(String, Value)]) -> Raised {
        if let instance = exception(of: raised) { setDetails(instance, details) }
        return raised
    }

    // MARK: - SyntaxError

    private func defineSyntaxError() {
        let places = ["filename", "lineno", "offset", "text", "end_lineno", "end_offset"]
        extend(types.exception(.syntaxError)) {
            NativeType(
                "SyntaxError",
                methods: [
                    Native("__init__(self, /, *args)", "Initialize self.") { call in
                        guard case .instance(let instance) = call[0] else { return .none }
                        let arguments = try call.tuple(1)
                        instance.exception.arguments = arguments
                        var details: [(String, Value)] = []
                        if arguments.count > 0 { details.append(("msg", arguments[0])) }
                        if arguments.count == 2 {
                            let place = try call.interpreter.items(of: arguments[1])
                            guard (4...6).contains(place.count) else {
                                let limit = place.count < 4 ? "at least 4" : "at most 6"
                                throw Raised.type("function takes \(limit) arguments (\(place.count) given)")
                            }
                            if place.count == 5 { throw Raised.type("end_offset must be provided when end_lineno is provided") }
                            details += zip(places, place)
                        }
                        call.interpreter.setDetails(instance, details)
                        return .none
                    },
                    Native("__str__(self, /)", "Return str(self).") { call in
                        guard case .instance(let instance) = call[0] else { return .none }
                        let details = instance.exception.details
                        let message = try call.interpreter.str(details?["msg"] ?? .none)
                        var place: [String] = []
                        if case .str(let file)? = details?["filename"] {
                            place.append(file.string.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? "")
                        }
                        switch details?["lineno"] {
                        case .int(let line)?: place.append("line \(line)")
                        case .bigInt?: place.append("line -1")
                        default: break
                        }
                        if place.isEmpty { return .str(message) }
                        return .str(message + .make(" (\(place.joined(separator: ", ")))"))
                    },
                ],
                properties: (["msg"] + places + ["print_file_and_line"]).map { Interpreter.detail($0) })
        }
    }

    // MARK: - OSError

    /// The numbers that have a class of their own.
    private static let systemErrors: [Int: ExceptionKind] = [
        1: .permissionError, 2: .fileNotFoundError, 3: .processLookupError, 4: .interruptedError, 10: .childProcessError,
        11: .blockingIOError, 13: .permissionError, 17: .fileExistsError, 20: .notADirectoryError, 21: .isADirectoryError,
        32: .brokenPipeError, 103: .connectionAbortedError, 104: .connectionResetError, 108: .brokenPipeError, 110: .timeoutError,
        111: .connectionRefusedError, 114: .blockingIOError, 115: .blockingIOError,
    ]

    /// `OSError(number, ...)` makes an object of the class for that number.
    func systemErrorType(_ type: TypeObject, _ arguments: [Value]) -> TypeObject {
        guard type === types.exception(.osError), (2...5).contains(arguments.count) else { return type }
        let number: Int
        switch plain(arguments[0]) {
        case .int(let value): number = value
        case .bool(let value): number = value ? 1 : 0
        default: return type
        }
        guard let kind = Interpreter.systemErrors[number] else { return type }
        return types.exception(kind)
    }

    /// Takes `errno`, `strerror`, `filename` and `filename2` from the arguments, of which the first two stay.
    func splitSystemError(_ instance: InstanceObject) {
        guard let arguments = instance.exception.arguments, (2...5).contains(arguments.count) else { return }
        var details: [(String, Value)] = [("errno", arguments[0]), ("strerror", arguments[1])]
        if arguments.count > 2, !arguments[2].isNone {
            if instance.type === types.exception(.blockingIOError), case .int = plain(arguments[2]) {
                details.append(("characters_written", plain(arguments[2])))
            } else {
                details.append(("filename", arguments[2]))
                if arguments.count > 4, !arguments[4].isNone { details.append(("filename2", arguments[4])) }
                instance.exception.arguments = TupleObject([arguments[0], arguments[1]])
            }
        }
        setDetails(instance, details)
    }

    private func defineSystemError() {
        extend(types.exception(.osError)) {
            NativeType(
                "OSError",
                methods: [
                    Native("__init__(self, /, *args)", "Initialize self.") { call in
                        guard case .instance(let instance) = call[0] else { return .none }
                        instance.exception.arguments = try call.tuple(1)
                        call.interpreter.setDetails(instance, [])
                        call.interpreter.splitSystemError(instance)
                        return .none
                    },
                    Native("__str__(self, /)", "Return str(self).") { call in
                        guard case .instance(let instance) = call[0] else { return .none }
                        let interpreter = call.interpreter
                        func part(_ name: String) -> Value? { instance.exception.details?[.make(name)] }
                        guard let number = part("errno"), let reason = part("strerror") else {
                            return .str(try interpreter.textOfException(call[0]))
                        }
                        let head = "[Errno \(try interpreter.str(number).string)] \(try interpreter.str(reason).string)"
                        guard let file = part("filename") else { return .str(.make(head)) }
                        let second = try part("filename2").map { " -> \(try interpreter.repr($0).string)" } ?? ""
                        return .str(.make("\(head): \(try interpreter.repr(file).string)\(second)"))
                    },
                ],
                properties: ["errno", "strerror", "filename", "filename2"].map { Interpreter.detail($0) } + [Interpreter.charactersWritten])
        }
    }

    private static var charactersWritten: NativeProperty {
        let name = "characters_written"
        func known(_ call: Call) throws -> (InstanceObject, Value) {
            guard case .instance(let instance) = call[0], let value = instance.exception.details?[.make(name)], !value.isNone else {
                throw Raised.attribute(name)
            }
            return (instance, value)
        }
        return NativeProperty(
            name, get: { try known($0).1 },
            set: { call in
                if case .instance(let instance) = call[0] { call.interpreter.setDetail(instance, name, .int(try call.int(1))) }
                return .none
            },
            delete: { call in
                call.interpreter.setDetail(try known(call).0, name, .none)
                return .none
            })
    }
}

extension InstanceObject {
    /// `e.args` of an exception.
    public var exceptionArguments: TupleObject? { exception.arguments }
}
