import Foundation

/// One way to read and write the labels of characters: `U+3055` (any case, 4 to 6 digits) or the character itself.
///
/// Anything else is no code point: unlike a plain hexadecimal reading, `c` is the letter c and `face` is four letters.
public enum CodePoint {
    /// The scalar that `text` names: `U+3055`, `u+3055` or `さ`; nil when it names none (a surrogate is none).
    public static func scalar(of text: String) -> Unicode.Scalar? {
        let scalars = text.unicodeScalars
        if let first = scalars.first, scalars.count == 1 { return first }
        return scalar(ofLabel: text.utf8)
    }

    /// The label of a scalar: `U+` and at least four upper-case digits.
    public static func label(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// `code2char`: the character that `text` names, or `text` itself when it names none (`<UNK>`).
    public static func character(of text: String) -> String {
        scalar(of: text).map { String($0) } ?? text
    }

    /// `char2code`: the label of a single character, or `text` itself when it is not one (`<UNK>`, or a label already).
    public static func code(of text: String) -> String {
        guard text.unicodeScalars.count == 1, let scalar = text.unicodeScalars.first else { return text }
        return label(of: scalar)
    }

    /// The scalar that a label of a coordinate table names: `U+` and 4 to 6 hexadecimal digits.
    static func scalar(ofLabel label: some Collection<UInt8>) -> Unicode.Scalar? {
        guard (6...8).contains(label.count) else { return nil }
        var value: UInt32 = 0
        for (place, byte) in label.enumerated() {
            switch (place, byte) {
            case (0, UInt8(ascii: "U")), (0, UInt8(ascii: "u")), (1, UInt8(ascii: "+")): continue
            case (0...1, _): return nil
            case (_, UInt8(ascii: "0")...UInt8(ascii: "9")): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case (_, UInt8(ascii: "A")...UInt8(ascii: "F")): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            case (_, UInt8(ascii: "a")...UInt8(ascii: "f")): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return Unicode.Scalar(value)
    }
}
