public import ScriptSyntax
import Synchronization

/// What a run may use. Nil: as much as it likes.
public struct Limits: Sendable {
    /// Instructions, plus what natives charge.
    public var steps: Int?
    /// Bytes of live script data, estimated.
    public var heapBytes: Int?
    public var seconds: Double?
    public var outputBytes: Int?
    /// Script calls inside each other; reaching it raises `RecursionError`, which scripts can catch.
    public var callDepth = 1_000
    /// What a script may raise that to with `sys.setrecursionlimit`: frames live on the heap.
    public var highestCallDepth = 100_000
    /// Bytes that one value may take (`"x" * 10**12`); reaching it raises `MemoryError`.
    public var valueBytes = 1 << 32
    /// Size and nesting of sources.
    public var syntax = SyntaxLimits()

    /// The standard limits.
    public init() {}
}

/// The one flag that other threads may touch: asks a run to end.
public final class Interrupt: Sendable {
    private let flag = Atomic<Bool>(false)

    /// One that is not set.
    public init() {}

    /// May be called from any thread, and from a signal handler.
    public func cancel() { flag.store(true, ordering: .relaxed) }

    /// Takes a cancellation back, before the next run.
    public func clear() { flag.store(false, ordering: .relaxed) }

    @inline(__always)
    public var isSet: Bool { flag.load(ordering: .relaxed) }
}
