/// One script value: 16 bytes, an immediate number or one reference to a final class.
///
/// The order of the cases matters to the VM, which reads the tag byte of a register directly (see `Tag`).
public enum Value {
    case int(Int)
    case float(Double)
    case bool(Bool)
    case str(StrObject)
    case list(ListObject)
    case tuple(TupleObject)
    case dict(DictObject)
    /// A set or a frozenset.
    case set(SetObject)
    case instance(InstanceObject)
    case function(FunctionObject)
    case native(NativeFunction)
    case boundMethod(BoundMethod)
    case type(TypeObject)
    /// Every built-in iterator, generators included.
    case iterator(IteratorObject)
    /// Only integers outside `Int`; make them with `Value.integer(_:)`.
    case bigInt(BigIntObject)
    case bytes(BytesObject)
    case range(RangeObject)
    case slice(SliceObject)
    case module(ModuleObject)
    /// `property`, `staticmethod`, `classmethod` and `super` objects.
    case descriptor(DescriptorObject)
    case cell(CellObject)
    case host(HostBox)
    /// No value: an unbound name, an argument left out. Never visible to scripts.
    case undefined
    case none
    case ellipsis
    case notImplemented
}

extension Value {
    public static var `true`: Value { .bool(true) }
    public static var `false`: Value { .bool(false) }

    public var isUndefined: Bool {
        if case .undefined = self { return true }
        return false
    }

    public var isNone: Bool {
        if case .none = self { return true }
        return false
    }

    public var isNotImplemented: Bool {
        if case .notImplemented = self { return true }
        return false
    }

    /// Python's `is`.
    public func isIdentical(to other: Value) -> Bool {
        switch (self, other) {
        case (.int(let a), .int(let b)): return a == b
        case (.float(let a), .float(let b)): return a.bitPattern == b.bitPattern
        case (.bool(let a), .bool(let b)): return a == b
        case (.bigInt(let a), .bigInt(let b)): return a === b
        case (.str(let a), .str(let b)): return a === b || (a.count <= 1 && b.count <= 1 && a == b)
        case (.tuple(let a), .tuple(let b)): return a === b || (a.count == 0 && b.count == 0)
        default: return Tag.of(self) == Tag.of(other) && Tag.payload(self) == Tag.payload(other)
        }
    }

    /// A number that is the same for the same object as long as it lives; what `id()` shows.
    public var identity: Int {
        switch self {
        case .int(let value): return value &* 2 &+ 1
        case .float(let value): return Int(truncatingIfNeeded: value.bitPattern) | 1
        default: return Tag.payload(self) &+ (Tag.of(self) > Tag.host ? 0x1000 : 0)
        }
    }
}

/// The memory layout of `Value`, for the VM.
///
/// An enum whose payloads have no spare bits in common (`Int` and `Double` have none) is laid out as eight bytes of
/// payload and a byte of tag: payload cases are numbered in order of declaration, and all cases without a payload
/// share the next number and are told apart by the payload. `Interpreter.init` checks this once.
package enum Tag {
    package static let int: UInt8 = 0
    package static let float: UInt8 = 1
    package static let bool: UInt8 = 2
    package static let str: UInt8 = 3
    package static let list: UInt8 = 4
    package static let tuple: UInt8 = 5
    package static let dict: UInt8 = 6
    package static let set: UInt8 = 7
    package static let instance: UInt8 = 8
    package static let function: UInt8 = 9
    package static let native: UInt8 = 10
    package static let boundMethod: UInt8 = 11
    package static let type: UInt8 = 12
    package static let iterator: UInt8 = 13
    package static let bigInt: UInt8 = 14
    package static let bytes: UInt8 = 15
    package static let range: UInt8 = 16
    package static let slice: UInt8 = 17
    package static let module: UInt8 = 18
    package static let descriptor: UInt8 = 19
    package static let cell: UInt8 = 20
    package static let host: UInt8 = 21
    /// All cases without a payload.
    package static let constant: UInt8 = 22
    package static let count = 23

    package static let undefinedPayload = 0
    package static let nonePayload = 1

    @inline(__always)
    package static func of(_ value: borrowing Value) -> UInt8 {
        withUnsafeBytes(of: value) { $0[8] }
    }

    @inline(__always)
    package static func payload(_ value: borrowing Value) -> Int {
        withUnsafeBytes(of: value) { $0.load(as: Int.self) }
    }

    /// Whether the layout is the one this file describes.
    static var isAsDescribed: Bool {
        MemoryLayout<Value>.stride == 16 && of(.int(7)) == int && payload(.int(-7)) == -7
            && of(.float(1.5)) == float && payload(.float(1.5)) == Int(bitPattern: UInt(1.5.bitPattern))
            && of(.bool(true)) == bool && payload(.bool(true)) & 0xff == 1 && payload(.bool(false)) & 0xff == 0
            && of(.undefined) == constant && payload(.undefined) == undefinedPayload
            && of(.none) == constant && payload(.none) == nonePayload
            && of(.notImplemented) == constant && of(.str(StrObject.empty)) == str
    }
}
