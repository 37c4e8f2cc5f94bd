/// Named things of one kind: tasks or models, written in Swift or in a script.
public final class Registry<Entry> {
    /// What is registered here, in the singular: `task`, `model`.
    public let kind: String

    private var entries: [String: Entry] = [:]

    public init(kind: String) {
        self.kind = kind
    }

    /// All names, sorted.
    public var names: [String] { entries.keys.sorted() }

    /// Adds `entry` under `name`, or under the snake-case form of its type's name.
    ///
    /// - Returns: the name it got.
    /// - Throws: `TrainingError.alreadyRegistered` when the name is taken; the first entry stays.
    @discardableResult
    public func register(_ entry: Entry, typeName: String, name: String? = nil) throws -> String {
        let name = name ?? snakeCase(typeName)
        guard entries[name] == nil else { throw TrainingError.alreadyRegistered(kind: kind, name: name, known: names) }
        entries[name] = entry
        return name
    }

    /// The entry called `name`.
    ///
    /// - Throws: `TrainingError.unknownName`, whose hint names the nearest one and all that exist.
    public func entry(_ name: String) throws -> Entry {
        guard let entry = entries[name] else { throw TrainingError.unknownName(kind: kind, name: name, known: names) }
        return entry
    }

    /// Forgets everything; for tests.
    public func reset() {
        entries = [:]
    }

    /// The names in groups that share the part before the first underscore, for people.
    public func listing(indentation: Int = 0) -> String {
        groupedByPrefix(names, indentation: indentation)
    }
}

/// `OCRSingleKana` → `ocr_single_kana`, `LSTMSeq2Seq` → `lstm_seq2_seq`: the names that the original gives.
///
/// An underscore goes before a capital that begins a word of small letters or digits, then between a small letter or digit and a
/// capital.
public func snakeCase(_ name: String) -> String {
    let letters = Array(name.unicodeScalars)
    func isCapital(_ place: Int) -> Bool { letters.indices.contains(place) && ("A"..."Z").contains(letters[place]) }
    func isLow(_ place: Int) -> Bool {
        letters.indices.contains(place) && (("a"..."z").contains(letters[place]) || ("0"..."9").contains(letters[place]))
    }
    var marks: Set<Int> = []
    var place = 1
    while place < letters.count {
        guard isCapital(place), isLow(place + 1) else {
            place += 1
            continue
        }
        marks.insert(place)
        // The word is used up: its last letter cannot be the one before the next mark.
        place += 1
        while isLow(place) { place += 1 }
        place += 1
    }
    for place in letters.indices.dropFirst() where isCapital(place) && isLow(place - 1) { marks.insert(place) }
    var answer = ""
    for (place, letter) in letters.enumerated() {
        if marks.contains(place) { answer += "_" }
        answer += letter.properties.lowercaseMapping
    }
    return answer
}

/// Sorted names under the heading of what stands before their first underscore.
public func groupedByPrefix(_ names: [String], indentation: Int = 0) -> String {
    let margin = String(repeating: " ", count: indentation)
    var lines: [String] = []
    var heading: Substring?
    for name in names.sorted() {
        let prefix = name.prefix { $0 != "_" }
        if heading != prefix { lines.append("\(margin)\(prefix):") }
        heading = prefix
        lines.append("\(margin)  * \(name)")
    }
    return lines.joined(separator: "\n")
}

/// What several registries hold, for `registry.help_string()`: a heading for each, such as "Models", and its names in groups.
public func registryHelp(_ sections: [(heading: String, names: [String])]) -> String {
    let parts = sections.map { "  \($0.heading):\n" + groupedByPrefix($0.names, indentation: 4) }
    return "\nRegistry contents:\n------------------\n\n" + parts.joined(separator: "\n\n") + "\n"
}
