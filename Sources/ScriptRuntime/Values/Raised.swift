package import ScriptSyntax

/// What a native throws: a script exception, or the end of the run.
public final class Raised: Error, @unchecked Sendable {
    // Sendable by confinement: it never leaves the thread of its session, as the values in it do not.
    enum Content {
        /// An exception object, already made.
        case exception(InstanceObject)
        /// One to be made when somebody looks at it.
        case pending(ExceptionKind, String, arguments: [Value], hint: String?)
        /// A limit was reached or the run was cancelled: scripts cannot catch it.
        case stop(Stop)
    }

    @exclusivity(unchecked) var content: Content
    /// Where a pending or stopped one passed.
    var trace: [TraceEntry] = []

    /// Its context is set already.
    @exclusivity(unchecked) var isPropagating = false
    /// The frame it is raised again in has recorded it before.
    @exclusivity(unchecked) var skipsFrame = false

    init(_ content: Content) { self.content = content }

    /// Goes on with an exception that was caught.
    convenience init(again exception: InstanceObject) {
        self.init(.exception(exception))
        isPropagating = true
        skipsFrame = true
    }

    /// An exception of a standard class with a message.
    ///
    /// The hint says what to do about it, in a full sentence; reports show it, `str(e)` does not.
    public init(_ kind: ExceptionKind, _ message: String, hint: String? = nil) {
        content = .pending(kind, message, arguments: [], hint: hint)
    }

    /// An exception of a standard class with arguments of its own (`KeyError(key)`, `StopIteration(value)`).
    public init(_ kind: ExceptionKind, arguments: [Value]) {
        content = .pending(kind, "", arguments: arguments, hint: nil)
    }

    /// Raises an exception object.
    public init(exception: InstanceObject) { content = .exception(exception) }

    /// An end that no script can catch.
    public init(stop: Stop) { content = .stop(stop) }

    public var stop: Stop? {
        if case .stop(let stop) = content { return stop }
        return nil
    }

    /// Whether it is exactly this kind and not yet an object, or an object of that class or a subclass.
    public func isInstance(of kind: ExceptionKind, _ interpreter: Interpreter) -> Bool {
        switch content {
        case .exception(let instance): return instance.type.isSubtype(of: interpreter.types.exception(kind))
        case .pending(let own, _, _, _):
            return interpreter.types.exception(own).isSubtype(of: interpreter.types.exception(kind))
        case .stop: return false
        }
    }
}

extension Raised {
    /// The same with the name of the function that was called in front of its message, unless it begins so already or comes out of
    /// a script's own function.
    package func naming(_ function: String) -> Raised {
        guard case .pending(let kind, let message, let arguments, let hint) = content, trace.isEmpty, arguments.isEmpty, !message.isEmpty,
            !message.hasPrefix(function + ":"), !message.hasPrefix(function + "(")
        else { return self }
        return Raised(kind, "\(function): \(message)", hint: hint)
    }

    /// What the language leaves out, met while the program runs: a `TypeError` whose hint names the code.
    package static func refused(_ diagnostic: Diagnostic) -> Raised {
        Raised(.typeError, diagnostic.message, hint: diagnostic.advice)
    }

    /// A `TypeError`.
    public static func type(_ message: String) -> Raised { Raised(.typeError, message) }
    /// A `ValueError`.
    public static func value(_ message: String) -> Raised { Raised(.valueError, message) }
    /// An `IndexError`.
    public static func index(_ message: String) -> Raised { Raised(.indexError, message) }
    /// A `KeyError` for this key.
    public static func key(_ key: Value) -> Raised { Raised(.keyError, arguments: [key]) }
    /// An `AttributeError`.
    public static func attribute(_ message: String, hint: String? = nil) -> Raised { Raised(.attributeError, message, hint: hint) }
    /// A `RecursionError`.
    public static func recursion(_ message: String = "maximum recursion depth exceeded") -> Raised {
        Raised(.recursionError, message)
    }
}

/// Why a run ended in a way no script can catch.
public enum Stop: Error, Equatable, Sendable {
    case cancelled
    case steps(limit: Int)
    case memory(limit: Int)
    case time(seconds: Double)
    case output(limit: Int)
}

/// The standard exception classes.
public enum ExceptionKind: String, CaseIterable, Sendable {
    case baseException = "BaseException"
    case systemExit = "SystemExit"
    case keyboardInterrupt = "KeyboardInterrupt"
    case generatorExit = "GeneratorExit"
    case exception = "Exception"
    case stopIteration = "StopIteration"
    case stopAsyncIteration = "StopAsyncIteration"
    case arithmeticError = "ArithmeticError"
    case floatingPointError = "FloatingPointError"
    case overflowError = "OverflowError"
    case zeroDivisionError = "ZeroDivisionError"
    case assertionError = "AssertionError"
    case attributeError = "AttributeError"
    case bufferError = "BufferError"
    case eofError = "EOFError"
    case importError = "ImportError"
    case moduleNotFoundError = "ModuleNotFoundError"
    case lookupError = "LookupError"
    case indexError = "IndexError"
    case keyError = "KeyError"
    case memoryError = "MemoryError"
    case nameError = "NameError"
    case unboundLocalError = "UnboundLocalError"
    case osError = "OSError"
    case blockingIOError = "BlockingIOError"
    case childProcessError = "ChildProcessError"
    case connectionError = "ConnectionError"
    case fileExistsError = "FileExistsError"
    case fileNotFoundError = "FileNotFoundError"
    case interruptedError = "InterruptedError"
    case isADirectoryError = "IsADirectoryError"
    case notADirectoryError = "NotADirectoryError"
    case permissionError = "PermissionError"
    case processLookupError = "ProcessLookupError"
    case timeoutError = "TimeoutError"
    case referenceError = "ReferenceError"
    case runtimeError = "RuntimeError"
    case notImplementedError = "NotImplementedError"
    case recursionError = "RecursionError"
    case syntaxError = "SyntaxError"
    case indentationError = "IndentationError"
    case systemError = "SystemError"
    case typeError = "TypeError"
    case valueError = "ValueError"
    case unicodeError = "UnicodeError"
    case unicodeDecodeError = "UnicodeDecodeError"
    case unicodeEncodeError = "UnicodeEncodeError"
    case warning = "Warning"
    case deprecationWarning = "DeprecationWarning"
    case runtimeWarning = "RuntimeWarning"
    case userWarning = "UserWarning"
    case tabError = "TabError"
    case unicodeTranslateError = "UnicodeTranslateError"
    case brokenPipeError = "BrokenPipeError"
    case connectionAbortedError = "ConnectionAbortedError"
    case connectionRefusedError = "ConnectionRefusedError"
    case connectionResetError = "ConnectionResetError"
    case bytesWarning = "BytesWarning"
    case encodingWarning = "EncodingWarning"
    case futureWarning = "FutureWarning"
    case importWarning = "ImportWarning"
    case pendingDeprecationWarning = "PendingDeprecationWarning"
    case resourceWarning = "ResourceWarning"
    case syntaxWarning = "SyntaxWarning"
    case unicodeWarning = "UnicodeWarning"

    /// Its place among the cases: they have no payload, so the value itself is that number.
    var number: Int { Int(unsafeBitCast(self, to: UInt8.self)) }

    /// `OSError` or one that stands for some of its numbers.
    var isSystemError: Bool { self == .osError || parent == .osError || parent == .connectionError }

    var parent: ExceptionKind? {
        switch self {
        case .baseException: return nil
        case .systemExit, .keyboardInterrupt, .generatorExit, .exception: return .baseException
        case .floatingPointError, .overflowError, .zeroDivisionError: return .arithmeticError
        case .moduleNotFoundError: return .importError
        case .indexError, .keyError: return .lookupError
        case .unboundLocalError: return .nameError
        case .blockingIOError, .childProcessError, .connectionError, .fileExistsError, .fileNotFoundError,
            .interruptedError, .isADirectoryError, .notADirectoryError, .permissionError, .processLookupError,
            .timeoutError:
            return .osError
        case .notImplementedError, .recursionError: return .runtimeError
        case .indentationError: return .syntaxError
        case .unicodeError: return .valueError
        case .unicodeDecodeError, .unicodeEncodeError, .unicodeTranslateError: return .unicodeError
        case .deprecationWarning, .runtimeWarning, .userWarning, .bytesWarning, .encodingWarning, .futureWarning, .importWarning,
            .pendingDeprecationWarning, .resourceWarning, .syntaxWarning, .unicodeWarning:
            return .warning
        case .tabError: return .indentationError
        case .brokenPipeError, .connectionAbortedError, .connectionRefusedError, .connectionResetError: return .connectionError
        default: return .exception
        }
    }
}
