import Foundation
public import ScriptSyntax

/// Why a program did not run to its end.
public enum ProgramError: Error {
    /// It is not a program: errors in source order.
    case invalid([Diagnostic], SourceText)
    case tooLarge(CompilationError, SourceText)
    /// It raised an exception, or a limit ended it.
    case raised(Raised)
}

extension ProgramError {
    /// The same inside a running program that imports this one.
    var asRaised: Raised {
        switch self {
        case .invalid(let diagnostics, let source):
            let first = diagnostics.first { $0.severity == .error } ?? diagnostics.first
            let line = first.map { source.position(at: Int($0.primary.span.start)).line } ?? 1
            return Raised(.syntaxError, "\(first?.message ?? "invalid syntax") (\(source.name), line \(line))", hint: first?.advice)
        case .tooLarge(let error, let source):
            return Raised(.syntaxError, "\(error.errorDescription ?? "too large") (\(source.name))", hint: error.recoverySuggestion)
        case .raised(let raised): return raised
        }
    }
}

extension Interpreter {
    /// Parses, compiles and runs a source.
    ///
    /// Its names live in `module`; nil is `__main__`. Running several sources in one module is how a session grows: names
    /// that earlier ones bound stay.
    ///
    /// - Returns: the value of the last statement in mode `.lastValue`, else None.
    @discardableResult
    public func execute(
        _ source: SourceText, in module: ModuleObject? = nil, mode: Compilation.Mode = .file
    ) throws(ProgramError) -> Value {
        let module = module ?? main
        let code = try compile(source, in: module, mode: mode)
        return try execute(code, in: module)
    }

    /// Compiles without running.
    package func compile(
        _ source: SourceText, in module: ModuleObject? = nil, mode: Compilation.Mode = .file
    ) throws(ProgramError) -> CodeObject {
        let module = module ?? main
        let parsed = Parser.parse(source, limits: limits.syntax)
        if parsed.hasErrors { throw .invalid(parsed.diagnostics, source) }
        let analysis = ScopeAnalysis.analyze(parsed.module, known: knownNames(module))
        let errors = analysis.diagnostics.filter { $0.severity == .error }
        if !errors.isEmpty { throw .invalid(errors, source) }
        do {
            let code = try Compilation.compile(
                parsed.module, analysis.table, source: source, module: module, builtins: builtins, mode: mode)
            if let doc = parsed.module.docstring, module.doc == nil {
                module.doc = doc
                module[Symbol(.__doc__)] = .str(doc)
            }
            return code
        } catch let error as CompilationError {
            throw .tooLarge(error, source)
        } catch {
            throw .raised(convert(error))
        }
    }

    /// Names bound outside of a source.
    public func knownNames(_ module: ModuleObject) -> Set<String> {
        var names = Set(builtins.members.map(\.name.name))
        names.formUnion(module.members.map(\.name.name))
        names.formUnion(["__name__", "__doc__", "__file__", "__package__"])
        return names
    }

    /// Runs compiled code.
    package func execute(_ code: CodeObject, in module: ModuleObject) throws(ProgramError) -> Value {
        let function = FunctionObject(code, module: module, closure: [], defaults: [], keywordDefaults: [])
        let isOutermost = depth == 0
        do {
            let value = try invoke(function, [], [])
            if isOutermost { settle() }
            return value
        } catch {
            if isOutermost { settle() }
            throw .raised(error)
        }
    }

    /// After a run from outside: nothing is being handled or shown.
    func settle() {
        handled = .none
        pendingStop = nil
        beingShown.removeAll()
    }
}

extension Interpreter {
    /// The compiled form of a source as text.
    public func disassemble(_ source: SourceText) throws(ProgramError) -> String { try compile(source).disassembly }
}
