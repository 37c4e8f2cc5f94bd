import Corpus
import Foundation
import Testing

struct CodePointTests {
    /// Values by Unicode's own tables.
    @Test func oneParserForLabelsAndCharacters() {
        let table: [(String, UInt32?)] = [
            ("U+3055", 0x3055), ("u+3055", 0x3055), ("U+30cf", 0x30CF), ("さ", 0x3055), ("c", 0x63), ("U+1B001", 0x1B001),
            ("U+10FFFF", 0x10FFFF), ("U+110000", nil), ("U+D800", nil), ("U+", nil), ("U+305", nil), ("U+3055 ", nil),
            ("abc", nil), ("face", nil), ("<UNK>", nil), ("", nil), ("U+30G5", nil), ("か\u{3099}", nil),
        ]
        for (text, value) in table { #expect(CodePoint.scalar(of: text)?.value == value, "\(text)") }
    }

    @Test func labelsHaveFourUpperCaseDigits() {
        #expect(CodePoint.code(of: "さ") == "U+3055")
        #expect(CodePoint.code(of: "c") == "U+0063")
        #expect(CodePoint.code(of: "\u{1B001}") == "U+1B001")
        #expect(CodePoint.code(of: "<UNK>") == "<UNK>")
        #expect(CodePoint.character(of: "U+3400") == "\u{3400}")
        #expect(CodePoint.character(of: "<UNK>") == "<UNK>")
    }
}

struct RepertoireTests {
    @Test func presetsAndTheirSums() throws {
        let table: [(String, in: [String], out: [String])] = [
            ("kana", ["U+3074", "U+30CF", "ｱ", "ゟ", "ヿ"], ["U+80FD", "ゝ", "ゞ", "ヽ", "ー", "〱", "<UNK>", "\u{1B001}"]),
            ("hiragana", ["さ"], ["サ"]), ("katakana", ["サ"], ["さ"]),
            ("katakana+kana", ["さ", "サ"], ["能"]), ("kana+iter", ["ゝ", "ゞ", "ヽ", "ー", "〱", "さ"], ["々", "、"]),
            ("kanji", ["U+80FD", "\u{30000}", "\u{2EBF0}", "\u{9FFF}"], ["U+3074", "々"]),
            ("kana + kanji", ["U+30CF", "能"], ["U+3002"]), ("punct", ["U+303f", "々", "ゝ"], ["U+3040"]),
            ("misc", ["U+FF00", "7"], ["U+30ff"]), ("hentaigana", ["\u{1B001}", "\u{1B11E}"], ["は"]),
            ("all", ["U+FF00", "U+303F", "能", "U+3074", "U+30CF", "\u{1B001}"], ["U+1708", "q"]),
        ]
        for row in table {
            let set = try Repertoire(named: row.0)
            for text in row.in { #expect(set.contains(text), "\(text) in \(row.0)") }
            for text in row.out { #expect(!set.contains(text), "\(text) not in \(row.0)") }
        }
    }

    @Test func eachNameIsChecked() throws {
        for text in ["blah", "xkanjix", "kana+", "", "kana+blah"] {
            #expect(throws: CorpusError.self, "\(text)") { try Repertoire(named: text) }
        }
        let list = try Repertoire(characters: ["さ", "U+3057"])
        #expect(list.contains("し") && list.contains("U+3055") && !list.contains("す"))
        #expect(throws: CorpusError.notACodePoint("さし")) { try Repertoire(characters: ["さし"]) }
        #expect(throws: CorpusError.emptyRepertoire) { try Repertoire(characters: []) }
    }
}

struct VocabularyTests {
    private let characters = "之法則可".unicodeScalars.map { $0 }

    @Test func reservedTokensComeFirst() throws {
        let vocabulary = try Vocabulary(reserved: ["<PAD>", "<GO>", "<END>", "<UNK>"], characters: Array(characters.prefix(1)))
        #expect(vocabulary.types == ["<PAD>", "<GO>", "<END>", "<UNK>", "U+4E4B"])
        #expect(vocabulary.id(of: "之") == 4 && vocabulary.id(of: "u+4e4b") == 4 && vocabulary.id(of: "<GO>") == 1)
        #expect(vocabulary.id(of: "U+5555") == 3 && vocabulary.type(of: 99) == "<UNK>" && vocabulary.type(of: -1) == "<UNK>")
        #expect(vocabulary.count == 5 && vocabulary.reservedCount == 4)
        #expect(vocabulary.text(asCharacters: true) == "<PAD>\n<GO>\n<END>\n<UNK>\n之\n")
    }

    @Test func unknownGetsTheHighestIDWhereItIsNotReserved() throws {
        let vocabulary = try Vocabulary(reserved: [], characters: characters)
        #expect(vocabulary.count == 5 && vocabulary.unknownID == 4)
        #expect(vocabulary.id(of: "<UNK>") == 4 && vocabulary.id(of: "U+5555") == 4)
        #expect(throws: CorpusError.duplicateType("<PAD>")) { try Vocabulary(reserved: ["<PAD>", "<PAD>"], characters: []) }
    }
}
