/// Characters of Japanese and typographic input that stand where ASCII is meant.
enum FullWidth {
    /// The ASCII byte that `scalar` is taken for outside of strings, or nil.
    ///
    /// Full-width letters are not here: they are names to Python.
    static func meaning(of scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0xFF01...0xFF20, 0xFF3B...0xFF40, 0xFF5B...0xFF5E: UInt8(truncatingIfNeeded: scalar.value - 0xFEE0)
        case 0x3000, 0xA0, 0x2002...0x200A: 0x20
        case 0x3001: 0x2C
        case 0x3002: 0x2E
        case 0x201C, 0x201D, 0x201E: 0x22
        case 0x2018, 0x2019, 0x201A: 0x27
        case 0x2212: 0x2D
        case 0x300C, 0x300D: 0x22
        default: nil
        }
    }

    /// Full-width forms and ideographic punctuation; typographic quotes and spaces are named otherwise.
    static func isFullWidth(_ scalar: Unicode.Scalar) -> Bool {
        (0xFF01...0xFF5E).contains(scalar.value) || (0x3000...0x300D).contains(scalar.value)
    }
}
