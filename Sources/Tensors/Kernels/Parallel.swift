import CKernels
import Foundation
import Synchronization

/// Work shared by the cores.
///
/// A region is cut into tasks whose number and size depend on the problem alone, never on the number of workers, and no
/// task reads what another writes: so the results are the same bits for any number of workers.
public enum Parallel {
    /// How many threads take part in a region, the caller included; at first one per core.
    ///
    /// Setting it is cheap and may be done at any time; values below 1 count as 1.
    public static var workers: Int {
        get { WorkerPool.shared.workers.load(ordering: .relaxed) }
        set { WorkerPool.shared.workers.store(max(1, min(newValue, WorkerPool.limit)), ordering: .relaxed) }
    }

    /// Calls `body` once for every task `0..<count`, from several threads at the same time, and returns when all are done.
    ///
    /// - Parameter body: gets the task and the worker that does it, `0..<workers`, which is what scratch memory is
    ///   indexed by. It must write nothing that another task touches.
    ///
    /// A region inside a region, or beside one that another thread has begun, runs on the calling thread alone, as worker 0:
    /// scratch belongs to the region, not to the worker.
    package static func run(_ count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
        if count <= 1 || workers == 1 || !WorkerPool.shared.run(count, body) {
            for task in 0..<max(0, count) { body(task, 0) }
        }
    }

    /// Runs `body`, and the regions it begins, with numbers below the normal range (1.2e-38 for float32) counting as 0.
    ///
    /// Gradients and moments that fade away would otherwise pass through them, where the CPU takes a hundred times as long.
    package static func flushingDenormals<Result>(_ body: () throws -> Result) rethrows -> Result {
        let mode = ck_flush_denormals()
        defer { ck_set_float_mode(mode) }
        return try body()
    }

    /// Calls `body` with consecutive ranges that cover `0..<count`, each of `grain` elements but the last.
    package static func ranges(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
        let grain = max(1, grain)
        run((count + grain - 1) / grain) { task, _ in
            body(task * grain..<min(count, (task + 1) * grain))
        }
    }
}

// MARK: - Implementation

/// Threads that wait for regions: spinning for a moment, since kernels follow each other closely, then asleep.
///
/// `@unchecked Sendable`: `taskCount`, `body`, `active`, `mode` and `path` are plain memory, written by the thread that owns `busy` while
/// the gate is closed and no helper is inside, and read by helpers only after they entered the gate it opened afterwards.
private final class WorkerPool: @unchecked Sendable {
    static let shared = WorkerPool()
    static let limit = 256

    let workers = Atomic<Int>(max(1, min(ProcessInfo.processInfo.activeProcessorCount, limit)))
    private let busy = Atomic<Bool>(false)
    /// The number of helpers inside the region, plus `closed`.
    private let gate = Atomic<Int>(closed)
    private let next = Atomic<Int>(0)
    private var helpers: [Helper] = []
    private var taskCount = 0
    private var active = 0
    /// Tasks compute as the thread that began the region does.
    private var mode: UInt64 = 0
    private var path: Int32 = 0
    private var body: ((Int, Int) -> Void)?

    private static let closed = 1 << 40

    /// False when another region is running: the caller then does the work itself.
    func run(_ count: Int, _ body: (Int, Int) -> Void) -> Bool {
        guard busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else { return false }
        withoutActuallyEscaping(body) { body in
            self.body = body
            taskCount = count
            active = min(workers.load(ordering: .relaxed), count)
            (mode, path) = (ck_float_mode(), ck_current_path())
            while helpers.count < active - 1 { helpers.append(startHelper(helpers.count + 1)) }
            next.store(0, ordering: .relaxed)
            gate.store(0, ordering: .sequentiallyConsistent)
            for helper in helpers.prefix(active - 1) { helper.call() }
            work(as: 0)
            // A helper that has not come in yet is not waited for; those inside finish the task they hold.
            gate.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing)
            wait { gate.load(ordering: .acquiring) == Self.closed }
            self.body = nil
        }
        busy.store(false, ordering: .releasing)
        return true
    }

    private func work(as worker: Int) {
        guard let body else { return }
        while true {
            let task = next.add(1, ordering: .relaxed).oldValue
            if task >= taskCount { return }
            body(task, worker)
        }
    }

    private func help(as worker: Int) {
        var inside = gate.load(ordering: .acquiring)
        while inside & Self.closed == 0 {
            let (entered, seen) = gate.compareExchange(
                expected: inside, desired: inside + 1, ordering: .acquiringAndReleasing)
            if entered {
                // A late helper may find a newer region that wants fewer workers.
                if worker < active {
                    ck_set_float_mode(mode)
                    _ = ck_use_path(path)
                    work(as: worker)
                }
                gate.subtract(1, ordering: .acquiringAndReleasing)
                return
            }
            inside = seen
        }
    }

    private func startHelper(_ worker: Int) -> Helper {
        let helper = Helper()
        let thread = Thread { [self] in
            while true {
                helper.waitForCall()
                help(as: worker)
            }
        }
        thread.name = "carpedm-\(worker)"
        thread.start()
        return helper
    }

    private func wait(until done: () -> Bool) {
        var rounds = 0
        while !done() {
            rounds += 1
            // With more threads than cores the one waited for may need this core.
            if rounds > 4000 { sched_yield() } else { ck_pause() }
        }
    }
}

/// The bell of one helper thread.
private final class Helper: Sendable {
    private let calls = Atomic<Int>(0)
    private let asleep = Atomic<Bool>(false)
    private let bell = DispatchSemaphore(value: 0)

    func call() {
        calls.add(1, ordering: .sequentiallyConsistent)
        if asleep.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
    }

    /// Returns once for one or several calls since the last return.
    func waitForCall() {
        for _ in 0..<2000 {
            if calls.exchange(0, ordering: .acquiring) > 0 { return }
            ck_pause()
        }
        while true {
            asleep.store(true, ordering: .sequentiallyConsistent)
            if calls.exchange(0, ordering: .sequentiallyConsistent) > 0 {
                // Whoever called may have seen the sleeper and be about to ring: take that ring away.
                if !asleep.exchange(false, ordering: .sequentiallyConsistent) { bell.wait() }
                return
            }
            bell.wait()
            if calls.exchange(0, ordering: .sequentiallyConsistent) > 0 { return }
        }
    }
}
