import Dispatch
import Foundation
import Synchronization

/// How many threads the engine uses.
///
/// Work is cut into pieces by its size alone, and every piece writes its own part of the result, so that results have the
/// same bits for any number of threads.
public enum Parallelism {
    private static let setting = Atomic<Int>(ProcessInfo.processInfo.activeProcessorCount)

    /// At least 1; the number of processors at the start.
    public static var threadCount: Int {
        get { setting.load(ordering: .relaxed) }
        set { setting.store(max(1, newValue), ordering: .relaxed) }
    }

    /// Calls `body` once for each of `0..<count`, on several threads; returns when all are done.
    ///
    /// Pieces must not depend on each other. The first error by position is thrown.
    public static func forEach(_ count: Int, _ body: @Sendable (Int) throws -> Void) throws {
        let failure = Mutex<(position: Int, error: any Error)?>(nil)
        run(count) { position in
            do {
                try body(position)
            } catch {
                failure.withLock { if $0.map({ position < $0.position }) ?? true { $0 = (position, error) } }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
    }

    /// The same for work that cannot fail. The body is not `Sendable`, because it captures raw pointers: the caller promises
    /// that pieces write apart from each other.
    package static func run(_ count: Int, _ body: (Int) -> Void) {
        let workers = min(threadCount, count)
        guard workers > 1 else {
            for position in 0..<max(0, count) { body(position) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let shared = Shared(body: body)
            let next = Atomic<Int>(0)
            DispatchQueue.concurrentPerform(iterations: workers) { _ in
                while true {
                    let position = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    if position >= count { return }
                    shared.body(position)
                }
            }
        }
    }

    /// Unchecked, because `run`'s caller promises that pieces write apart from each other.
    private struct Shared: @unchecked Sendable {
        let body: (Int) -> Void
    }

    /// Calls `body` for consecutive ranges that cover `0..<count`, each of `grain` elements but the last.
    package static func ranges(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
        if count <= grain {
            if count > 0 { body(0..<count) }
            return
        }
        run((count + grain - 1) / grain) { piece in
            body(piece * grain..<min(count, (piece + 1) * grain))
        }
    }

    /// Elements of an elementwise piece: large against the cost of waking a thread (some 5 µs), small against the caches.
    package static let elementGrain = 32_768
}
