import ScriptRuntime

extension Codec {
    /// Bytes to text.
    struct Decoder {
        private let bytes: [UInt8]
        private let kind: Codec.Kind
        private let encoding: String
        private let errors: String
        private let interpreter: Interpreter
        private var result: StrBuilder
        private var position = 0

        init(_ bytes: [UInt8], _ kind: Codec.Kind, _ encoding: String, _ errors: String, _ interpreter: Interpreter) {
            self.bytes = bytes
            self.kind = kind
            self.encoding = encoding
            self.errors = errors
            self.interpreter = interpreter
            result = StrBuilder(capacity: bytes.count)
        }

        mutating func run() throws(Raised) -> StrObject {
            switch kind {
            case .utf8, .utf8WithSignature: try utf8()
            case .ascii:
                while position < bytes.count {
                    if bytes[position] < 128 {
                        result.append(UInt32(bytes[position]))
                        position += 1
                    } else {
                        try handle(1, "ascii", "ordinal not in range(128)")
                    }
                }
            case .latin: result.append(.make(latin: bytes))
            case .utf16(let order): try utf16(order)
            case .utf32(let order): try utf32(order)
            case .system(let own, let library): try multibyte(own, SystemCodec(library))
            }
            return result.finish()
        }

        private mutating func utf8() throws(Raised) {
            while position < bytes.count {
                let lead = bytes[position]
                if lead < 0x80 {
                    result.append(UInt32(lead))
                    position += 1
                    continue
                }
                guard lead >= 0xC2, lead < 0xF5 else {
                    try handle(1, "utf-8", "invalid start byte")
                    continue
                }
                let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
                var unit = UInt32(lead) & (0x7F >> UInt32(length))
                var read = 1
                while read < length, position + read < bytes.count, isContinuation(bytes[position + read], lead, read) {
                    unit = unit << 6 | UInt32(bytes[position + read] & 0x3F)
                    read += 1
                }
                if read == length {
                    result.append(unit)
                    position += length
                } else if position + read >= bytes.count {
                    try handle(bytes.count - position, "utf-8", "unexpected end of data")
                } else {
                    try handle(read, "utf-8", "invalid continuation byte")
                }
            }
        }

        /// Whether a byte may stand at `place` after `lead`: no overlong forms, no surrogates, nothing above U+10FFFF.
        private func isContinuation(_ byte: UInt8, _ lead: UInt8, _ place: Int) -> Bool {
            guard byte & 0xC0 == 0x80 else { return false }
            guard place == 1 else { return true }
            switch lead {
            case 0xE0: return byte >= 0xA0
            case 0xED: return byte < 0xA0
            case 0xF0: return byte >= 0x90
            case 0xF4: return byte < 0x90
            default: return true
            }
        }

        private mutating func utf16(_ order: Codec.ByteOrder) throws(Raised) {
            var isBig = order == .big
            if order == .marked, bytes.count >= 2, bytes[0] == 0xFE && bytes[1] == 0xFF || bytes[0] == 0xFF && bytes[1] == 0xFE {
                isBig = bytes[0] == 0xFE
                position = 2
            }
            let name = isBig ? "utf-16-be" : "utf-16-le"
            func unit(_ place: Int) -> UInt32 {
                let (a, b) = (UInt32(bytes[place]), UInt32(bytes[place + 1]))
                return isBig ? a << 8 | b : b << 8 | a
            }
            while position < bytes.count {
                guard position + 2 <= bytes.count else {
                    try handle(1, name, "truncated data")
                    continue
                }
                let first = unit(position)
                if first & 0xF800 != 0xD800 {
                    result.append(first)
                    position += 2
                } else if first >= 0xDC00 {
                    try handle(2, name, "illegal encoding")
                } else if position + 4 > bytes.count {
                    try handle(bytes.count - position, name, "unexpected end of data")
                } else if unit(position + 2) & 0xFC00 == 0xDC00 {
                    result.append(0x10000 + (first & 0x3FF) << 10 + unit(position + 2) & 0x3FF)
                    position += 4
                } else {
                    try handle(2, name, "illegal UTF-16 surrogate")
                }
            }
        }

        private mutating func utf32(_ order: Codec.ByteOrder) throws(Raised) {
            var isBig = order == .big
            if order == .marked, bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
                isBig = bytes[0] == 0
                position = 4
            }
            let name = isBig ? "utf-32-be" : "utf-32-le"
            while position < bytes.count {
                guard position + 4 <= bytes.count else {
                    try handle(bytes.count - position, name, "truncated data")
                    continue
                }
                var unit: UInt32 = 0
                for place in 0..<4 { unit = unit << 8 | UInt32(bytes[position + (isBig ? place : 3 - place)]) }
                if unit >= 0x110000 {
                    try handle(4, name, "code point not in range(0x110000)")
                } else if unit & 0xFFFF_F800 == 0xD800 {
                    try handle(4, name, "code point in surrogate code point range(0xd800, 0xe000)")
                } else {
                    result.append(unit)
                    position += 4
                }
            }
        }

        private mutating func multibyte(_ name: String, _ system: SystemCodec) throws(Raised) {
            while position < bytes.count {
                switch system.decode(bytes, at: position) {
                case .text(let units, let length):
                    for unit in units { result.append(unit) }
                    position += length
                case .incomplete: try handle(bytes.count - position, name, "incomplete multibyte sequence")
                case .illegal(let length): try handle(length, name, "illegal multibyte sequence")
                }
            }
        }

        /// The surrogate that begins here, and the bytes it takes.
        private func surrogate(_ name: String) -> (UInt32, Int)? {
            let rest = bytes[position...].prefix(4).map { UInt32($0) }
            let unit: UInt32
            let length: Int
            switch name {
            case "utf-8":
                guard rest.count >= 3, rest[0] == 0xED, rest[1] & 0xC0 == 0x80, rest[2] & 0xC0 == 0x80 else { return nil }
                (unit, length) = (0xD000 | (rest[1] & 0x3F) << 6 | rest[2] & 0x3F, 3)
            case "utf-16-le", "utf-16-be":
                guard rest.count >= 2 else { return nil }
                (unit, length) = (name == "utf-16-be" ? rest[0] << 8 | rest[1] : rest[1] << 8 | rest[0], 2)
            case "utf-32-le", "utf-32-be":
                guard rest.count == 4 else { return nil }
                let ordered = name == "utf-32-be" ? rest : rest.reversed()
                (unit, length) = (ordered.reduce(0) { $0 << 8 | $1 }, 4)
            default: return nil
            }
            return unit & 0xFFFF_F800 == 0xD800 ? (unit, length) : nil
        }

        /// Applies the error handler to the next `length` bytes.
        private mutating func handle(_ length: Int, _ name: String, _ reason: String) throws(Raised) {
            let range = position..<(position + length)
            switch errors {
            case "strict": throw Codec.decodeError(name, bytes, range, reason)
            case "ignore": break
            case "replace": result.append(0xFFFD)
            case "backslashreplace": for byte in bytes[range] { result.append(Quoting.escape(UInt32(byte))) }
            case "surrogateescape":
                let escaped = bytes[range].prefix(4).prefix { $0 >= 128 }
                if escaped.isEmpty { throw Codec.decodeError(name, bytes, range, reason) }
                for byte in escaped { result.append(0xDC00 + UInt32(byte)) }
                position = escaped.endIndex
                return
            case "surrogatepass":
                guard let (unit, length) = surrogate(name) else { throw Codec.decodeError(name, bytes, range, reason) }
                result.append(unit)
                position += length
                return
            default: throw Codec.unknownHandler(errors, kind, encoding, "decoding")
            }
            position = range.upperBound
        }
    }
}
