public import Foundation
public import ScriptRuntime

extension ScriptSession {
    /// What a name of the program is bound to; nil when there is no such name.
    public func value(named name: String) -> Value? { interpreter.main[Symbol(name)] }

    /// Calls a function that the program defined, within fresh budgets.
    ///
    /// - Throws: `ScriptFailure` when there is no such name, when it raises, and when its result is of another type.
    public func call<Result: ScriptConvertible>(
        _ name: String, _ arguments: any ScriptConvertible..., as type: Result.Type = Result.self
    ) throws -> Result {
        guard let function = value(named: name) else {
            throw ScriptFailure(
                kind: "NameError", message: "the program binds no name '\(name)'", hint: nil,
                text: "NameError: the program binds no name '\(name)'\n")
        }
        return try call(function, arguments, as: type)
    }

    /// Calls any callable value, such as a function that the program gave to the host.
    public func call<Result: ScriptConvertible>(
        _ callee: Value, _ arguments: [any ScriptConvertible] = [], as type: Result.Type = Result.self
    ) throws -> Result {
        interpreter.resetBudgets()
        let given = arguments.map { $0.scriptValue(interpreter) }
        let result: Result
        do throws(Raised) {
            result = try Result(script: interpreter.call(callee, given), interpreter)
        } catch {
            throw ScriptFailure(interpreter.report(error))
        }
        return result
    }
}

/// An exception that a script did not catch, or a limit that it reached, as an error of the host.
public struct ScriptFailure: Error, LocalizedError, Sendable {
    /// The class of the exception.
    public let kind: String
    public let message: String
    public let hint: String?
    /// The whole report, with the failing line.
    public let text: String

    init(kind: String, message: String, hint: String?, text: String) {
        self.kind = kind
        self.message = message
        self.hint = hint
        self.text = text
    }

    init(_ report: ErrorReport) {
        self.init(kind: report.kind, message: report.message, hint: report.hint, text: report.text)
    }

    public var errorDescription: String? { message.isEmpty ? kind : "\(kind): \(message)" }
    public var recoverySuggestion: String? { hint }
}
