import Foundation
import ScriptRuntime
import ScriptSyntax

/// The forms in which doors show an outcome. Text that the program printed is not part of it: it went out as it came.
extension Outcome {
    /// What standard error gets; empty when all is well.
    public var errorText: String { errorText(color: false) }

    /// - Parameters:
    ///   - color: with ANSI colours.
    ///   - calls: how many of the calls that led to an error are listed; nil lists them all.
    public func errorText(color: Bool, calls: Int? = nil) -> String {
        switch ending {
        case .finished: return ""
        case .exited(_, let message): return message.map { $0 + "\n" } ?? ""
        case .refused(let refusal): return refusal.text(color: color)
        case .misused(let message, let hint):
            let head = color ? "\u{1B}[1;31merror\u{1B}[0m" : "error"
            return "\(head): \(message)\n" + (hint.map { "hint: \($0)\n" } ?? "")
        case .failed(let report), .stopped(let report): return report.text(color: color, calls: calls)
        case .interrupted: return "interrupted\n"
        }
    }

    /// The error for programs: one JSON object a line.
    public var errorJSON: String {
        switch ending {
        case .finished: ""
        case .exited(_, let message): message.map { $0 + "\n" } ?? ""
        case .refused(let refusal): refusal.json
        case .misused, .interrupted: failure.map { ErrorRecord(kind: $0.kind, message: $0.message).json } ?? ""
        case .failed(let report), .stopped(let report): report.json + "\n"
        }
    }

    /// The class and the message of what went wrong, for programs; nil when all is well.
    public var failure: (kind: String, message: String)? {
        switch ending {
        case .finished: nil
        case .exited(let code, let message): code == 0 ? nil : ("SystemExit", message ?? "\(code)")
        case .refused(let refusal): ("SyntaxError", refusal.errorDescription ?? "")
        case .misused(let message, _): ("Misuse", message)
        case .failed(let report), .stopped(let report): (report.kind, report.message)
        case .interrupted: ("KeyboardInterrupt", "interrupted")
        }
    }

    /// The value as text, without a line end; nil when there is nothing to show.
    public var valueText: String? { shown?.text }

    /// The value or the error as a piece of a page.
    public var html: String {
        let error = errorText
        if !error.isEmpty { return "<pre class=\"carpedm-error\">\(HTML.escaped(error))</pre>" }
        return shown?.html ?? ""
    }

    /// The value by MIME type, `text/plain` among them; empty without a value.
    public var bundle: [DisplayForms.Form] {
        guard let shown else { return [] }
        var forms = shown.forms
        if shown[DisplayForms.htmlType] == nil { forms.append(.init(DisplayForms.htmlType, Array(shown.html.utf8))) }
        return forms
    }
}

/// An error that has no place in a program.
private struct ErrorRecord: Encodable {
    let kind: String
    let message: String

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Two strings can always be encoded.
        return ((try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
    }
}

/// Text in pages.
package enum HTML {
    package static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
