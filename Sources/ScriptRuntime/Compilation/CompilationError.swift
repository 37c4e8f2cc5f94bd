public import Foundation
public import ScriptSyntax

/// A program beyond what the machine's instructions can address.
public enum CompilationError: Error, LocalizedError {
    case tooLarge(what: String, span: SourceSpan)

    public var errorDescription: String? {
        diagnostic.message
    }

    public var recoverySuggestion: String? { diagnostic.help.first }

    public var diagnostic: Diagnostic {
        switch self {
        case .tooLarge(let what, let span): .programTooLarge(span, what: what)
        }
    }
}
