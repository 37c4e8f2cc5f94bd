/// What instructions read: inlined into the dispatch loop.
extension Interpreter {
    @inline(__always)
    func operands(_ word: UInt64, _ state: MachineState) -> (UnsafeMutablePointer<Value>, UnsafeMutablePointer<Value>) {
        let flags = Word.d(word)
        let b = (flags & 2 != 0 ? state.constants : state.registers) + Word.b(word)
        let c = (flags & 1 != 0 ? state.constants : state.registers) + Word.c(word)
        return (b, c)
    }

    @inline(__always)
    func fusedOperand(_ word: UInt64, _ state: MachineState) -> UnsafeMutablePointer<Value> {
        (word & Word.constantFlag != 0 ? state.constants : state.registers) + Word.b(word)
    }

    @inline(__always)
    func isTruthy(_ register: UnsafeMutablePointer<Value>) throws(Raised) -> Bool {
        if register.tag == Tag.bool { return register.isTrue }
        return try truth(register.pointee)
    }

    /// Calls a native whose parameters are what is given, else by the long way.
    @inline(__always)
    func invokeDirectly(
        _ native: Unmanaged<NativeFunction>, _ arguments: UnsafeMutablePointer<Value>, _ count: Int
    ) throws(Raised) -> Value {
        if native._withUnsafeGuaranteedRef({ $0.directCount == count }) {
            do {
                return try native._withUnsafeGuaranteedRef { try $0.body(Call(self, arguments, count)) }
            } catch { throw convert(error) }
        }
        return try invoke(native.takeUnretainedValue(), arguments, count)
    }

    @inline(__always)
    func append(_ register: UnsafeMutablePointer<Value>, to list: Unmanaged<ListObject>) throws(Raised) {
        let isFull = list._withUnsafeGuaranteedRef { $0.count == $0.capacity }
        if isFull { try requireRoom(in: list.takeUnretainedValue()) }
        list._withUnsafeGuaranteedRef { $0.append(copying: register) }
        try note(16)
    }

    /// Charges for memory that an instruction allocates.
    @inline(__always)
    func note(_ bytes: Int) throws(Raised) {
        allocated = allocated &+ bytes
        if allocated > nextLook { try lookAtMemory() }
    }

    /// A negative number per built-in class of a value that has methods, 0 for all others: what method caches of
    /// built-in classes are keyed by (built-in classes do not change once a program runs).
    @inline(__always)
    func builtinKey(_ register: UnsafeMutablePointer<Value>) -> Int {
        let tag = register.tag
        return tag >= Tag.str && tag <= Tag.dict ? -Int(tag) : -1_000
    }
}
