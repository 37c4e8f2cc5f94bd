/// One call of a script function. What it points to is kept alive by the caller's registers, by the generator, or by the
/// Swift function that started the run.
struct Frame {
    enum Kind: UInt8 {
        /// Called by the instruction of the frame below; the result goes to `result`.
        case call
        /// Started from Swift: returning ends the run.
        case entry
        /// `__init__` of a new instance, which waits in `kept`; the frame owns the function.
        case initializer
        /// A generator stepped by a `for` of the frame below: yields go to `result`, its end to `target`.
        case forLoop
    }

    let code: Unmanaged<CodeObject>
    let function: Unmanaged<FunctionObject>
    let generator: Unmanaged<GeneratorObject>?
    let registers: UnsafeMutablePointer<Value>
    let result: UnsafeMutablePointer<Value>
    /// Where to go on when the call inside returns. Not beside `registers`: the two would be read as one, which waits until
    /// this one, written a moment ago, has reached the cache.
    var next: UnsafeMutablePointer<UInt64>
    var kind: Kind
    var target: UnsafeMutablePointer<UInt64>
    var kept: UnsafeMutablePointer<Value>
}

/// Registers as raw memory: the VM reads tags and numbers, and counts references, without going through the enum.
extension UnsafeMutablePointer where Pointee == Value {
    @inline(__always) var tag: UInt8 { UnsafeRawPointer(self).load(fromByteOffset: 8, as: UInt8.self) }
    @inline(__always) var bits: Int { UnsafeRawPointer(self).load(as: Int.self) }
    @inline(__always) var double: Double { UnsafeRawPointer(self).load(as: Double.self) }
    @inline(__always) var isTrue: Bool { UnsafeRawPointer(self).load(as: UInt8.self) & 1 == 1 }
    @inline(__always) var isReference: Bool { tag &- Tag.str <= Tag.host - Tag.str }
    @inline(__always) var isNothing: Bool { tag == Tag.constant && bits == Tag.nonePayload }
    @inline(__always) var isUnbound: Bool { tag == Tag.constant && bits == Tag.undefinedPayload }
    /// Whether it is a container, or anything else that may refer to other objects.
    @inline(__always) var mayHoldReferences: Bool { tag &- Tag.list <= Tag.iterator - Tag.list }
    /// The object of a reference.
    @inline(__always) var address: UnsafeMutableRawPointer { UnsafeRawPointer(self).load(as: UnsafeMutableRawPointer.self) }

    /// The object of a case whose payload is of this class.
    @inline(__always)
    func object<Object: AnyObject>(_ type: Object.Type) -> Unmanaged<Object> {
        Unmanaged<Object>.fromOpaque(UnsafeRawPointer(self).load(as: UnsafeRawPointer.self))
    }

    /// Writes over whatever is there, without releasing it.
    @inline(__always)
    func write(_ bits: Int, _ tag: UInt8) {
        UnsafeMutableRawPointer(self).storeBytes(of: bits, as: Int.self)
        UnsafeMutableRawPointer(self).storeBytes(of: tag, toByteOffset: 8, as: UInt8.self)
    }

    @inline(__always)
    private func replace(_ bits: Int, _ tag: UInt8) {
        if isReference { Reference.release(address) }
        write(bits, tag)
    }

    /// Takes over a value that was moved out of another register.
    @inline(__always)
    func adopt(_ bits: Int, _ tag: UInt8) { replace(bits, tag) }

    @inline(__always) func set(_ value: Int) { replace(value, Tag.int) }
    @inline(__always) func set(_ value: Double) { replace(Int(bitPattern: UInt(value.bitPattern)), Tag.float) }
    @inline(__always) func set(_ value: Bool) { replace(value ? 1 : 0, Tag.bool) }

    /// Initializes raw memory as unbound.
    @inline(__always)
    func initializeUnbound() { write(Tag.undefinedPayload, Tag.constant) }

    /// Moves the value into uninitialized memory, and leaves this register unbound.
    ///
    /// Number and tag one by one, as an instruction has just written them: one load over two fresh stores would wait for both.
    @inline(__always)
    func hand(to other: UnsafeMutablePointer<Value>) {
        other.write(bits, tag)
        initializeUnbound()
    }

    /// Moves the value over another, and leaves this register unbound.
    @inline(__always)
    func handOver(to other: UnsafeMutablePointer<Value>) {
        let isOldReference = other.isReference
        let old = other.bits
        hand(to: other)
        if isOldReference { Reference.release(UnsafeMutableRawPointer(bitPattern: old).unsafelyUnwrapped) }
    }

    /// Initializes raw memory with a copy of another register.
    @inline(__always)
    func copy(from other: UnsafeMutablePointer<Value>) {
        if other.isReference { Reference.retain(other.address) }
        UnsafeMutableRawPointer(self).copyMemory(from: other, byteCount: 16)
    }

    /// Replaces the value by a copy of another register.
    @inline(__always)
    func assign(from other: UnsafeMutablePointer<Value>) {
        if other.isReference { Reference.retain(other.address) }
        let isOldReference = isReference
        let old = bits
        UnsafeMutableRawPointer(self).copyMemory(from: other, byteCount: 16)
        if isOldReference { Reference.release(UnsafeMutableRawPointer(bitPattern: old).unsafelyUnwrapped) }
    }

    /// Replaces the value by that of another register, which holds nothing afterwards.
    @inline(__always)
    func take(from other: UnsafeMutablePointer<Value>) {
        let isOldReference = isReference
        let old = bits
        UnsafeMutableRawPointer(self).copyMemory(from: other, byteCount: 16)
        other.initialize(to: .undefined)
        if isOldReference { Reference.release(UnsafeMutableRawPointer(bitPattern: old).unsafelyUnwrapped) }
    }

    /// Replaces the value. The old one is released afterwards: its end may look at this register.
    @inline(__always)
    func put(_ value: consuming Value) {
        let isOldReference = isReference
        let old = bits
        initialize(to: value)
        // A reference is never null.
        if isOldReference { Reference.release(UnsafeMutableRawPointer(bitPattern: old).unsafelyUnwrapped) }
    }

    /// Releases `count` registers; their memory is uninitialized afterwards.
    @inline(__always)
    func release(_ count: Int) {
        var register = self
        let end = self + count
        while register < end {
            if register.isReference { Reference.release(register.address) }
            register += 1
        }
    }
}
