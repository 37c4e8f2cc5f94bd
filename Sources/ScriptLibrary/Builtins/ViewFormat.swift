import BigInt
import ScriptRuntime

/// How a `memoryview` reads and writes one item: the native formats of `struct`, in the machine's byte order.
struct ViewFormat: Equatable {
    /// As it was given: `B` or `@B`.
    let text: String
    private let letter: Character

    static let unsignedByte = ViewFormat(letter: "B")

    private init(letter: Character) {
        self.letter = letter
        text = String(letter)
    }

    /// Nil when it is not one native letter.
    init?(_ text: String) {
        guard let letter = text.last, text.count == 1 || text.count == 2 && text.first == "@", ViewFormat.sizes[letter] != nil else { return nil }
        self.letter = letter
        self.text = text
    }

    private static let sizes: [Character: Int] = [
        "c": 1, "b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 8, "L": 8, "q": 8, "Q": 8, "n": 8, "N": 8, "P": 8, "f": 4, "d": 8,
    ]

    /// Bytes of one item.
    var size: Int { ViewFormat.sizes[letter] ?? 1 }
    var isByte: Bool { letter == "B" || letter == "b" || letter == "c" }
    /// Equal items have equal bytes.
    var isExact: Bool { letter != "f" && letter != "d" && letter != "?" }
    private var isSigned: Bool { letter.isLowercase }

    static func == (a: ViewFormat, b: ViewFormat) -> Bool { a.letter == b.letter }

    /// The item whose first byte is at `place`.
    func value(_ bytes: [UInt8], at place: Int) -> Value {
        var bits: UInt64 = 0
        for offset in 0..<size { bits |= UInt64(bytes[place + offset]) << UInt64(8 * offset) }
        switch letter {
        case "c": return .bytes(BytesObject([bytes[place]]))
        case "?": return .bool(bits != 0)
        case "f": return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
        case "d": return .float(Double(bitPattern: bits))
        default: break
        }
        if isSigned {
            let unused = UInt64(64 - 8 * size)
            return .int(Int(truncatingIfNeeded: Int64(bitPattern: bits << unused) >> Int64(unused)))
        }
        return .integer(BigInt(bits))
    }

    /// The bytes for an item.
    func bytes(of value: Value, _ interpreter: Interpreter) throws -> [UInt8] {
        let bits: UInt64
        switch letter {
        case "c":
            guard case .bytes(let bytes) = interpreter.plain(value), interpreter.type(of: value).isSubtype(of: interpreter.types.bytes) else {
                throw wrongType
            }
            guard bytes.count == 1 else { throw wrongValue }
            return bytes.bytes
        case "?": bits = try interpreter.truth(value) ? 1 : 0
        case "f", "d":
            let number: Double
            do { number = try interpreter.double(value) } catch {
                if error.isInstance(of: .typeError, interpreter) { throw wrongType }
                if error.isInstance(of: .overflowError, interpreter) || error.isInstance(of: .valueError, interpreter) { throw wrongValue }
                throw error
            }
            bits = letter == "d" ? number.bitPattern : UInt64(Float(number).bitPattern)
        default:
            guard MemoryView.isIndex(value, interpreter) else { throw wrongType }
            let number: Int128
            do {
                guard let given = Int128(exactly: try interpreter.anyInteger(value)) else { throw wrongValue }
                number = given
            } catch let raised as Raised {
                if raised.isInstance(of: .typeError, interpreter) { throw wrongType }
                throw raised
            }
            let width = Int128(8 * size)
            // A pointer may be written either way.
            let low: Int128 = letter == "P" ? -(1 << 63) : isSigned ? -(1 << (width - 1)) : 0
            let high: Int128 = isSigned ? 1 << (width - 1) : 1 << width
            guard number >= low, number < high else { throw wrongValue }
            bits = UInt64(truncatingIfNeeded: number)
        }
        return (0..<size).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
    }

    private var wrongType: Raised { .type("memoryview: invalid type for format '\(letter)'") }
    private var wrongValue: Raised { .value("memoryview: invalid value for format '\(letter)'") }
}
