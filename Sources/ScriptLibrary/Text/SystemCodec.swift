import Foundation
import ScriptRuntime

/// A multibyte encoding of the C library (`iconv`), one character at a time.
///
/// Where the library and CPython's codecs differ, CPython's mapping is used; the differences are listed below.
final class SystemCodec {
    enum Decoded {
        case text([UInt32], length: Int)
        case incomplete
        case illegal(length: Int)
    }

    private let name: String
    private let toBytes: iconv_t
    private let toUnits: iconv_t

    init(_ name: String) throws(Raised) {
        self.name = name
        let failed = UnsafeMutableRawPointer(bitPattern: -1)
        guard let encoder = iconv_open(name, "UTF-32LE"), encoder != failed else {
            throw Raised(.lookupError, "unknown encoding: \(name)")
        }
        guard let decoder = iconv_open("UTF-32LE", name), decoder != failed else {
            iconv_close(encoder)
            throw Raised(.lookupError, "unknown encoding: \(name)")
        }
        toBytes = encoder
        toUnits = decoder
    }

    deinit {
        iconv_close(toBytes)
        iconv_close(toUnits)
    }

    /// The bytes of a code point, nil when the encoding has none.
    func encode(_ unit: UInt32) -> [UInt8]? {
        if unit < 128 { return [UInt8(unit)] }
        if let special = CodecDifferences.encoding[name]?[unit] { return special.isEmpty ? nil : special }
        var input = (0..<4).map { CChar(bitPattern: UInt8(truncatingIfNeeded: unit >> (8 * $0))) }
        // glibc passes over what it takes for a tag (U+E0000 to U+E007F).
        guard let output = convert(toBytes, &input, capacity: 8), !output.isEmpty else { return nil }
        // Of the two places that cp932 has for IBM's extensions CPython writes the one that NEC selected.
        if name == "CP932", output.count == 2, output[0] >= 0xFA { return selectedByNEC[unit] ?? output }
        return output
    }

    private lazy var selectedByNEC: [UInt32: [UInt8]] = {
        var result: [UInt32: [UInt8]] = [:]
        for lead in UInt8(0xED)...0xEE {
            for trail in UInt8(0x40)...0xFC {
                if case .text(let units, length: 2) = decode([lead, trail], at: 0), units.count == 1 {
                    result[units[0]] = [lead, trail]
                }
            }
        }
        return result
    }()

    /// The little-endian unit that begins at `start`.
    private static func unit(_ bytes: [UInt8], _ start: Int) -> UInt32 {
        var unit: UInt32 = 0
        for place in 0..<4 { unit |= UInt32(bytes[start + place]) << UInt32(8 * place) }
        return unit
    }

    func decode(_ bytes: [UInt8], at position: Int) -> Decoded {
        if bytes[position] < 128 { return .text([UInt32(bytes[position])], length: 1) }
        // CPython asks for the whole of a sequence before it looks at its second byte.
        if name == "EUC-JP", position + (bytes[position] == 0x8F ? 3 : 2) > bytes.count { return .incomplete }
        // Shortest first: no sequence of these encodings is the beginning of another.
        for length in 1...3 {
            guard position + length <= bytes.count else { return .incomplete }
            let piece = Array(bytes[position..<position + length])
            if let special = CodecDifferences.decoding[name]?[piece] {
                return special == 0 ? .illegal(length: 1) : .text([special], length: length)
            }
            var input = piece.map { CChar(bitPattern: $0) }
            if let output = convert(toUnits, &input, capacity: 16), output.count >= 4 {
                let units = stride(from: 0, to: output.count - 3, by: 4).map { Self.unit(output, $0) }
                return .text(units, length: length)
            }
            if errno != EINVAL { return .illegal(length: 1) }
        }
        return .illegal(length: 1)
    }

    private func convert(_ descriptor: iconv_t, _ input: inout [CChar], capacity: Int) -> [UInt8]? {
        iconv(descriptor, nil, nil, nil, nil)
        var output = [CChar](repeating: 0, count: capacity)
        // The pointers stay within their arrays: iconv is told how many bytes each has, and moves them itself.
        return input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var from = source.baseAddress
                var left = source.count
                var to = target.baseAddress
                var room = capacity
                guard iconv(descriptor, &from, &left, &to, &room) == 0, left == 0 else { return nil }
                return target.prefix(capacity - room).map { UInt8(bitPattern: $0) }
            }
        }
    }
}

/// Where CPython's codecs and the C library's disagree. An empty answer means: not encodable; zero: not decodable.
enum CodecDifferences {
    static let encoding: [String: [UInt32: [UInt8]]] = [
        "CP932": [
            0x80: [0x80], 0xA5: [], 0x2014: [], 0x203E: [], 0xF8F0: [0xA0], 0xF8F1: [0xFD], 0xF8F2: [0xFE], 0xF8F3: [0xFF],
        ],
        "SHIFT_JIS": [0xFFE0: [], 0xFFE1: [], 0xFFE2: []],
        "EUC-JP": Dictionary(uniqueKeysWithValues: controls.map { ($0, []) } + [(0xFF5E, [])]),
    ]
    static let decoding: [String: [[UInt8]: UInt32]] = [
        "CP932": [[0x80]: 0x80, [0xA0]: 0xF8F0, [0xFD]: 0xF8F1, [0xFE]: 0xF8F2, [0xFF]: 0xF8F3],
        "EUC-JP": Dictionary(uniqueKeysWithValues: controls.map { ([UInt8($0)], 0) } + [([0x8F, 0xA2, 0xB7], 0x7E)]),
    ]
    /// C1 controls, which stand for nothing in CPython's euc_jp.
    private static let controls: [UInt32] = (0x80...0x9F).filter { $0 != 0x8E && $0 != 0x8F }
}
