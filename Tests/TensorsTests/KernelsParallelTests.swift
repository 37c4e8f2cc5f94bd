import Foundation
import Synchronization
import Tensors
import Testing

extension KernelTests {
    @Suite("workers") struct ParallelTests {
        @Test func everyTaskRunsOnce() {
            _ = forEveryWorkerCount {
                for count in [0, 1, 2, 7, 1000] {
                    let counts = (0..<count).map { _ in Counter() }
                    Parallel.run(count) { task, worker in
                        #expect(worker < Parallel.workers)
                        counts[task].add()
                    }
                    #expect(counts.allSatisfy { $0.value == 1 })
                }
            }
        }

        @Test func rangesCoverEverything() {
            for (count, grain) in [(0, 4), (1, 4), (10, 3), (12, 3), (5, 100), (3, 0)] {
                let seen = (0..<count).map { _ in Counter() }
                Parallel.ranges(count, grain: grain) { range in for index in range { seen[index].add() } }
                #expect(seen.allSatisfy { $0.value == 1 })
            }
        }

        @Test func regionsInsideRegionsAndBesideEachOtherFinish() {
            let total = Counter()
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                for _ in 0..<50 {
                    Parallel.run(5) { _, _ in Parallel.run(3) { _, _ in total.add() } }
                }
            }
            #expect(total.value == 4 * 50 * 5 * 3)
        }

        @Test func sleepingWorkersWakeUp() {
            let total = Counter()
            for _ in 0..<20 {
                Thread.sleep(forTimeInterval: 0.002)
                Parallel.run(8) { _, _ in total.add() }
            }
            #expect(total.value == 160)
        }

        @Test func aWarmStepAsksForNoMemory() {
            func step() {
                Workspace.floats(1000) { _ in Workspace.floats(3_000_000) { _ in Workspace.floats(900) { _ in } } }
            }
            step()
            let before = Workspace.allocations
            for _ in 0..<10 { step() }
            #expect(Workspace.allocations == before)
            Workspace.floats(5) { #expect(Int(bitPattern: $0) % 64 == 0) }
        }

        @Test(
            "products of matrices",
            arguments: [
                (3, 5, 7), (1, 1, 1), (130, 70, 200), (40, 300, 90), (4, 4, 0), (33, 64, 600), (8, 200, 300), (50, 264, 2000),
            ])
        func matrixProducts(_ m: Int, _ n: Int, _ k: Int) {
            var noise = Noise(12)
            let a = noise.floats(m * k), b = noise.floats(k * n), c = noise.floats(m * n)
            for (aT, bT) in [(false, false), (true, false), (false, true), (true, true)] {
                let truth = (0..<m * n).map { index in
                    let (i, j) = (index / n, index % n)
                    return (0..<k).reduce(0.5 * Double(c[index])) { sum, l in
                        sum + 2 * Double(a[aT ? l * m + i : i * k + l]) * Double(b[bT ? j * k + l : l * n + j])
                    }
                }
                for path in CPUPath.available {
                    path.use()
                    let results = forEveryWorkerCount {
                        var y = c
                        MatrixProduct.multiply(m: m, n: n, k: k, alpha: 2, a, transposeA: aT, b, transposeB: bT, beta: 0.5, &y)
                        return y
                    }
                    #expect(relativeError(results[0], truth) < 2e-6, "\(path)")
                    #expect(results.allSatisfy { $0 == results[0] }, "\(path)")
                }
            }
        }

        @Test("products side by side", arguments: [(3, 5, 7), (100, 40, 300), (300, 72, 90), (5, 3, 0)])
        func productBatches(_ m: Int, _ n: Int, _ k: Int) {
            var noise = Noise(14)
            let (a, b, c, d) = (
                Memory(noise.floats(m * k)), Memory(noise.floats(m * k)), Memory(noise.floats(k * n)), Memory(noise.floats(k * n))
            )
            // Two that share their rows, and a third that adds to the second's result.
            func truth(_ index: Int) -> Double {
                let (i, j) = (index % (m * n) / n, index % n)
                return (0..<k).reduce(0.0) { sum, l in
                    let rows = Double(a.pointer[i * k + l])
                    if index < m * n { return sum + rows * Double(c.pointer[l * n + j]) }
                    return sum + rows * Double(d.pointer[l * n + j]) + Double(b.pointer[i * k + l]) * Double(c.pointer[l * n + j])
                }
            }
            for path in CPUPath.available {
                path.use()
                let results = forEveryWorkerCount {
                    var y = [Float](repeating: .nan, count: 2 * m * n)
                    y.withUnsafeMutableBufferPointer { y in
                        guard let first = y.baseAddress else { return }
                        ProductBatch(
                            m: m, n: n, k: k,
                            [
                                .init(a.pointer, lda: k, c.pointer, ldb: n, first, ldc: n),
                                .init(a.pointer, lda: k, d.pointer, ldb: n, first + m * n, ldc: n),
                                .init(b.pointer, lda: k, c.pointer, ldb: n, beta: 1, first + m * n, ldc: n),
                            ]
                        ).run()
                    }
                    return y
                }
                #expect(relativeError(results[0], (0..<2 * m * n).map(truth)) < 2e-6, "\(path)")
                #expect(results.allSatisfy { $0 == results[0] }, "\(path)")
            }
            withExtendedLifetime((a, b, c, d)) {}
        }

        @Test("plain products leave no trace of what was there", arguments: [(1, 100, 40), (7, 16, 300), (20, 37, 5), (30, 48, 430), (9, 80, 20)])
        func plainProducts(_ m: Int, _ n: Int, _ k: Int) {
            var noise = Noise(13)
            let a = noise.floats(m * k), b = noise.floats(k * n)
            let truth = (0..<m * n).map { index in
                (0..<k).reduce(0.0) { $0 + Double(a[index / n * k + $1]) * Double(b[$1 * n + index % n]) }
            }
            for path in CPUPath.available {
                path.use()
                var y = [Float](repeating: .nan, count: m * n)
                MatrixProduct.multiply(m: m, n: n, k: k, a, b, &y)
                #expect(relativeError(y, truth) < 2e-6, "\(path)")
            }
        }
    }
}

/// A number that several threads count up.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func add() { count.add(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}
