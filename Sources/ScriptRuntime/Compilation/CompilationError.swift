public import Foundation
public import ScriptSyntax

/// A program beyond what the machine's instructions can address.
public enum CompilationError: Error, LocalizedError {
    case tooLarge(what: String, span: SourceSpan)

    public var errorDescription: String? {
        switch self {
        case .tooLarge(let what, _): "too many \(what) in one function or module"
        }
    }

    public var recoverySuggestion: String? { "Split it into several functions or files." }
}
