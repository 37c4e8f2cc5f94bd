import Synchronization

/// Asks a run to stop at the next step boundary; may be raised from any thread or a signal handler.
public final class InterruptFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    public init() {}

    public var isRaised: Bool { raised.load(ordering: .relaxed) }

    public func raise() { raised.store(true, ordering: .relaxed) }

    public func lower() { raised.store(false, ordering: .relaxed) }
}
