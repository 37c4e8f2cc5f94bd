import Foundation
import ScriptRuntime

/// The four normal forms. They are stable from version to version for characters that exist, so the system's tables
/// serve; what Unicode 14.0 does not have yet stays as it is, and so do lone surrogates.
enum NormalForm: String {
    case NFC, NFD, NFKC, NFKD

    func apply(to text: StrObject) -> StrObject {
        if text.isASCII { return text }
        var result = StrBuilder(capacity: text.count * text.width)
        var run = String.UnicodeScalarView()
        func flush() {
            guard !run.isEmpty else { return }
            result.append(normalized(String(run)))
            run.removeAll()
        }
        for index in 0..<text.count {
            let unit = text[index]
            // A stranger to 14.0 neither combines nor decomposes there: the text falls apart at it.
            if UnicodeTable.isAssigned(unit), let scalar = Unicode.Scalar(unit) {
                run.append(scalar)
            } else {
                flush()
                result.append(unit)
            }
        }
        flush()
        return result.finish()
    }

    private func normalized(_ text: String) -> String {
        switch self {
        case .NFC: text.precomposedStringWithCanonicalMapping
        case .NFD: text.decomposedStringWithCanonicalMapping
        case .NFKC: text.precomposedStringWithCompatibilityMapping
        case .NFKD: text.decomposedStringWithCompatibilityMapping
        }
    }
}
