/// A suspended call of a script function with `yield`: it keeps its registers.
public final class GeneratorObject: IteratorObject {
    enum State { case fresh, suspended, running, finished }

    let function: FunctionObject
    /// The same without a count, and whether it handles exceptions, for the machine.
    let functionReference: Unmanaged<FunctionObject>
    let codeReference: Unmanaged<CodeObject>
    let registerCount: Int
    let hasHandlers: Bool
    @exclusivity(unchecked) var state = State.fresh
    /// `function.code.registerCount` initialized registers while not finished.
    let registers: UnsafeMutablePointer<Value>
    /// Where to go on.
    @exclusivity(unchecked) var next: UnsafeMutablePointer<UInt64>
    /// The register that takes what is sent.
    @exclusivity(unchecked) var sendRegister = 0
    /// Whether it is in a handler of its own.
    @exclusivity(unchecked) var isHandling = false
    /// The exception that was being handled inside when it was suspended, and outside when it was resumed.
    @exclusivity(unchecked) var handled: Value = .none
    @exclusivity(unchecked) var outerHandled: Value = .none
    /// The value of `return`.
    @exclusivity(unchecked) var result: Value = .none

    init(_ function: FunctionObject, registers: UnsafeMutablePointer<Value>) {
        self.function = function
        functionReference = Unmanaged.passUnretained(function)
        codeReference = function.codeReference
        registerCount = function.code.registerCount
        hasHandlers = function.code.handlerCount > 0
        self.registers = registers
        next = function.code.instructions
        super.init(kind: .generator)
    }

    deinit { release() }

    public var name: String { function.qualifiedName }

    public override var typeName: String { "generator" }

    public override func next(_ interpreter: Interpreter) throws -> Value? {
        try interpreter.resume(self, sending: .none)
    }

    /// The `StopIteration` that carries the value of `return`.
    func endOfIteration() -> Raised {
        defer { result = .none }
        return result.isNone ? Raised(.stopIteration, "") : Raised(.stopIteration, arguments: [result])
    }

    /// Drops the registers: the generator cannot go on.
    func finish() {
        release()
        state = .finished
        handled = .none
        isHandling = false
    }

    private func release() {
        if state == .finished { return }
        state = .finished
        Drain.release(registers, function.code.registerCount)
        registers.deallocate()
    }

    override func drain(into work: inout [Value]) {
        guard state == .fresh || state == .suspended else { return }
        Drain.take(registers, function.code.registerCount, to: &work)
    }
}
