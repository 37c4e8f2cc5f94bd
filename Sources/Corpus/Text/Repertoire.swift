/// A set of characters to recognise; scripts know it as `CharacterSet` and `JapaneseUnicodes`.
///
/// - Source: the code charts of Unicode 16. Iteration and prolonging marks (ゝゞヽヾー〱) are punctuation, not kana, as in the
///   data's own documentation; `kana+iter` has both.
public struct Repertoire: Sendable, Equatable {
    /// How the set was asked for: `kana+kanji`, or a name given by the caller.
    public let name: String
    /// Inclusive ranges of code points, in the order of the presets.
    public let ranges: [ClosedRange<UInt32>]

    /// The names that can be asked for and joined by `+`, sorted.
    public static let presets: [String] = named.keys.sorted()

    /// A preset, or several joined by `+`: `kana`, `kana+kanji`, `hiragana + iter`.
    ///
    /// - Throws: `CorpusError.unknownRepertoire` when a part is not a preset.
    public init(named text: String) throws(CorpusError) {
        var ranges: [ClosedRange<UInt32>] = []
        for part in text.split(separator: "+", omittingEmptySubsequences: false) {
            let name = part.trimmed
            guard let members = Self.named[name] else {
                throw .unknownRepertoire(name: name, known: Self.presets)
            }
            for range in members where !ranges.contains(range) { ranges.append(range) }
        }
        name = text
        self.ranges = ranges
    }

    /// A set of single characters, each written as itself or as `U+3055`.
    ///
    /// - Throws: `CorpusError.notACodePoint`, `CorpusError.emptyRepertoire`.
    public init(characters: [String], name: String = "chars") throws(CorpusError) {
        guard !characters.isEmpty else { throw .emptyRepertoire }
        var ranges: [ClosedRange<UInt32>] = []
        for text in characters {
            guard let scalar = CodePoint.scalar(of: text) else { throw .notACodePoint(text) }
            ranges.append(scalar.value...scalar.value)
        }
        self.name = name
        self.ranges = ranges
    }

    public func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) }
    }

    /// `in_charset`: whether the character that `text` names is in the set; text that names none (`<UNK>`) is not.
    public func contains(_ text: String) -> Bool {
        CodePoint.scalar(of: text).map { contains($0) } ?? false
    }
}

// MARK: - Presets

extension Repertoire {
    private static let hiragana: [ClosedRange<UInt32>] = [0x3040...0x3096, 0x309F...0x309F]
    private static let katakana: [ClosedRange<UInt32>] = [0x30A1...0x30FA, 0x30FF...0x30FF, 0xFF65...0xFF9D]
    /// Kana Supplement, Kana Extended-A and Small Kana Extension.
    private static let hentaigana: [ClosedRange<UInt32>] = [0x1B000...0x1B16F]
    /// Iteration marks of kana, the prolonging mark, and the long vertical repeat marks with their halves.
    private static let iteration: [ClosedRange<UInt32>] = [0x309D...0x309E, 0x30FC...0x30FE, 0x3031...0x3035]
    /// The unified ideographs with all extensions of planes 2 and 3, and the compatibility ideographs of the first plane.
    private static let kanji: [ClosedRange<UInt32>] = [0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAD9, 0x20000...0x323AF]
    private static let punctuation: [ClosedRange<UInt32>] = [
        0x25A0...0x25FF,  // geometric shapes
        0x3200...0x32FF,  // enclosed letters and months
        0x3000...0x303F,  // CJK symbols and punctuation
        0x3099...0x309E,  // voicing and iteration marks
        0x30A0...0x30A0,  // double hyphen
        0x30FB...0x30FE,  // middle dot, prolonging and iteration marks
        0xFF5B...0xFF64,  // brackets and half-width punctuation
        0xFFED...0xFFEE,  // half-width square and circle
    ]
    private static let miscellany: [ClosedRange<UInt32>] = [
        0x0030...0x0039,  // digits
        0xFF00...0xFF5A,  // full-width Latin
        0xFFA0...0xFFDC,  // half-width Hangul
        0xFFE0...0xFFEC,  // symbols
    ]

    private static let named: [String: [ClosedRange<UInt32>]] = [
        "hiragana": hiragana, "katakana": katakana, "kana": hiragana + katakana, "kanji": kanji, "punct": punctuation,
        "misc": miscellany, "iter": iteration, "hentaigana": hentaigana,
        "all": hiragana + katakana + kanji + punctuation + miscellany + hentaigana,
    ]
}

extension Substring {
    /// Without ASCII spaces and tabs at both ends.
    var trimmed: String {
        var rest = self
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
