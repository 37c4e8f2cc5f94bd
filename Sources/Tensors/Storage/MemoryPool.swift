import Foundation
import Synchronization

/// The engine's memory: big buffers are kept by size class and handed out again, because giving them back to the system
/// makes it clear and map every page anew at every training step.
public enum MemoryPool {
    /// What the pool did so far.
    public struct Statistics: Sendable, Equatable {
        /// Big buffers asked of the system, ever. A warm training step leaves this unchanged.
        public var systemAllocations = 0
        /// Big buffers served from the pool.
        public var reuses = 0
        /// Bytes in big buffers that tensors hold now.
        public var liveBytes = 0
        /// The most that `liveBytes` has been since `resetPeak`.
        public var peakBytes = 0
        /// Bytes kept for the next use.
        public var cachedBytes = 0
    }

    public static var statistics: Statistics { state.withLock { $0.statistics } }

    public static func resetPeak() { state.withLock { $0.statistics.peakBytes = $0.statistics.liveBytes } }

    /// Bytes that tensors may hold together; at the start four fifths of the memory that the machine has or the process may use.
    public static var limit: Int {
        get { state.withLock { $0.limit } }
        set { state.withLock { $0.limit = max(0, newValue) } }
    }

    /// Gives the kept buffers back to the system.
    public static func trim() { state.withLock { $0.trim() } }

    // MARK: - Implementation

    /// Buffers up to here come from `malloc`, which keeps small pieces well itself.
    static let smallLimit = 2048
    static let alignment = 64
    private static let hugePage = 1 << 21
    /// What the system must have left beside what is asked for: small objects of everybody end the process when they are refused.
    private static let reserve = 64 << 20
    /// Bytes of fresh buffers between two looks whether the reserve is there.
    private static let lookInterval = 4 << 20

    private struct State: ~Copyable {
        var free: [Int: [UInt]] = [:]
        var statistics = Statistics()
        /// Bytes of fresh buffers since the last look at the reserve.
        var unlooked = 0
        var limit = Int(clamping: min(ProcessInfo.processInfo.physicalMemory, MemoryPool.groupMemory ?? .max) / 5 * 4)

        mutating func trim() {
            for (_, addresses) in free {
                for address in addresses { Foundation.free(UnsafeMutableRawPointer(bitPattern: address)) }
            }
            free.removeAll()
            statistics.cachedBytes = 0
        }
    }

    private static let state = Mutex(State())

    /// What the control group leaves to the process, where there is one with a limit, as in a container.
    private static var groupMemory: UInt64? {
        ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].lazy
            .compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }
            .compactMap { UInt64($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.first
    }

    /// Makes sure, before work begins, that it may have `bytes` of working memory beside the tensors there are, and that the system
    /// has them.
    package static func ensureRoom(_ bytes: Int, _ operation: String) throws {
        try state.withLock { state in
            guard bytes <= state.limit - state.statistics.liveBytes else {
                throw TensorError.memoryLimit(operation: operation, bytes: bytes, limit: state.limit)
            }
        }
        if bytes < hugePage || systemHas(bytes) { return }
        trim()
        Workspace.release()
        guard systemHas(bytes) else { throw TensorError.outOfMemory(operation: operation, bytes: bytes) }
    }

    /// Whether the system would give so many bytes now and have a reserve left: it is asked, and they are given back untouched.
    private static func systemHas(_ wanted: Int) -> Bool {
        let (bytes, overflow) = wanted.addingReportingOverflow(reserve)
        guard !overflow, let place = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            place != UnsafeMutableRawPointer(bitPattern: -1)
        else { return false }
        munmap(place, bytes)
        return true
    }

    /// The capacity that holds `bytes`: quarter steps between powers of two, so that at most a fifth is wasted.
    static func capacity(for bytes: Int) -> Int {
        let power = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
        let step = max(alignment, 1 << max(0, power - 2))
        return (bytes + step - 1) / step * step
    }

    /// A buffer of at least `bytes`, 64-byte aligned when big; its contents are whatever was there.
    static func take(_ bytes: Int, _ operation: String) throws -> (pointer: UnsafeMutableRawPointer, capacity: Int) {
        if bytes <= smallLimit {
            let size = max(16, bytes)
            guard let pointer = malloc(size) else { throw TensorError.outOfMemory(operation: operation, bytes: bytes) }
            return (pointer, size)
        }
        return try state.withLock { state in
            guard bytes <= state.limit - state.statistics.liveBytes else {
                throw TensorError.memoryLimit(operation: operation, bytes: bytes, limit: state.limit)
            }
            let capacity = capacity(for: bytes)
            let pointer: UnsafeMutableRawPointer
            if let address = state.free[capacity]?.popLast(), let kept = UnsafeMutableRawPointer(bitPattern: address) {
                pointer = kept
                state.statistics.reuses += 1
                state.statistics.cachedBytes -= capacity
            } else {
                if capacity > state.limit - state.statistics.liveBytes - state.statistics.cachedBytes { state.trim() }
                var fresh: UnsafeMutableRawPointer?
                let isHuge = capacity >= hugePage
                func ask() -> Bool { posix_memalign(&fresh, isHuge ? hugePage : alignment, capacity) == 0 }
                if !ask() {
                    state.trim()
                    guard ask() else { throw TensorError.outOfMemory(operation: operation, bytes: bytes) }
                }
                guard let fresh else { throw TensorError.outOfMemory(operation: operation, bytes: bytes) }
                state.unlooked += capacity
                if isHuge || state.unlooked >= lookInterval {
                    state.unlooked = 0
                    if !systemHas(0) {
                        state.trim()
                        guard systemHas(0) else {
                            free(fresh)
                            throw TensorError.outOfMemory(operation: operation, bytes: bytes)
                        }
                    }
                }
                #if os(Linux)
                    // Large pages: kernels walk megabytes, and misses of address translation would cost a tenth of the time.
                    if isHuge { madvise(fresh, capacity, MADV_HUGEPAGE) }
                #endif
                pointer = fresh
                state.statistics.systemAllocations += 1
            }
            state.statistics.liveBytes += capacity
            state.statistics.peakBytes = max(state.statistics.peakBytes, state.statistics.liveBytes)
            return (pointer, capacity)
        }
    }

    static func giveBack(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
        if capacity <= smallLimit {
            free(pointer)
            return
        }
        state.withLock { state in
            state.statistics.liveBytes -= capacity
            state.statistics.cachedBytes += capacity
            state.free[capacity, default: []].append(UInt(bitPattern: pointer))
        }
    }
}
