/// Generators: starting, suspending, ending.
extension Interpreter {
    /// Puts the generator's frame on top; false when it is finished.
    func start(
        _ generator: GeneratorObject, _ sent: Value, _ kind: Frame.Kind, _ result: UnsafeMutablePointer<Value>,
        _ target: UnsafeMutablePointer<UInt64>
    ) throws(Raised) -> Bool {
        try start(Unmanaged.passUnretained(generator), sent, kind, result, target)
    }

    /// The same for a generator that the caller holds: no counting.
    @inline(__always)
    func start(
        _ generator: Unmanaged<GeneratorObject>, _ sent: consuming Value, _ kind: Frame.Kind, _ result: UnsafeMutablePointer<Value>,
        _ target: UnsafeMutablePointer<UInt64>
    ) throws(Raised) -> Bool {
        let (state, registers, registerCount) = generator._withUnsafeGuaranteedRef { ($0.state, $0.registers, $0.registerCount) }
        switch state {
        case .finished: return false
        case .running: throw .value("generator already executing")
        case .suspended: (registers + generator._withUnsafeGuaranteedRef { $0.sendRegister }).put(sent)
        case .fresh:
            if !sent.isNone { throw .type("can't send non-None value to a just-started generator") }
        }
        try reserve(registerCount)
        generator._withUnsafeGuaranteedRef { object in
            object.state = .running
            depth &+= 1
            (frames + depth).initialize(
                to: Frame(
                    code: object.codeReference, function: object.functionReference, generator: generator, registers: registers,
                    result: result, next: object.next, kind: kind, target: target, kept: result))
            if object.hasHandlers {
                object.outerHandled = handled
                if object.isHandling { handled = object.handled }
            }
        }
        return true
    }

    /// The generator on top hands out a value; its frame is dropped by the caller.
    @inline(__always)
    func suspend(_ generator: GeneratorObject, _ pc: UnsafeMutablePointer<UInt64>, _ register: Int) {
        generator.next = pc
        generator.sendRegister = register
        generator.state = .suspended
        if generator.hasHandlers {
            generator.handled = generator.isHandling ? handled : .none
            handled = generator.outerHandled
            generator.outerHandled = .none
        }
    }

    /// The generator on top enters a handler. What was handled outside is left unbound in `saved`: when the handler is left,
    /// it may be another one.
    @inline(never)
    func pushHandledInGenerator(_ saved: UnsafeMutablePointer<Value>, _ exception: UnsafeMutablePointer<Value>) {
        guard let generator = frames[depth].generator?.takeUnretainedValue() else { return }
        saved.put(generator.isHandling ? handled : .undefined)
        generator.isHandling = true
        handled = exception.pointee
    }

    /// The generator on top leaves its outermost handler.
    @inline(never)
    func popHandledInGenerator() {
        guard let generator = frames[depth].generator?.takeUnretainedValue() else { return }
        generator.isHandling = false
        handled = generator.outerHandled
    }

    /// The generator on top returned.
    func finish(_ generator: Unmanaged<GeneratorObject>, _ value: Value) {
        generator._withUnsafeGuaranteedRef { generator in
            generator.result = value
            if generator.hasHandlers { handled = generator.outerHandled }
            generator.outerHandled = .none
            generator.finish()
        }
    }

    /// An exception left the generator.
    func abandon(_ generator: GeneratorObject) {
        if generator.hasHandlers { handled = generator.outerHandled }
        generator.outerHandled = .none
        generator.finish()
    }

    /// `StopIteration` must not leave a generator: it would look like its end.
    func endOfGenerator(_ raised: Raised) -> Raised {
        guard raised.isInstance(of: .stopIteration, self), let inner = exception(of: raised) else { return raised }
        let outer = InstanceObject(types.exception(.runtimeError))
        outer.exception.arguments = TupleObject([.str("generator raised StopIteration")])
        outer.exception.cause = .instance(inner)
        outer.exception.context = .instance(inner)
        outer.exception.suppressContext = true
        let result = Raised(exception: outer)
        result.isPropagating = true
        return result
    }

    /// The next value of a generator stepped from Swift; nil when it ends.
    func resume(_ generator: GeneratorObject, sending value: Value) throws(Raised) -> Value? {
        try checkStack()
        guard try start(generator, value, .entry, top, generator.next) else { return nil }
        let result = try run()
        return generator.state == .suspended ? result : nil
    }

    /// Raises an exception where the generator waits.
    func resume(_ generator: GeneratorObject, throwing raised: Raised) throws(Raised) -> Value? {
        try checkStack()
        switch generator.state {
        case .running: throw .value("generator already executing")
        case .finished: throw raised
        case .fresh:
            generator.finish()
            throw raised
        case .suspended: break
        }
        if let delegate = delegate(of: generator) {
            return try resume(generator, delegate, throwing: raised)
        }
        guard try start(generator, .none, .entry, top, generator.next) else { throw raised }
        let result = try run(raising: raised)
        return generator.state == .suspended ? result : nil
    }

    /// The iterator that a suspended `yield from` draws on, and the instruction that does so.
    private func delegate(of generator: GeneratorObject) -> (iterator: Value, word: UInt64)? {
        let word = (generator.next - 1).pointee
        guard UInt8(truncatingIfNeeded: word) == Operation.yieldFrom.rawValue, generator.next > generator.function.code.instructions
        else { return nil }
        return (generator.registers[Word.a(word)], word)
    }

    private func resume(
        _ generator: GeneratorObject, _ delegate: (iterator: Value, word: UInt64), throwing raised: Raised
    ) throws(Raised) -> Value? {
        var failure = raised
        var answer = DelegateAnswer.none
        do {
            answer = try within(generator) { () throws(Raised) -> DelegateAnswer in
                if raised.isInstance(of: .generatorExit, self) {
                    try closeIterator(delegate.iterator)
                } else if case .iterator(let iterator) = delegate.iterator, let inner = iterator as? GeneratorObject {
                    if let value = try resume(inner, throwing: raised) { return .value(value) }
                    return .end(inner.takeResult())
                } else if let method = try find(delegate.iterator, "throw"), let exception = exception(of: raised) {
                    return .value(try call(method, [.instance(exception)]))
                }
                return .none
            }
        } catch {
            failure = error
            if error.isInstance(of: .stopIteration, self), let exception = exception(of: error) { answer = .end(result(of: exception)) }
        }
        switch answer {
        case .value(let value): return value
        case .end(let result): return try leaveDelegate(generator, delegate.word, result)
        case .none: break
        }
        guard try start(generator, .none, .entry, top, generator.next) else { throw failure }
        let result = try run(raising: failure)
        return generator.state == .suspended ? result : nil
    }

    private enum DelegateAnswer {
        case value(Value)
        case end(Value)
        case none
    }

    /// Asks what a suspended `yield from` waits for something, as if the generator itself did.
    private func within<Answer>(_ generator: GeneratorObject, _ body: () throws(Raised) -> Answer) throws(Raised) -> Answer {
        let outer = handled
        generator.state = .running
        if generator.isHandling { handled = generator.handled }
        defer {
            generator.state = .suspended
            handled = outer
        }
        return try body()
    }

    /// `generator.throw(anything)`: where the generator waits for an iterator with a `throw` of its own, that is asked first,
    /// whatever it is given. Nil when there is no such iterator.
    func throwToDelegate(of generator: GeneratorObject, _ arguments: [Value]) throws(Raised) -> Value?? {
        guard generator.state == .suspended, let delegate = delegate(of: generator) else { return nil }
        if case .iterator = delegate.iterator { return nil }
        if case .type(let type) = arguments[0], type.isSubtype(of: types.exception(.generatorExit)) { return nil }
        if isInstance(arguments[0], of: types.exception(.generatorExit)) { return nil }
        guard let method = try find(delegate.iterator, "throw") else { return nil }
        try checkStack()
        do {
            return try within(generator) { () throws(Raised) -> Value in try call(method, arguments) }
        } catch {
            if error.isInstance(of: .stopIteration, self), let exception = exception(of: error) {
                return try leaveDelegate(generator, delegate.word, result(of: exception))
            }
            guard try start(generator, .none, .entry, top, generator.next) else { throw error }
            let result = try run(raising: error)
            return .some(generator.state == .suspended ? result : nil)
        }
    }

    private func isInstance(_ value: Value, of type: TypeObject) -> Bool { self.type(of: value).isSubtype(of: type) }

    /// Goes on behind a `yield from` whose iterator ended.
    private func leaveDelegate(_ generator: GeneratorObject, _ word: UInt64, _ value: Value) throws(Raised) -> Value? {
        generator.state = .suspended
        generator.next = generator.function.code.instructions + Word.target(word)
        return try resume(generator, sending: value)
    }

    private func closeIterator(_ iterator: Value) throws(Raised) {
        if case .iterator(let iterator) = iterator, let inner = iterator as? GeneratorObject { return try close(inner) }
        if let method = try find(iterator, "close") { try call(method) }
    }

    /// What an iterator returned: the value of its `StopIteration`.
    private func result(of exception: InstanceObject) -> Value {
        if let value = exception.exception.details?["value"] { return value }
        let arguments = exception.exception.arguments
        return arguments.map { $0.count > 0 ? $0[0] : .none } ?? .none
    }

    /// `generator.close()`.
    func close(_ generator: GeneratorObject) throws(Raised) {
        switch generator.state {
        case .finished: return
        case .fresh:
            generator.finish()
            return
        case .running: throw .value("generator already executing")
        case .suspended: break
        }
        let exit = InstanceObject(types.exception(.generatorExit))
        exit.exception.arguments = TupleObject([])
        do throws(Raised) {
            if try resume(generator, throwing: Raised(exception: exit)) != nil {
                throw Raised(.runtimeError, "generator ignored GeneratorExit")
            }
        } catch {
            if error.isInstance(of: .generatorExit, self) || error.isInstance(of: .stopIteration, self) { return }
            throw error
        }
    }

    /// One step of `yield from`: the next value of the iterator, or its result and true.
    func send(_ value: Value, to iterator: Value) throws(Raised) -> (Value, Bool) {
        if case .iterator(let object) = iterator {
            if let generator = object as? GeneratorObject {
                if let next = try resume(generator, sending: value) { return (next, false) }
                return (generator.takeResult(), true)
            }
        }
        do {
            if value.isNone, case .iterator(let object) = iterator {
                if let next = try converting({ try object.next(self) }) { return (next, false) }
                return (.none, true)
            }
            if value.isNone, let method = type(of: iterator).lookup(.__next__) {
                return (try callMethod(method, iterator), false)
            }
            return (try callMethod(iterator, named: "send", [value]), false)
        } catch {
            guard error.isInstance(of: .stopIteration, self), let exception = exception(of: error) else { throw error }
            return (result(of: exception), true)
        }
    }
}

extension GeneratorObject {
    /// The value of `return`, handed out once.
    func takeResult() -> Value {
        defer { result = .none }
        return result
    }
}
