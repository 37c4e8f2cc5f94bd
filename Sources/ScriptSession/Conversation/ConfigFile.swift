import Foundation
import ScriptRuntime
import ScriptSyntax

extension ScriptSession {
    /// Sets options from a config file: lines `name = value` with a string, a number, True or False, and `#` remarks.
    ///
    /// The file has the syntax of the language, but nothing in it is run. A file that is not there is fine.
    ///
    /// - Returns: what is wrong with it, as text; empty when all is well.
    public func readConfig(at path: String) -> String {
        guard FileManager.default.fileExists(atPath: path) else { return "" }
        guard let source = try? ScriptFile.source(at: path) else { return "the config file '\(path)' cannot be read\n" }
        let parsed = Parser.parse(source)
        var problems = parsed.diagnostics.map { DiagnosticRenderer.text($0, in: source) }
        for statement in parsed.module.body {
            if let problem = set(statement) {
                problems.append(
                    DiagnosticRenderer.text(
                        Diagnostic(
                            code: "config", message: problem.message, primary: .init(statement.span),
                            help: problem.hint.map { [$0] } ?? []),
                        in: source))
            }
        }
        return problems.joined(separator: "\n")
    }

    private func set(_ statement: StatementNode) -> SessionError? {
        guard case .assign(let targets, let value) = statement.kind, targets.count == 1, case .name(let name) = targets[0].kind,
            let text = Self.literal(value)
        else {
            return SessionError(
                "a config file holds lines of the form name = value", hint: "%config lists the options and what each may be.")
        }
        do { try options.set(name, to: text, from: .file) } catch { return error }
        return nil
    }

    private static func literal(_ node: ExpressionNode) -> String? {
        guard case .constant(let value, _) = node.kind else { return nil }
        switch value {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .bool(let flag): return flag ? "on" : "off"
        default: return nil
        }
    }

    /// Runs the start-up file, whose names are there from the first input on. A file that is not there is fine.
    public func runStartup(at path: String) -> Outcome? {
        guard FileManager.default.fileExists(atPath: path), let source = try? ScriptFile.source(at: path) else { return nil }
        return evaluate(source)
    }
}
