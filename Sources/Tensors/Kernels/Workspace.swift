import Foundation
import Synchronization

/// Scratch memory of the kernels, kept between calls: a warm step allocates nothing.
package enum Workspace {
    /// Calls `body` with room for `count` floats, aligned to a cache line, of undefined contents.
    package static func floats<R>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) throws -> R) rethrows -> R {
        let block = blocks.withLock { $0.take(bytes: max(1, count) * 4) }
        defer { blocks.withLock { $0.giveBack(block) } }
        return try body(block.memory.assumingMemoryBound(to: Float.self))
    }

    /// How many times memory was asked of the system so far: stands still once a step is warm.
    package static var allocations: Int { blocks.withLock { $0.allocations } }

    /// Returns all memory that is not in use to the system.
    package static func release() { blocks.withLock { $0.release() } }

    private static let blocks = Mutex(FreeBlocks())
}

// MARK: - Implementation

/// Memory that one borrower at a time owns.
private struct Block: @unchecked Sendable {
    // Sendable: a block is either in the list below, guarded by its lock, or with the one borrower that took it out.
    let memory: UnsafeMutableRawPointer
    let bytes: Int
}

private struct FreeBlocks {
    private var free: [Block] = []
    private(set) var allocations = 0

    /// The smallest free block that fits and is not wastefully large, or a new one.
    mutating func take(bytes: Int) -> Block {
        let wanted = rounded(bytes)
        var best: Int?
        for (index, block) in free.enumerated() where block.bytes >= wanted && block.bytes <= 2 * wanted {
            if block.bytes < best.map({ free[$0].bytes }) ?? Int.max { best = index }
        }
        if let best { return free.remove(at: best) }
        allocations += 1
        let large = wanted >= 1 << 21
        var memory: UnsafeMutableRawPointer?
        if posix_memalign(&memory, large ? 1 << 21 : 64, wanted) != 0 {
            release()
            posix_memalign(&memory, large ? 1 << 21 : 64, wanted)
        }
        // Operations ask `MemoryPool.ensureRoom` for what is large before they begin, and can still throw there.
        guard let memory else { preconditionFailure("no memory for \(wanted) bytes of a kernel's scratch") }
        #if os(Linux)
            // Large pages: a kernel walks megabytes, and the misses of address translation would cost a tenth of its time.
            if large { madvise(memory, wanted, MADV_HUGEPAGE) }
        #endif
        return Block(memory: memory, bytes: wanted)
    }

    mutating func giveBack(_ block: Block) { free.append(block) }

    mutating func release() {
        for block in free { Foundation.free(block.memory) }
        free = []
    }

    private func rounded(_ bytes: Int) -> Int {
        let unit = bytes >= 1 << 21 ? 1 << 21 : 4096
        return (bytes + unit - 1) / unit * unit
    }
}
