import Corpus
import ScriptRuntime

/// A character set as a script's object.
final class RepertoireObject: HostMembers, HostContainer {
    let repertoire: Repertoire

    init(_ repertoire: Repertoire) { self.repertoire = repertoire }

    var scriptTypeName: String { "CharacterSet" }
    var scriptSummary: String { "CharacterSet('\(repertoire.name)')" }
    var memberNames: [String] { ["name", "ranges"] }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch name {
        case "name": .str(repertoire.name)
        case "ranges":
            .list(repertoire.ranges.map { .tuple([.int(Int($0.lowerBound)), .int(Int($0.upperBound))]) })
        default: nil
        }
    }

    func contains(_ value: Value, _ interpreter: Interpreter) throws -> Bool {
        guard case .str(let text) = value else { return false }
        return repertoire.contains(text.string)
    }
}

/// A vocabulary as a script's object.
final class VocabularyObject: HostMembers, HostSized {
    let vocabulary: Vocabulary

    init(_ vocabulary: Vocabulary) { self.vocabulary = vocabulary }

    var scriptTypeName: String { "Vocabulary" }
    var scriptSummary: String { "<Vocabulary of \(vocabulary.count) types, \(vocabulary.reservedCount) reserved>" }
    var memberNames: [String] { ["unk_id"] }
    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        name == "unk_id" ? .int(vocabulary.unknownID) : nil
    }
    func length(_ interpreter: Interpreter) throws -> Int { vocabulary.count }
}

extension Engine {
    func repertoireValue(_ repertoire: Repertoire) -> Value { interpreter.value(of: RepertoireObject(repertoire)) }
    func vocabularyValue(_ vocabulary: Vocabulary) -> Value { interpreter.value(of: VocabularyObject(vocabulary)) }

    /// A character set from an object, the name of a preset, or a list of characters.
    func repertoire(_ value: Value, _ what: String) throws -> Repertoire {
        switch interpreter.plain(value) {
        case .host(let box):
            if let object = box.object as? RepertoireObject { return object.repertoire }
        case .str(let name): return try Repertoire(named: name.string)
        case .list, .tuple, .set: return try Repertoire(characters: try interpreter.strings(value, name: what))
        default: break
        }
        throw Raised.type(
            "\(what) must be a CharacterSet, a name or a list of characters, not \(interpreter.typeName(of: value))")
    }

    /// Characters in the order given, or by falling count, ties in the order of the dict.
    private func ranked(_ value: Value) throws -> [Unicode.Scalar] {
        var texts: [String]
        if case .dict(let dict) = interpreter.plain(value) {
            let counts = try dict.entries.map {
                (name: try interpreter.strings(.tuple([$0.0]), name: "vocab")[0], count: try interpreter.index($0.1))
            }
            texts = counts.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(
                \.element.name)
        } else {
            texts = try interpreter.strings(value, name: "vocab")
        }
        return try texts.map { text in
            guard let scalar = CodePoint.scalar(of: text) else { throw CorpusError.notACodePoint(text) }
            return scalar
        }
    }

    func defineCharacterTypes() {
        let methods = [
            Native("in_charset(self, character)", "Whether a character, or the one that U+306B names, is in the set.") { call in
                .bool(try call.host(0, as: RepertoireObject.self).repertoire.contains(try call.string(1)))
            },
            Native("presets(self)", "The names that can be asked for, and joined by '+'.") { _ in
                .list(Repertoire.presets.map { .str($0) })
            },
        ]
        let base = interpreter.define(
            NativeType(
                "CharacterSet", doc: "A set of characters to recognise.", module: "carpedm.data",
                constructor: Native("CharacterSet(charset, name='chars')", "A preset by name, or single characters in a list.") {
                    [unowned self] call in
                    if case .str = call[0] { return repertoireValue(try repertoire(call[0], "charset")) }
                    return repertoireValue(
                        try Repertoire(
                            characters: try call.interpreter.strings(call[0], name: "charset"), name: try call.string(1)))
                }.hintingWords, methods: methods))
        let japanese = interpreter.define(
            NativeType(
                "JapaneseUnicodes",
                doc: "Japanese characters by preset: \(Repertoire.presets.joined(separator: ", ")); join them with '+'.",
                base: base, module: "carpedm.data",
                constructor: Native("JapaneseUnicodes(charset='all')", "Japanese characters by preset.") { [unowned self] call in
                    repertoireValue(try repertoire(call[0], "charset"))
                }.hintingWords))
        let vocabulary = interpreter.define(
            NativeType(
                "Vocabulary", doc: "The classes of a task: reserved tokens, then characters by falling frequency.",
                module: "carpedm.data",
                constructor: Native(
                    "Vocabulary(reserved, vocab)",
                    "reserved: tokens with the first ids. vocab: characters or labels in the order of their ids, or a dict of their counts."
                ) { [unowned self] call in
                    let reserved = try call.interpreter.stringList(call[0], name: "reserved")
                    return vocabularyValue(try Vocabulary(reserved: reserved, characters: try ranked(call[1])))
                },
                methods: [
                    Native(
                        "save(self, out_dir, as_unicode=False)",
                        "Write vocab.txt: one type per line in the order of ids; gives its path."
                    ) { call in
                        let vocabulary = try call.host(0, as: VocabularyObject.self).vocabulary
                        return .str(try vocabulary.save(in: try call.string(1), asCharacters: try call.truth(2)))
                    },
                    Native("types(self, as_unicode=False)", "All types by id.") { call in
                        let vocabulary = try call.host(0, as: VocabularyObject.self).vocabulary
                        return .list((try call.truth(1) ? vocabulary.typesAsCharacters : vocabulary.types).map { .str($0) })
                    },
                    Native("char_to_id(self, char)", "The id of a token, a label or a character; that of <UNK> for others.") {
                        call in
                        .int(try call.host(0, as: VocabularyObject.self).vocabulary.id(of: try call.string(1)))
                    },
                    Native("id_to_char(self, id)", "The type with this id.") { call in
                        .str(try call.host(0, as: VocabularyObject.self).vocabulary.type(of: try call.int(1)))
                    },
                    Native("get_num_classes(self)", "Number of types, reserved ones included.") { call in
                        .int(try call.host(0, as: VocabularyObject.self).vocabulary.count)
                    },
                    Native("get_num_reserved(self)", "Number of reserved tokens.") { call in
                        .int(try call.host(0, as: VocabularyObject.self).vocabulary.reservedCount)
                    },
                ]))
        let others = [
            loaderType, subsetType, imageMetaType, characterType, boxType, parserType, providerType, batchType, pictureType,
        ]
        dataTypes = [base, japanese, vocabulary] + others.map { interpreter.define($0) }
    }
}
