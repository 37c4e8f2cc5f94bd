import Foundation
public import ScriptSyntax

#if canImport(Darwin)
    import Darwin
#else
    import Glibc

    // Declared by the C library, but hidden from Swift behind _GNU_SOURCE.
    @_silgen_name("pthread_getattr_np")
    private func threadAttributes(_ thread: pthread_t, _ attributes: UnsafeMutablePointer<pthread_attr_t>) -> Int32
#endif

/// One independent session of the language: its types, modules, globals and limits.
///
/// Confined to one thread at a time; only `interrupt` may be touched from others. Several may run in parallel.
public final class Interpreter {
    public let types: BuiltinTypes
    /// The module of built-in names.
    public let builtins: ModuleObject
    /// The module that files and inputs run in.
    public private(set) var main: ModuleObject
    public var limits: Limits { didSet { resetBudgets() } }
    @exclusivity(unchecked) var callDepth = 1_000
    public let interrupt: Interrupt
    /// The depth of calls that raises `RecursionError`: the host's limit until the script sets another, up to the host's highest.
    public var recursionLimit: Int {
        get { callDepth }
        set { callDepth = Swift.max(1, Swift.min(newValue, Swift.max(limits.callDepth, limits.highestCallDepth))) }
    }

    /// Where `print` writes; the default is standard output.
    public var output: (String) -> Void = { FileHandle.standardOutput.write(Data($0.utf8)) }
    /// Writes out what `output` keeps back: `print(flush=True)` and `sys.stdout.flush()`.
    public var flushOutput: () -> Void = {}
    public var errorOutput: (String) -> Void = { FileHandle.standardError.write(Data($0.utf8)) }

    /// Finds modules that are not registered: host modules made on demand.
    public var moduleResolver: ((_ name: String, Interpreter) throws -> NativeModule?)?
    /// Finds the source of another script file, given the dotted name and the file that imports it.
    public var sourceResolver: ((_ name: String, _ importer: String?, Interpreter) throws -> SourceText?)?

    /// How a dict is shown that scripts may only read; a plain copy where the library gives nothing better.
    public var readOnly: (DictObject) -> Value = { .dict($0) }

    let ids = IDSource()
    var modules: [String: ModuleObject] = [:]
    var pendingModules: [String: NativeModule] = [:]
    var pendingPackages: [String: () throws -> [NativeModule]] = [:]
    var importing: [String] = []
    var objectMethods: [Symbol: Value] = [:]
    var fileModules: [String: ModuleObject] = [:]

    // The value stack and the frames on it.
    let stack: UnsafeMutablePointer<Value>
    let stackEnd: UnsafeMutablePointer<Value>
    /// The first free register.
    @exclusivity(unchecked) var top: UnsafeMutablePointer<Value>
    let frames: UnsafeMutablePointer<Frame>
    @exclusivity(unchecked) var depth = 0
    /// `BaseException.__init__` once it was seen, which its class keeps: most exceptions start with it.
    var exceptionInitializer: UnsafeMutableRawPointer?
    /// The exception that is being handled, for `raise` and `__context__`.
    @exclusivity(unchecked) var handled: Value = .none
    /// The end of the run that `finally` blocks interrupt.
    var pendingStop: Raised?
    /// Shows the value of an expression statement at a prompt.
    public var display: (Value, Interpreter) throws -> Void = { value, interpreter in
        if !value.isNone { try interpreter.write(interpreter.repr(value).string + "\n") }
    }

    // Budgets, counted down. `fuel` is a slice of the steps, after which interrupt and clock are looked at.
    @exclusivity(unchecked) var fuel = 0
    @exclusivity(unchecked) var stepsLeft = Int.max
    var outputLeft = Int.max
    var deadline: Double = .infinity
    /// Bytes charged since the last look at memory, and how many make the next one due.
    @exclusivity(unchecked) var allocated = 0
    @exclusivity(unchecked) var nextLook = 0
    /// Bytes charged between the last census of the live data and the last look, and how many make the next one due.
    var uncounted = 0
    var nextCensus = Int.max
    /// Set while `finally` blocks run after a stop: why.
    var stopping: Stop?

    // Recursion of Swift functions.
    @exclusivity(unchecked) private var stackLow: UInt = 1
    @exclusivity(unchecked) private var stackHigh: UInt = 0
    var beingShown: [Int] = []
    let tracking = Tracking()
    /// Numbers NaNs.
    var nanCount: UInt64 = 0

    /// The language without its standard library; a `ScriptSession` has both.
    public init(limits: Limits = Limits(), interrupt: Interrupt = Interrupt()) {
        precondition(Tag.isAsDescribed, "the compiler lays out Value differently than the VM expects")
        precondition(StrObject.isAsDescribed, "ManagedBuffer is laid out differently than the VM expects")
        precondition(TupleObject.isAsDescribed, "a tuple is laid out differently than the VM expects")
        precondition(Reference.isAsDescribed, "the runtime counts references differently than the VM expects")
        self.limits = limits
        self.interrupt = interrupt
        types = BuiltinTypes(ids)
        builtins = ModuleObject("builtins", id: ids.next())
        main = ModuleObject("__main__", id: ids.next())
        stack = .allocate(capacity: Interpreter.stackSize)
        stackEnd = stack + Interpreter.stackSize
        top = stack
        frames = .allocate(capacity: Interpreter.frameLimit + 8)
        modules["builtins"] = builtins
        setUp(main)
        for type in types.named + types.allExceptions { builtins[Symbol(type.name)] = .type(type) }
        builtins["IOError"] = .type(types.exception(.osError))
        builtins["EnvironmentError"] = .type(types.exception(.osError))
        builtins["NotImplemented"] = .notImplemented
        builtins["Ellipsis"] = .ellipsis
        builtins["__debug__"] = .true
        defineCoreTypes()
        resetBudgets()
    }

    deinit {
        // Functions and their modules keep each other; then what only refers to itself is left.
        for module in [main, builtins] + modules.values + fileModules.values { module.clear() }
        types.object.clearScriptClasses()
        collectCycles()
        // All frames are gone when nobody runs; the registers above `top` are not initialized.
        stack.deallocate()
        frames.deallocate()
    }

    /// Values: address space that is only backed by memory where it was touched.
    private static let stackSize = 2 << 20
    /// The same for frames: calls inside each other beyond it end in `RecursionError`, whatever the limit says.
    private static let frameLimit = 1 << 17

    func newID() -> Int { ids.next() }

    /// Starts `__main__` afresh.
    public func resetMain() {
        main = ModuleObject("__main__", id: ids.next())
        setUp(main)
    }

    private func setUp(_ module: ModuleObject) {
        module[Symbol(.__name__)] = .str(module.name)
        module[Symbol(.__doc__)] = Value.none
        modules[module.name] = module
    }

    // MARK: - Charges

    /// Fills the budgets of steps, time and output again; a front end does so before each run.
    public func resetBudgets() {
        fuel = 0
        callDepth = Swift.min(limits.callDepth, Interpreter.frameLimit)
        stepsLeft = limits.steps ?? .max
        outputLeft = limits.outputBytes ?? .max
        deadline = limits.seconds.map { Interpreter.now() + $0 } ?? .infinity
        nextCensus = limits.heapBytes.map { Swift.max($0 / 2, 1 << 16) } ?? .max
        nextLook = Swift.min(nextCensus, Interpreter.lookInterval)
        stopping = nil
    }

    static func now() -> Double {
        var time = timespec(tv_sec: 0, tv_nsec: 0)
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Charges for work that no instruction counts; natives that loop call it.
    @inline(__always)
    public func charge(steps: Int) throws(Raised) {
        fuel = fuel &- steps
        if fuel < 0 { try refuel() }
    }

    /// The same for item after item of something long: call it with each place, it charges now and then.
    @inline(__always)
    public func charge(place: Int) throws(Raised) {
        if place & 4_095 == 4_095 { try charge(steps: 512) }
    }

    /// The same for work that goes through so many bytes, and is quick.
    @inline(__always)
    public func charge(passing bytes: Int) throws(Raised) { try charge(steps: bytes >> 6) }

    /// Steps between two looks at interrupt and clock.
    private static let slice = 20_000

    /// Takes the next slice of the step budget.
    @inline(never)
    func refuel() throws(Raised) {
        if stepsLeft != .max {
            // What was used beyond the last slice counts too.
            stepsLeft = stepsLeft &+ Swift.min(fuel, 0)
        }
        try checkBudgets()
        if tracking.isDue { collectCycles() }
        fuel = Swift.min(Interpreter.slice, stepsLeft)
        if stepsLeft != .max { stepsLeft -= fuel }
        // Not all instructions that allocate look at once.
        if allocated > nextLook { try lookAtMemory() }
    }

    /// Charges for memory about to be allocated; natives that make large values call it first.
    public func charge(bytes: Int) throws(Raised) {
        if bytes > limits.valueBytes { throw Raised(.memoryError, "") }
        let (sum, overflow) = allocated.addingReportingOverflow(bytes)
        allocated = overflow ? .max : sum
        if allocated > nextLook { try lookAtMemory(before: bytes) }
        try requireRoom(bytes)
        // What is allocated is filled.
        try charge(passing: bytes)
    }

    /// The same for `count` pieces of `size` bytes, without overflow.
    public func charge(count: Int, of size: Int) throws(Raised) {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
        if overflow { throw Raised(.memoryError, "") }
        try charge(bytes: bytes)
    }

    /// Throws when the run was cancelled or a budget is used up. Long natives call it now and then.
    public func checkInterrupt() throws(Raised) {
        try checkBudgets()
    }

    func checkBudgets() throws(Raised) {
        var stop: Stop
        if interrupt.isSet {
            stop = .cancelled
        } else if stepsLeft < 0 {
            stop = .steps(limit: limits.steps ?? 0)
        } else if deadline < .infinity, Interpreter.now() > deadline {
            stop = .time(seconds: limits.seconds ?? 0)
        } else {
            return
        }
        // Of the time that was left to tidy up in, nobody wants to hear.
        stop = stopping ?? stop
        beginStopping(stop)
        throw Raised(stop: stop)
    }

    /// Leaves a small budget for the `finally` blocks.
    func beginStopping(_ stop: Stop) {
        fuel = 0
        stepsLeft = stopping == nil ? 100_000 : -1
        deadline = stopping == nil ? Interpreter.now() + 0.5 : 0
        stopping = stopping ?? stop
        interrupt.clear()
    }

    /// Writes text where `print` writes, within the output limit.
    public func write(_ text: String) throws(Raised) {
        if outputLeft < .max {
            outputLeft -= text.utf8.count
            if outputLeft < 0 {
                let stop = Stop.output(limit: limits.outputBytes ?? 0)
                beginStopping(stop)
                throw Raised(stop: stop)
            }
        }
        output(text)
    }

    // MARK: - The Swift stack

    /// Throws `RecursionError` before the thread's stack runs out; every recursive native calls it. Also a step: what is not
    /// deep may still be entered without end, over and over.
    @inline(__always)
    public func checkStack() throws(Raised) {
        try charge(steps: 1)
        var marker: UInt8 = 0
        let address = withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
        if address < stackLow || address > stackHigh { try findStack(address) }
    }

    private func findStack(_ address: UInt) throws(Raised) {
        var low: UInt = 0
        var size = 0
        #if canImport(Darwin)
            let thread = pthread_self()
            size = pthread_get_stacksize_np(thread)
            low = UInt(bitPattern: pthread_get_stackaddr_np(thread)) - UInt(size)
        #else
            let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
            defer { attributes.deallocate() }
            var base: UnsafeMutableRawPointer?
            guard threadAttributes(pthread_self(), attributes) == 0 else { throw Raised.recursion() }
            pthread_attr_getstack(attributes, &base, &size)
            pthread_attr_destroy(attributes)
            low = UInt(bitPattern: base)
        #endif
        stackLow = low + UInt(Swift.min(size / 4, 256 << 10))
        stackHigh = low + UInt(size)
        if address < stackLow { throw Raised.recursion() }
    }
}
