import Formats

/// The classes of a task: reserved tokens first, then characters by falling frequency in the training set.
public struct Vocabulary: Sendable, Equatable {
    /// The name of the class for characters that are in no other.
    public static let unknownToken = "<UNK>"

    /// All types in the order of their ids: reserved tokens, then labels such as `U+306B`.
    public let types: [String]
    public let reservedCount: Int
    /// The class of everything unknown.
    public let unknownID: Int

    private let idOfType: [String: Int]
    private let idOfScalar: [UInt32: Int]

    /// - Parameters:
    ///   - reserved: tokens with the ids 0, 1, ...; without `<UNK>` among them it gets the highest id.
    ///   - characters: in the order of their ids, which follow those of the reserved tokens.
    /// - Throws: `CorpusError.duplicateType`.
    public init(reserved: [String], characters: [Unicode.Scalar]) throws(CorpusError) {
        var types = reserved + characters.map { CodePoint.label(of: $0) }
        if !reserved.contains(Self.unknownToken) { types.append(Self.unknownToken) }
        try self.init(types: types, reservedCount: reserved.count)
    }

    /// The vocabulary with the given types in the order of their ids, as `vocab.txt` and manifests keep them.
    ///
    /// - Throws: `CorpusError.duplicateType`; `CorpusError.noUnknownType` when `<UNK>` is not among them.
    public init(types: [String], reservedCount: Int) throws(CorpusError) {
        var idOfType: [String: Int] = [:]
        var idOfScalar: [UInt32: Int] = [:]
        for (id, type) in types.enumerated() {
            guard idOfType.updateValue(id, forKey: type) == nil else { throw .duplicateType(type) }
            if id >= reservedCount, let scalar = CodePoint.scalar(of: type) { idOfScalar[scalar.value] = id }
        }
        guard let unknownID = idOfType[Self.unknownToken] else { throw .noUnknownType }
        self.types = types
        self.reservedCount = reservedCount
        self.unknownID = unknownID
        self.idOfType = idOfType
        self.idOfScalar = idOfScalar
    }

    /// The number of classes, reserved tokens included (`get_num_classes`).
    public var count: Int { types.count }

    /// `char_to_id`: the class of a token, a label (`U+306B`, in any case) or a character; the unknown class for all others.
    public func id(of text: String) -> Int {
        if let id = idOfType[text] { return id }
        return CodePoint.scalar(of: text).map { id(of: $0) } ?? unknownID
    }

    public func id(of scalar: Unicode.Scalar) -> Int {
        idOfScalar[scalar.value] ?? unknownID
    }

    /// Whether the scalar has a class of its own.
    public func contains(_ scalar: Unicode.Scalar) -> Bool {
        idOfScalar[scalar.value] != nil
    }

    /// `id_to_char`: the type with this id; `<UNK>` for ids that do not exist.
    public func type(of id: Int) -> String {
        types.indices.contains(id) ? types[id] : Self.unknownToken
    }

    /// The types as characters: `に` for `U+306B`, tokens as they are.
    public var typesAsCharacters: [String] { types.map { CodePoint.character(of: $0) } }

    /// The text of `vocab.txt`: one type per line in the order of ids.
    public func text(asCharacters: Bool = false) -> String {
        (asCharacters ? typesAsCharacters : types).map { $0 + "\n" }.joined()
    }

    /// Writes `vocab.txt` in a folder, which is made where there is none.
    ///
    /// - Returns: its path.
    /// - Throws: `CorpusError.unwritable`; `FormatsError.system`.
    @discardableResult
    public func save(in folder: String, asCharacters: Bool = false) throws -> String {
        try FileSystem.makeFolder(folder)
        let path = "\(folder)/vocab.txt"
        try AtomicFile.write(Array(text(asCharacters: asCharacters).utf8), to: path)
        return path
    }
}

extension Vocabulary {
    /// The vocabulary of a training set.
    ///
    /// - Parameters:
    ///   - labels: the labels of the training examples in order; ties in frequency go to the earlier first appearance.
    ///   - limit: the greatest number of characters; nil for all.
    ///   - minimumFrequency: characters that are rarer are left out.
    static func counted(
        reserved: [String], labels: some Sequence<Unicode.Scalar>, in repertoire: Repertoire, limit: Int?, minimumFrequency: Int
    ) throws(CorpusError) -> Vocabulary {
        var tally = Tally<UInt32>()
        for label in labels where tally[label.value] > 0 || repertoire.contains(label) { tally.add(label.value) }
        let ranked = tally.mostCommon(limit).filter { $0.count >= minimumFrequency }
        return try Vocabulary(reserved: reserved, characters: ranked.compactMap { Unicode.Scalar($0.element) })
    }
}

/// Counts of elements that remember the order of first appearance, as Python's `Counter` does.
struct Tally<Element: Hashable & Sendable>: Sendable {
    private(set) var elements: [Element] = []
    private var counts: [Element: Int] = [:]

    subscript(element: Element) -> Int { counts[element] ?? 0 }

    var total: Int { counts.values.reduce(0, +) }

    mutating func add(_ element: Element) {
        if counts[element] == nil { elements.append(element) }
        counts[element, default: 0] += 1
    }

    /// The elements by falling count, ties by first appearance; at most `limit` of them.
    func mostCommon(_ limit: Int? = nil) -> [(element: Element, count: Int)] {
        let ranked = elements.enumerated().sorted { a, b in
            let (first, second) = (self[a.element], self[b.element])
            return first == second ? a.offset < b.offset : first > second
        }
        return ranked.prefix(limit ?? ranked.count).map { ($0.element, self[$0.element]) }
    }
}
