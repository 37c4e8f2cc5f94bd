import ScriptRuntime

/// `heapq.merge`: of several sorted inputs always the one whose next item is the smallest; of equal ones the first.
final class Merging: DrawingIterator {
    private let isReversed: Bool
    /// Places in `sources` of the inputs that are not at their end: an iterator, its next item and the key of that.
    private var inputs: [Int] = []
    private var isStarted = false

    init(_ iterables: [Value], key: Value, isReversed: Bool) throws {
        self.isReversed = isReversed
        super.init(drawingOn: [key] + iterables.flatMap { [$0, .none, .none] })
    }

    override var typeName: String { "merge" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        try interpreter.checkStack()
        if !isStarted {
            isStarted = true
            for place in stride(from: 1, to: sources.count, by: 3) {
                sources[place] = try interpreter.iterate(sources[place])
                if try advance(place, interpreter) { inputs.append(place) }
            }
        }
        guard var best = inputs.first else { return nil }
        for place in inputs.dropFirst() {
            try interpreter.charge(steps: 1)
            let (a, b) = isReversed ? (best, place) : (place, best)
            if try interpreter.isTrue(.less, sources[a + 2], sources[b + 2]) { best = place }
        }
        let item = sources[best + 1]
        if try !advance(best, interpreter) { inputs.removeAll { $0 == best } }
        return item
    }

    /// Takes the next item of an input; false at its end.
    private func advance(_ place: Int, _ interpreter: Interpreter) throws -> Bool {
        guard let item = try interpreter.next(sources[place]) else {
            (sources[place], sources[place + 1], sources[place + 2]) = (.none, .none, .none)
            return false
        }
        sources[place + 1] = item
        sources[place + 2] = sources[0].isNone ? item : try interpreter.call(sources[0], with: item)
        return true
    }
}
