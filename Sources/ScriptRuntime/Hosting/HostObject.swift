/// What every Swift object shown to scripts must say. Everything else is optional: adopt the protocols below.
public protocol HostObject: AnyObject {
    /// The name of its type: the one it was registered under with `Interpreter.define(type:)`, or any other.
    var scriptTypeName: String { get }
    /// One line for `repr`.
    var scriptSummary: String { get }

    // The abilities that operators ask for, without a search: adopting the protocol is enough, they answer by themselves.
    // (Adopt it on the class itself or above it, not first on a subclass.)
    var asArithmetic: (any HostArithmetic)? { get }
    var asComparable: (any HostComparable)? { get }
    var asIndexable: (any HostIndexable)? { get }
    var asSubclassable: (any HostSubclassable)? { get }
}

extension HostObject {
    public var asArithmetic: (any HostArithmetic)? { nil }
    public var asComparable: (any HostComparable)? { nil }
    public var asIndexable: (any HostIndexable)? { nil }
    public var asSubclassable: (any HostSubclassable)? { nil }
}

extension HostArithmetic {
    public var asArithmetic: (any HostArithmetic)? { self }
}

extension HostComparable {
    public var asComparable: (any HostComparable)? { self }
}

extension HostIndexable {
    public var asIndexable: (any HostIndexable)? { self }
}

extension HostSubclassable {
    public var asSubclassable: (any HostSubclassable)? { self }
}

/// Members that are computed by name, beyond the methods and properties of the registered type.
public protocol HostMembers: HostObject {
    /// Nil when there is no such member.
    func member(_ name: String, _ interpreter: Interpreter) throws -> Value?
    /// False when it cannot be set.
    func setMember(_ name: String, to value: Value, _ interpreter: Interpreter) throws -> Bool
    var memberNames: [String] { get }
}

extension HostMembers {
    public func setMember(_ name: String, to value: Value, _ interpreter: Interpreter) throws -> Bool { false }
}

/// `x(...)`.
public protocol HostCallable: HostObject {
    /// The result of `x(*arguments, **keywords)`.
    func call(_ arguments: [Value], _ keywords: [(name: String, value: Value)], _ interpreter: Interpreter) throws -> Value
}

/// A callable that becomes a method when it is read through an instance of the class it is an attribute of.
public protocol HostMethod: HostCallable {}

/// `x[i]`, `x[i] = v`, `del x[i]`; the last two are refused unless it says how.
public protocol HostIndexable: HostObject {
    /// The value of `x[index]`.
    func item(at index: Value, _ interpreter: Interpreter) throws -> Value
    /// `x[index] = value`.
    func setItem(at index: Value, to value: Value, _ interpreter: Interpreter) throws
    /// `del x[index]`.
    func deleteItem(at index: Value, _ interpreter: Interpreter) throws
}

extension HostIndexable {
    public func setItem(at index: Value, to value: Value, _ interpreter: Interpreter) throws {
        throw Raised.type("'\(scriptTypeName)' object does not support item assignment")
    }

    public func deleteItem(at index: Value, _ interpreter: Interpreter) throws {
        throw Raised.type("'\(scriptTypeName)' object doesn't support item deletion")
    }
}

/// `for item in x`.
public protocol HostIterable: HostObject {
    /// A new iterator over its items.
    func iterate(_ interpreter: Interpreter) throws -> IteratorObject
}

/// `value in x`.
public protocol HostContainer: HostObject {
    /// Whether the value is in it.
    func contains(_ value: Value, _ interpreter: Interpreter) throws -> Bool
}

/// `len(x)`, and the truth of what has no other.
public protocol HostSized: HostObject {
    /// How many items it has, 0 or more.
    func length(_ interpreter: Interpreter) throws -> Int
}

/// Arithmetic. Return nil for operands it does not know, so that the other side is asked.
public protocol HostArithmetic: HostObject {
    /// The result of `x` and `other`; `reflected` when `x` is the right operand.
    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value?
    /// `-x`, `+x` or `~x`.
    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value?
}

/// `==`, `<`, ... which may give any value (elementwise comparison). Return nil when the operands do not compare.
public protocol HostComparable: HostObject {
    /// `x` compared with `other`, `x` on the left.
    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value?
}

/// `hash(x)`; without it, identity.
public protocol HostHashable: HostObject {
    /// The same number for equal objects.
    func scriptHash(_ interpreter: Interpreter) throws -> Int
}

/// `bool(x)`.
public protocol HostTruth: HostObject {
    /// `bool(x)`.
    func truth(_ interpreter: Interpreter) throws -> Bool
}

/// `str(x)`, `format(x, spec)` and richer forms than `repr`'s one line.
public protocol HostDisplay: HostObject {
    /// `str(x)` and `print(x)`.
    func displayText(_ interpreter: Interpreter) throws -> String
    /// Forms by MIME type (`image/png`, `text/html`, ...); empty when there are none.
    func richForms(_ interpreter: Interpreter) throws -> [(type: String, data: [UInt8])]
}

extension HostDisplay {
    public func richForms(_ interpreter: Interpreter) throws -> [(type: String, data: [UInt8])] { [] }
}

/// What may stand where bytes are read: in `b"" + x`, `x in b"..."`, `bytes.join` and the like.
public protocol HostBuffer: HostObject {
    /// The bytes as they are now.
    func buffer() throws -> [UInt8]
}

/// How much memory it holds beside itself: counted by the memory limit, and by who keeps values for later.
public protocol HostMemory: HostObject {
    var heldBytes: Int { get }
}

/// `with x:`.
public protocol HostContext: HostObject {
    /// What `with x as name:` binds.
    func enter(_ interpreter: Interpreter) throws -> Value
    /// The block ended, with None or an exception; true swallows the exception.
    func exit(_ exception: Value, _ interpreter: Interpreter) throws -> Bool
}

/// A host object that a script class may derive from: it learns which instance it is the base part of.
public protocol HostSubclassable: HostObject {
    /// The script's instance, nil for a plain host object. Weak: the instance owns this object.
    var scriptInstance: InstanceObject? { get set }
    /// Called when `scriptInstance` is set; throws when the script's class cannot stand on this object.
    func attached(to instance: InstanceObject, _ interpreter: Interpreter) throws
}

extension HostSubclassable {
    public func attached(to instance: InstanceObject, _ interpreter: Interpreter) throws {}
}

/// Errors that choose which exception class they become in scripts; other errors become `RuntimeError`.
///
/// The message is `LocalizedError.errorDescription`, the hint `recoverySuggestion`.
public protocol ScriptErrorConvertible: Error {
    var scriptException: ExceptionKind { get }
}

/// A host object as a value.
public final class HostBox {
    public let object: any HostObject
    public let type: TypeObject

    /// Lets go of values that a host object kept, at its end: calls it from `deinit`, so that long chains of such objects
    /// end without recursion.
    public static func release(_ values: inout [Value]) { Spares.release(&values) }

    init(_ object: any HostObject, _ type: TypeObject) {
        self.object = object
        self.type = type
    }
}

/// An arithmetic operator with two operands.
public enum BinaryOperation: UInt8, CaseIterable, Sendable {
    case add, subtract, multiply, matrixMultiply, trueDivide, floorDivide, modulo, power
    case leftShift, rightShift, and, or, xor

    public var symbol: String {
        switch self {
        case .add: "+"
        case .subtract: "-"
        case .multiply: "*"
        case .matrixMultiply: "@"
        case .trueDivide: "/"
        case .floorDivide: "//"
        case .modulo: "%"
        case .power: "**"
        case .leftShift: "<<"
        case .rightShift: ">>"
        case .and: "&"
        case .or: "|"
        case .xor: "^"
        }
    }
}

/// An arithmetic operator with one operand.
public enum UnaryOperation: UInt8, Sendable {
    case negative, positive, invert

    public var symbol: String {
        switch self {
        case .negative: "-"
        case .positive: "+"
        case .invert: "~"
        }
    }
}

/// A comparison operator that a host object may answer.
public enum ComparisonOperation: UInt8, CaseIterable, Sendable {
    case less, lessOrEqual, equal, notEqual, greater, greaterOrEqual

    public var symbol: String {
        switch self {
        case .less: "<"
        case .lessOrEqual: "<="
        case .equal: "=="
        case .notEqual: "!="
        case .greater: ">"
        case .greaterOrEqual: ">="
        }
    }

    /// The same question with the operands exchanged.
    public var swapped: ComparisonOperation {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .equal: .equal
        case .notEqual: .notEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }
}
