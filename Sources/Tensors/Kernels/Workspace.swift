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
    // Sendable: a block is either in one of the lists below, guarded by their lock, or with the one borrower that took it out.
    let memory: UnsafeMutableRawPointer
    let bytes: Int
    var isSpare = false
}

private struct FreeBlocks {
    private var free: [Block] = []
    private(set) var allocations = 0
    /// For the moment when the system has nothing more to give: kernels cannot throw in the middle of their work. Nobody touches
    /// these before, so that they cost addresses alone.
    private var spares: [Block]?

    private static let large = 1 << 21
    /// Kernels borrow from each other's callers, at most so many deep.
    private static let depth = 4

    /// The smallest free block that fits and is not wastefully large, or a new one.
    mutating func take(bytes: Int) -> Block {
        let wanted = rounded(bytes)
        var best: Int?
        for (index, block) in free.enumerated() where block.bytes >= wanted && block.bytes <= 2 * wanted {
            if block.bytes < best.map({ free[$0].bytes }) ?? Int.max { best = index }
        }
        if let best { return free.remove(at: best) }
        if spares == nil {
            spares = (0..<Self.depth).compactMap { _ in Self.made(Self.large).map { Block(memory: $0, bytes: Self.large, isSpare: true) } }
        }
        allocations += 1
        if let block = made(wanted) { return block }
        release()
        if let block = made(wanted) { return block }
        if wanted <= Self.large, let spare = spares?.popLast() { return spare }
        // Operations ask `MemoryPool.ensureRoom` for what is large before they begin, and can still throw there.
        preconditionFailure("no memory for \(wanted) bytes of a kernel's scratch")
    }

    mutating func giveBack(_ block: Block) {
        if block.isSpare { spares?.append(block) } else { free.append(block) }
    }

    mutating func release() {
        for block in free { Foundation.free(block.memory) }
        free = []
    }

    private func made(_ bytes: Int) -> Block? {
        guard let memory = Self.made(bytes) else { return nil }
        #if os(Linux)
            // Large pages: a kernel walks megabytes, and the misses of address translation would cost a tenth of its time.
            if bytes >= Self.large { madvise(memory, bytes, MADV_HUGEPAGE) }
        #endif
        return Block(memory: memory, bytes: bytes)
    }

    private static func made(_ bytes: Int) -> UnsafeMutableRawPointer? {
        var memory: UnsafeMutableRawPointer?
        return posix_memalign(&memory, bytes >= large ? large : 64, bytes) == 0 ? memory : nil
    }

    private func rounded(_ bytes: Int) -> Int {
        let unit = bytes >= Self.large ? Self.large : 4096
        return (bytes + unit - 1) / unit * unit
    }
}
