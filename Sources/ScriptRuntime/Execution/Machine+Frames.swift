import ScriptSyntax

/// How frames come, and how an exception takes them away.
extension Interpreter {
    /// Calls a script function without keywords; false when that takes the slow way.
    @inline(__always)
    func push(
        _ function: Unmanaged<FunctionObject>, _ arguments: UnsafeMutablePointer<Value>, _ count: Int,
        _ result: UnsafeMutablePointer<Value>, _ pc: UnsafeMutablePointer<UInt64>
    ) throws(Raised) -> Bool {
        let code = function._withUnsafeGuaranteedRef { $0.codeReference }
        guard code._withUnsafeGuaranteedRef({ $0.directCount == count }) else { return false }
        frames[depth].next = pc
        let registers = top
        let registerCount = code._withUnsafeGuaranteedRef { $0.registerCount }
        try reserve(registerCount)
        var index = 0
        while index < count {
            (arguments + index).hand(to: registers + index)
            index &+= 1
        }
        while index < registerCount {
            (registers + index).initializeUnbound()
            index &+= 1
        }
        add(code, function, registers, result, .call)
        return true
    }

    /// Checks that one more frame fits, and looks at the budgets.
    @inline(__always)
    func reserve(_ registerCount: Int) throws(Raised) {
        if depth >= callDepth || top + registerCount + 64 > stackEnd { throw .recursion() }
        fuel = fuel &- 8
        if fuel < 0 { try refuel() }
    }

    /// Puts a frame on top whose registers are initialized from `top` on.
    @inline(__always)
    func add(
        _ code: Unmanaged<CodeObject>, _ function: Unmanaged<FunctionObject>, _ registers: UnsafeMutablePointer<Value>,
        _ result: UnsafeMutablePointer<Value>, _ kind: Frame.Kind
    ) {
        let (count, instructions) = code._withUnsafeGuaranteedRef { ($0.registerCount, $0.instructions) }
        top = registers + count
        depth &+= 1
        (frames + depth).initialize(
            to: Frame(
                code: code, function: function, generator: nil, registers: registers, result: result, next: instructions,
                kind: kind, target: instructions, kept: result))
    }

    // MARK: - Unwinding

    /// Finds who handles an exception raised at instruction `index` of the top frame: drops frames until one does, and
    /// gives the instruction to go on at. Throws when none of the frames from `base` up does.
    func unwind(_ raised: Raised, _ base: Int, _ index: Int) throws(Raised) -> Int {
        var raised = raised
        var index = index
        var exception = exception(of: raised)
        while true {
            // Whoever called the function holds it, and it holds its code: no counting here.
            let frame = frames + depth
            trace(raised, exception, frame.pointee.code, index)
            let handler = frame.pointee.code._withUnsafeGuaranteedRef { $0.handler(of: index, isStop: exception == nil) }
            if let handler {
                let register = frame.pointee.registers + handler.register
                if let exception {
                    register.put(.instance(exception))
                } else {
                    pendingStop = raised
                    register.put(.ellipsis)
                }
                return handler.target
            }
            if let generator = frame.pointee.generator {
                depth -= 1
                let object = generator.takeUnretainedValue()
                abandon(object)
                raised = endOfGenerator(raised)
                exception = self.exception(of: raised)
            } else {
                let (registers, kind, function) = (frame.pointee.registers, frame.pointee.kind, frame.pointee.function)
                top = registers
                registers.release(frame.pointee.code._withUnsafeGuaranteedRef { $0.registerCount })
                depth -= 1
                if kind == .initializer { function.release() }
            }
            if depth < base { throw raised }
            index = frames[depth].code._withUnsafeGuaranteedRef { Swift.max(frames[depth].next - $0.instructions - 1, 0) }
        }
    }

    /// Records that the exception passes here.
    private func trace(_ raised: Raised, _ exception: InstanceObject?, _ code: Unmanaged<CodeObject>, _ index: Int) {
        if let exception {
            if !raised.isPropagating {
                raised.isPropagating = true
                if !handled.isNone { setContext(exception) }
            }
            if raised.skipsFrame {
                raised.skipsFrame = false
            } else {
                let state = exception.exception
                if state.trace.isEmpty { state.trace.reserveCapacity(4) }
                state.trace.append(TraceEntry(code: code.takeUnretainedValue(), instruction: index))
            }
        } else {
            raised.isPropagating = true
            if raised.skipsFrame {
                raised.skipsFrame = false
            } else {
                raised.trace.append(TraceEntry(code: code.takeUnretainedValue(), instruction: index))
            }
        }
    }
}
