public import ScriptRuntime

/// What was asked and answered in one conversation: inputs by number, the text of answers, and the newest values.
///
/// Texts and values are kept within budgets, the newest longest, so that a conversation of days does not grow.
public final class Transcript {
    /// One input with what came of it.
    public struct Entry: Sendable {
        public let number: Int
        public let input: String
        /// What it wrote to standard output.
        public internal(set) var output = ""
        /// The value's text and richer forms.
        public internal(set) var shown: DisplayForms?
        public internal(set) var errorText = ""
        public internal(set) var status = ""
        public internal(set) var seconds = 0.0
    }

    /// In order of number; the oldest may be gone.
    public private(set) var entries: [Entry] = []
    /// The number of the next input.
    public private(set) var nextNumber = 1
    private var values: [(number: Int, value: Value, bytes: Int)] = []

    /// How many entries are kept, and how many bytes of texts and pictures.
    static let mostEntries = 1_000
    static let mostBytes = 16 << 20
    /// Of a single output.
    static let mostOutput = 64 << 10
    /// How many values are kept, and how many bytes they may hold together.
    static let mostValues = 64
    static let mostValueBytes = 64 << 20

    private var bytes = 0

    /// The entry of this number, nil when there is none.
    public func entry(_ number: Int) -> Entry? {
        guard let first = entries.first?.number, number >= first, number - first < entries.count else { return nil }
        return entries[number - first]
    }

    /// The value that an input gave, as long as it is kept.
    public func value(_ number: Int) -> Value? { values.last { $0.number == number }?.value }

    /// The newest values, the newest first.
    var newestValues: [Value] { values.suffix(3).reversed().map(\.value) }
    var valueNumbers: [Int] { values.map(\.number) }

    func begin(_ input: String) -> Int {
        entries.append(Entry(number: nextNumber, input: input))
        bytes += input.utf8.count
        nextNumber += 1
        return nextNumber - 1
    }

    func finish(_ number: Int, _ outcome: Outcome, output: String, seconds: Double, valueBytes: Int) {
        guard let first = entries.first?.number, number >= first, number - first < entries.count else { return }
        let index = number - first
        entries[index].output = output
        entries[index].shown = outcome.shown
        entries[index].errorText = outcome.errorText
        entries[index].status = outcome.status
        entries[index].seconds = seconds
        bytes += Self.size(entries[index]) - entries[index].input.utf8.count
        while entries.count > 1, entries.count > Self.mostEntries || bytes > Self.mostBytes {
            bytes -= Self.size(entries[0])
            entries.removeFirst()
        }
        if let value = outcome.value { keep(number, value, valueBytes) }
    }

    private static func size(_ entry: Entry) -> Int {
        let shown = entry.shown?.forms.reduce(0) { $0 + $1.data.count } ?? 0
        return entry.input.utf8.count + entry.output.utf8.count + entry.errorText.utf8.count + shown
    }

    private func keep(_ number: Int, _ value: Value, _ bytes: Int) {
        values.append((number, value, bytes))
        // The newest stays in any case: it is `_`.
        while values.count > 1, values.count > Self.mostValues || values.reduce(0, { $0 + $1.bytes }) > Self.mostValueBytes {
            values.removeFirst()
        }
    }

    /// Forgets values and texts; numbers go on.
    func forget() {
        entries.removeAll()
        values.removeAll()
        bytes = 0
    }
}
