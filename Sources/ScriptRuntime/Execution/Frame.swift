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
    /// Where to go on when the call inside returns.
    var next: UnsafeMutablePointer<UInt64>
    let result: UnsafeMutablePointer<Value>
    var kind: Kind
    var target: UnsafeMutablePointer<UInt64>
    var kept: UnsafeMutablePointer<Value>
}

/// Registers as raw memory: the fast paths of the VM read tags and numbers without touching reference counts.
extension UnsafeMutablePointer where Pointee == Value {
    @inline(__always) var tag: UInt8 { UnsafeRawPointer(self).load(fromByteOffset: 8, as: UInt8.self) }
    @inline(__always) var bits: Int { UnsafeRawPointer(self).load(as: Int.self) }
    @inline(__always) var double: Double { UnsafeRawPointer(self).load(as: Double.self) }
    @inline(__always) var isTrue: Bool { UnsafeRawPointer(self).load(as: UInt8.self) & 1 == 1 }
    @inline(__always) var isReference: Bool { tag &- Tag.str <= Tag.host - Tag.str }
    @inline(__always) var isUnbound: Bool { tag == Tag.constant && bits == Tag.undefinedPayload }

    /// The object of a case whose payload is of this class.
    @inline(__always)
    func object<Object: AnyObject>(_ type: Object.Type) -> Unmanaged<Object> {
        Unmanaged<Object>.fromOpaque(UnsafeRawPointer(self).load(as: UnsafeRawPointer.self))
    }

    @inline(__always)
    private func put(_ bits: Int, _ tag: UInt8) {
        if isReference { deinitialize(count: 1) }
        UnsafeMutableRawPointer(self).storeBytes(of: bits, as: Int.self)
        UnsafeMutableRawPointer(self).storeBytes(of: tag, toByteOffset: 8, as: UInt8.self)
    }

    @inline(__always) func set(_ value: Int) { put(value, Tag.int) }
    @inline(__always) func set(_ value: Double) { put(Int(bitPattern: UInt(value.bitPattern)), Tag.float) }
    @inline(__always) func set(_ value: Bool) { put(value ? 1 : 0, Tag.bool) }

    /// Initializes raw memory as unbound.
    @inline(__always)
    func initializeUnbound() {
        UnsafeMutableRawPointer(self).storeBytes(of: Tag.undefinedPayload, as: Int.self)
        UnsafeMutableRawPointer(self).storeBytes(of: Tag.constant, toByteOffset: 8, as: UInt8.self)
    }

    /// Moves the value into uninitialized memory, and leaves this register unbound.
    @inline(__always)
    func hand(to other: UnsafeMutablePointer<Value>) {
        UnsafeMutableRawPointer(other).copyMemory(from: self, byteCount: 16)
        initializeUnbound()
    }

    /// Replaces the value.
    @inline(__always)
    func assign(from other: UnsafeMutablePointer<Value>) {
        if !isReference && !other.isReference {
            UnsafeMutableRawPointer(self).copyMemory(from: other, byteCount: 16)
        } else {
            pointee = other.pointee
        }
    }

    /// Releases `count` registers; their memory is uninitialized afterwards.
    @inline(__always)
    func release(_ count: Int) {
        var register = self
        let end = self + count
        while register < end {
            if register.isReference { Interpreter.releaseRegister(register) }
            register += 1
        }
    }
}

extension Interpreter {
    /// Lets go of one value; a deep one without recursion.
    @inline(__always)
    static func releaseRegister(_ register: UnsafeMutablePointer<Value>) { register.deinitialize(count: 1) }
}
