import Synchronization

/// Results of parallel work, each stored under its number.
final class Slots<Value: Sendable>: Sendable {
    private let contents: Mutex<[Value?]>

    init(count: Int) {
        contents = Mutex(Array(repeating: nil, count: count))
    }

    subscript(number: Int) -> Value? {
        get { contents.withLock { $0[number] } }
        set { contents.withLock { $0[number] = newValue } }
    }

    /// Those that were stored, in order.
    var values: [Value] { contents.withLock { $0.compactMap { $0 } } }
}
