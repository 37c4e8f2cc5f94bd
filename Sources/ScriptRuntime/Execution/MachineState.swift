/// The registers of the machine itself, while `run` has them.
struct MachineState {
    var pc: UnsafeMutablePointer<UInt64>
    var registers: UnsafeMutablePointer<Value>
    var constants: UnsafeMutablePointer<Value>
    var caches: UnsafeMutablePointer<InlineCache>
    var code: Unmanaged<CodeObject>
    var function: Unmanaged<FunctionObject>

    @inline(__always)
    init(_ frame: UnsafeMutablePointer<Frame>) {
        pc = frame.pointee.next
        registers = frame.pointee.registers
        code = frame.pointee.code
        function = frame.pointee.function
        constants = code._withUnsafeGuaranteedRef { $0.constants }
        caches = code._withUnsafeGuaranteedRef { $0.caches }
    }

    @inline(__always)
    var index: Int { Swift.max(pc - code._withUnsafeGuaranteedRef { $0.instructions } - 1, 0) }

    @inline(__always)
    mutating func jump(to target: Int) { pc = code._withUnsafeGuaranteedRef { $0.instructions } + target }

    @inline(__always)
    func cache(_ word: UInt64) -> UnsafeMutablePointer<InlineCache> { caches + InlineCache.ways * Word.c(word) }

    @inline(__always)
    var globals: UnsafeMutablePointer<Value> { function._withUnsafeGuaranteedRef { $0.module.slots } }

    @inline(__always)
    func cell(_ index: Int) -> CellObject {
        function._withUnsafeGuaranteedRef { $0.cells[index].takeUnretainedValue() }
    }

    /// A variable of a function around, by its number in the closure.
    @inline(__always)
    func free(_ index: Int) -> UnsafeMutablePointer<Value> {
        function._withUnsafeGuaranteedRef { $0.cells[index]._withUnsafeGuaranteedRef { $0.slot } }
    }
}
