import Foundation

/// Unicode rules of names: XID (UAX 31) and normal form NFKC, as PEP 3131 says.
package enum NormalForm {
    /// The text of a name: ASCII as it stands, anything else in NFKC.
    static func identifier(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return bytes.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCompatibilityMapping
    }

    /// May begin a name; ASCII is the lexer's own business.
    static func beginsName(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isXIDStart && isKnownToPython(scalar)
    }

    static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isXIDContinue && isKnownToPython(scalar)
    }

    /// CPython 3.11, which decides what is accepted, knows Unicode 14; characters added later are refused.
    package static func isKnownToPython(_ scalar: Unicode.Scalar) -> Bool {
        guard let age = scalar.properties.age else { return false }
        return age.major <= 14
    }
}
