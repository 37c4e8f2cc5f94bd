/// Where the examples of a subset are kept, in parts that may be read at the same time.
public protocol ExampleStore: Sendable {
    var subset: Subset { get }
    /// The number of examples.
    var count: Int { get }
    /// About how much memory all of them take.
    var bytes: Int { get }
    var partCount: Int { get }

    /// Hands over the examples of a part in order, each with its place in it.
    ///
    /// - Throws: `FormatsError` for damaged files, `CorpusError.badRecord`, and what `body` throws.
    func forEachExample(ofPart part: Int, _ body: (Int, StoredExample) throws -> Void) throws

    /// Gives single examples by part and place.
    func access() throws -> any ExampleAccess
}

/// Gives single examples of a store, to any thread.
public protocol ExampleAccess: Sendable {
    /// - Parameters:
    ///   - place: as `forEachExample` gave it.
    ///   - number: of the example in the subset, for messages.
    func example(ofPart part: Int, at place: Int, number: Int) throws -> StoredExample
}

extension ExampleStore {
    /// Hands over every example in order.
    ///
    /// - Throws: as `forEachExample(ofPart:)`.
    public func forEachExample(_ body: (Int, StoredExample) throws -> Void) throws {
        var number = 0
        for part in 0..<partCount {
            try forEachExample(ofPart: part) { _, example in
                try body(number, example)
                number += 1
            }
        }
    }
}
