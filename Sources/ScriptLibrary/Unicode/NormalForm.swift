import Foundation
import ScriptRuntime

/// The four normal forms. They are stable from version to version for characters that exist, so the system's tables
/// serve; what Unicode 14.0 does not have yet stays as it is, and so do lone surrogates.
enum NormalForm: String {
    case NFC, NFD, NFKC, NFKD

    func apply(to text: StrObject, _ interpreter: Interpreter) throws(Raised) -> StrObject {
        if text.isASCII { return text }
        var result = StrBuilder(capacity: text.count * text.width)
        var run = String.UnicodeScalarView()
        func flush() {
            guard !run.isEmpty else { return }
            result.append(normalized(String(run)))
            run.removeAll()
        }
        var length = 0
        for index in 0..<text.count {
            try interpreter.charge(place: index)
            let unit = text[index]
            // A stranger to 14.0 neither combines nor decomposes there: the text falls apart at it.
            if UnicodeTable.isAssigned(unit), !NormalForm.isBesideHangul(unit), let scalar = Unicode.Scalar(unit) {
                length += 1
                if length > NormalForm.piece, isBorder(run, scalar) {
                    flush()
                    length = 1
                }
                run.append(scalar)
            } else {
                flush()
                result.append(unit)
            }
        }
        flush()
        return result.finish()
    }

    /// Code points from which on the text is cut, so that nothing works on it for long.
    private static let piece = 4_096

    /// Whether the scalar has nothing to do with what stands before it: it begins a character, and does not compose.
    private func isBorder(_ run: String.UnicodeScalarView, _ scalar: Unicode.Scalar) -> Bool {
        guard scalar.properties.canonicalCombiningClass == .notReordered else { return false }
        var before = String.UnicodeScalarView()
        guard let start = run.lastIndex(where: { $0.properties.canonicalCombiningClass == .notReordered }) else { return false }
        before.append(contentsOf: run[start...])
        let (left, right) = (String(before), String(scalar))
        return normalized(left + right).unicodeScalars.elementsEqual((normalized(left) + normalized(right)).unicodeScalars)
    }

    /// The jamo next to those that compose, which the system's composition takes for them: they combine with nothing.
    private static func isBesideHangul(_ unit: UInt32) -> Bool { unit == 0x1113 || unit == 0x1176 || unit == 0x11A7 || unit == 0x11C3 }

    private func normalized(_ text: String) -> String {
        switch self {
        case .NFC: text.precomposedStringWithCanonicalMapping
        case .NFD: text.decomposedStringWithCanonicalMapping
        case .NFKC: text.precomposedStringWithCompatibilityMapping
        case .NFKD: text.decomposedStringWithCompatibilityMapping
        }
    }
}
