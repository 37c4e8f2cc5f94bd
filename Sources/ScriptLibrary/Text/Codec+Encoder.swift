import ScriptRuntime

extension Codec {
    /// Text to bytes, code point by code point.
    struct Encoder {
        private let text: StrObject
        private let kind: Codec.Kind
        private let encoding: String
        private let errors: String
        private let interpreter: Interpreter
        private var system: SystemCodec?
        private var result: [UInt8] = []

        init(_ text: StrObject, _ kind: Codec.Kind, _ encoding: String, _ errors: String, _ interpreter: Interpreter) {
            self.text = text
            self.kind = kind
            self.encoding = encoding
            self.errors = errors
            self.interpreter = interpreter
            result.reserveCapacity(text.count * 2)
        }

        mutating func run() throws(Raised) -> [UInt8] {
            var name: String
            var reason = "surrogates not allowed"
            switch kind {
            case .utf8: name = "utf-8"
            case .utf8WithSignature:
                name = "utf-8"
                result += [0xEF, 0xBB, 0xBF]
            case .ascii:
                name = "ascii"
                reason = "ordinal not in range(128)"
            case .latin:
                name = "latin-1"
                reason = "ordinal not in range(256)"
            case .utf16(let order):
                name = "utf-16" + Encoder.suffix(order)
                if order == .marked { result += [0xFF, 0xFE] }
            case .utf32(let order):
                name = "utf-32" + Encoder.suffix(order)
                if order == .marked { result += [0xFF, 0xFE, 0, 0] }
            case .system(let own, let library):
                name = own
                reason = "illegal multibyte sequence"
                system = try SystemCodec(library)
            }
            var index = 0
            while index < text.count {
                try interpreter.charge(place: index)
                if append(text[index]) {
                    index += 1
                    continue
                }
                // One-byte codecs and UTF-8 report a run of characters, the others each by itself.
                var end = index + 1
                if reportsRuns { while end < text.count, !isEncodable(text[end]) { end += 1 } }
                try handle(index..<end, name, reason)
                index = end
            }
            return result
        }

        private var reportsRuns: Bool {
            switch kind {
            case .utf16, .utf32, .system: false
            default: true
            }
        }

        private static func suffix(_ order: Codec.ByteOrder) -> String {
            switch order {
            case .little: "-le"
            case .big: "-be"
            case .marked: ""
            }
        }

        private func isEncodable(_ unit: UInt32) -> Bool {
            switch kind {
            case .ascii: unit < 128
            case .latin: unit < 256
            default: unit & 0xFFFF_F800 != 0xD800
            }
        }

        /// False when the encoding does not have the code point.
        private mutating func append(_ unit: UInt32) -> Bool {
            if let system {
                guard let bytes = system.encode(unit) else { return false }
                result += bytes
                return true
            }
            guard isEncodable(unit) else { return false }
            appendUnchecked(unit)
            return true
        }

        private mutating func appendUnchecked(_ unit: UInt32) {
            switch kind {
            case .ascii, .latin, .system: result.append(UInt8(truncatingIfNeeded: unit))
            case .utf8, .utf8WithSignature: Encoder.appendUTF8(unit, to: &result)
            case .utf16(let order):
                if unit < 0x10000 {
                    append16(UInt16(unit), order)
                } else {
                    append16(UInt16(0xD800 + (unit - 0x10000) >> 10), order)
                    append16(UInt16(0xDC00 + (unit - 0x10000) & 0x3FF), order)
                }
            case .utf32(let order):
                let bytes = (0..<4).map { UInt8(truncatingIfNeeded: unit >> (8 * $0)) }
                result += order == .big ? bytes.reversed() : bytes
            }
        }

        private mutating func append16(_ unit: UInt16, _ order: Codec.ByteOrder) {
            let bytes = [UInt8(unit & 255), UInt8(unit >> 8)]
            result += order == .big ? bytes.reversed() : bytes
        }

        private static func appendUTF8(_ unit: UInt32, to result: inout [UInt8]) {
            func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (unit >> shift) & 0x3F) }
            switch unit {
            case 0..<0x80: result.append(UInt8(unit))
            case 0..<0x800: result += [UInt8(0xC0 | unit >> 6), tail(0)]
            case 0..<0x10000: result += [UInt8(0xE0 | unit >> 12), tail(6), tail(0)]
            default: result += [UInt8(0xF0 | unit >> 18), tail(12), tail(6), tail(0)]
            }
        }

        private mutating func handle(_ range: Range<Int>, _ name: String, _ reason: String) throws(Raised) {
            var replacement = ""
            for index in range {
                let unit = text[index]
                switch errors {
                case "strict": throw Codec.encodeError(name, text, range, reason)
                case "ignore": break
                case "replace": replacement += "?"
                case "backslashreplace": replacement += Quoting.escape(unit)
                case "xmlcharrefreplace": replacement += "&#\(unit);"
                case "namereplace":
                    if let known = UnicodeNames.name(of: unit) { replacement += "\\N{\(known)}" } else { replacement += Quoting.escape(unit) }
                case "surrogateescape":
                    guard (0xDC80...0xDCFF).contains(unit) else { throw Codec.encodeError(name, text, range, reason) }
                    switch kind {
                    case .utf16, .utf32: throw Codec.encodeError(name, text, range, reason)
                    default: result.append(UInt8(unit - 0xDC00))
                    }
                case "surrogatepass":
                    guard unit & 0xFFFF_F800 == 0xD800 else { throw Codec.encodeError(name, text, range, reason) }
                    switch kind {
                    case .utf8, .utf8WithSignature, .utf16, .utf32: appendUnchecked(unit)
                    default: throw Codec.encodeError(name, text, range, reason)
                    }
                default: throw Codec.unknownHandler(errors, kind, encoding, "encoding")
                }
            }
            for scalar in replacement.unicodeScalars { _ = append(scalar.value) }
        }
    }
}
