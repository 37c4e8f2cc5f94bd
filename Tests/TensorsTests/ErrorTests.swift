import Foundation
import Randomness
import Tensors
import Testing

/// What a person can do wrong, with the message that they see.
struct ErrorTests {
    @Test func messagesNameOperationShapesAndAxis() throws {
        let (a, b) = (try Tensor.zeros([2, 3]), try Tensor.zeros([4, 5]))
        let whole = try Tensor([1, 2, 0])
        let cases: [(String, () throws -> Any)] = [
            ("+: shapes (2, 3) and (4, 5) do not fit (axis -1: 3 and 5)", { try a + b }),
            ("matmul: shapes (2, 3) and (4, 5) do not fit (axis -1: 3, axis -2: 4)", { try a.matmul(b) }),
            ("reshape: 6 elements cannot have shape (4, -1)", { try a.reshaped([4, -1]) }),
            ("reshape: 6 elements cannot have shape (-1, -1)", { try a.reshaped([-1, -1]) }),
            ("sum: there is no axis 2 in shape (2, 3)", { try a.sum(axes: [2]) }),
            ("sum: axis 1 is named twice", { try a.sum(axes: [1, -1]) }),
            ("transpose: axis 0 is named twice", { try a.transposed([0, 0]) }),
            ("index: index 5 is out of range for axis 0 of shape (2, 3)", { try a.indexed(.at(5)) }),
            ("take: index -4 is out of range for axis 1 of shape (2, 3)", { try a.gathered(Tensor([-4]), axis: 1) }),
            ("index: 3 indices for a tensor of shape (2, 3)", { try a.indexed(.at(0), .at(0), .at(0)) }),
            ("index: shapes (2, 3) and (2, 2) do not fit", { try a.indexed(.mask(Tensor.full([2, 2], 1, .bool))) }),
            ("index: a float32 tensor, but it needs int64 or int32 or bool", { try a.indexed(.positions(a)) }),
            ("index: slice step 0, but it needs a step other than 0", { try a.indexed(.slice(by: 0)) }),
            ("//: integer division by zero", { try whole.floorDivided(by: whole) }),
            (
                "**: a negative power of whole numbers, but it needs powers from 0, or float tensors",
                { try whole.power(whole - 1) }
            ),
            ("max: nothing to choose from in shape (0, 3) along axis 0", { try Tensor.zeros([0, 3]).maximum(axes: [0]) }),
            ("argmax: nothing to choose from in shape (0,)", { try Tensor.zeros([0]).argmax() }),
            ("zeros: negative size in shape (2, -1)", { try Tensor.zeros([2, -1]) }),
            ("zeros: shape (4611686018427387904, 4) has too many elements", { try Tensor.zeros([1 << 62, 4]) }),
            ("item: a tensor of shape (2, 3), but it needs one element", { try a.item() }),
            ("the truth of a tensor of shape (2, 3) is ambiguous", { try a.truth() }),
            ("&: a float32 tensor, but it needs bool or int64 or int32", { try a.bits(.and, a) }),
            ("concat: shapes (2, 3) and (4, 5) do not fit (axis 1: 3 and 5)", { try Tensor.concatenated([a, b]) }),
            ("stack: shapes (2, 3) and (4, 5) do not fit", { try Tensor.stacked([a, b]) }),
            ("scalar: 300, but it needs a number that fits uint8", { try Tensor.zeros([1], .uint8) + 300 }),
            ("topk: k = 4, but it needs a number from 0 to 3", { try a.top(4) }),
            (
                "split: shape (2, 3), but it needs parts [9223372036854775807, 9223372036854775807] that add up to axis 0",
                { try a.split([.max, .max]) }
            ),
            ("einsum 'ij,jk->ik': axis 'j' has sizes 3 and 4", { try Tensor.einsum("ij,jk->ik", [a, b]) }),
            ("einsum '...k,...jk->...j': an axis of '...' has sizes 2 and 3", { try Tensor.einsum("...k,...jk->...j", [a, .zeros([3, 5, 3])]) }),
            ("einsum '...k->k': the result has no '...'", { try Tensor.einsum("...k->k", [a]) }),
            ("einsum 'ij->k': no tensor has an axis 'k'", { try Tensor.einsum("ij->k", [a]) }),
            ("where: a float32 tensor, but it needs bool", { try Tensor.select(a, a, a) }),
            ("nonzero: shape (), but it needs rank 1 or more", { try Tensor(1.0).nonzero() }),
            (">>: a shift by -1, but it needs a number from 0", { try whole.shifted(.right, by: whole - 2) }),
            ("dot: shapes (2, 3) and (4, 5) do not fit (axis 1: 3, axis 0: 4)", { try a.dot(b) }),
            ("cross: shape (4, 5), but it needs size 3 at axis 1", { try a.cross(b) }),
            ("diagonal: axis 0 is named twice", { try a.diagonal(0, between: 0, and: -2) }),
            ("quantile: the share 1.5, but it needs shares from 0 to 1", { try a.quantile(Tensor(1.5)) }),
            ("average: shapes (2, 3) and (3,) do not fit", { try a.average(weights: Tensor.ones([3])) }),
            ("average: weights that add up to 0, but it needs another sum", { try a.average(weights: a) }),
            ("bincount: the number -2, but it needs numbers from 0", { try (whole - 3).occurrences() }),
            ("searchsorted: shape (2, 3), but it needs rank 1 for the sorted row", { try a.places(for: b) }),
            ("interp: shapes (3,) and (2,) do not fit", { try a.interpolated(whole, Tensor([1, 2])) }),
            (
                "at[].multiply: a position named twice, but it needs every position once",
                { try a.updated(at: [.positions(Tensor([0, 0]))], .multiply, with: Tensor(2.0 as Float)) }
            ),
        ]
        for (message, operation) in cases {
            do {
                _ = try operation()
                Issue.record("no error: \(message)")
            } catch let error as TensorError {
                #expect(error.localizedDescription == message)
            }
        }
    }

    @Test func hugeTensorsAreRefusedBeforeTheyAreMade() throws {
        let before = MemoryPool.statistics.liveBytes
        #expect(throws: TensorError.self) { try Tensor.zeros([1 << 40]) }
        #expect(throws: TensorError.self) { try Tensor.zeros([1 << 20, 1]) + Tensor.zeros([1, 1 << 22]) }
        #expect(MemoryPool.statistics.liveBytes - before < 1 << 30)
        #expect(TensorError.memoryLimit(operation: "full", bytes: 1 << 42, limit: 1 << 30).recoverySuggestion?.isEmpty == false)
    }

    /// Working memory counts too: a product needs as much again as its right side.
    @Test func workIsRefusedWhenItsScratchWouldNotFit() throws {
        try MemoryPool.ensureRoom(1 << 20, "matmul")
        let limit = MemoryPool.limit
        #expect(throws: TensorError.memoryLimit(operation: "matmul", bytes: limit + 1, limit: limit)) {
            try MemoryPool.ensureRoom(limit + 1, "matmul")
        }
    }

    /// Columns of every pixel's window, on each worker.
    @Test func aConvolutionSaysWhatItsScratchTakes() throws {
        let sizes = try #require(Convolution(images: 1, height: 4, width: 1 << 12, channels: 1 << 10, filters: 1, kernel: (1, 64)))
        let columns = (1 << 12) * 64 * (1 << 10)
        #expect(sizes.workingBytes(4) >= 4 * columns)
        #expect(sizes.workingBytes(8) == 2 * sizes.workingBytes(4))
    }

    @Test func aNumberThatIsNoneComesFirstAmongTheBest() throws {
        let x = try Tensor([1, .nan, 3, 2] as [Float])
        for greatest in [true, false] {
            let (values, positions) = try x.top(3, greatest: greatest)
            #expect(positions.integers == (greatest ? [1, 2, 3] : [1, 0, 3]))
            #expect(values.elements(as: Float.self)[0].isNaN)
        }
        #expect(try x.argsorted(descending: true).integers == [2, 3, 0, 1])
    }

    @Test func zeroSizedTensorsWork() throws {
        let empty = try Tensor.zeros([0, 3])
        #expect(try (empty + 1).shape == [0, 3])
        #expect(try empty.sum(axes: [0]).elements() == [0, 0, 0] as [Float])
        #expect(try empty.mean().item().isNaN)
        #expect(try empty.matmul(Tensor.zeros([3, 2])).shape == [0, 2])
        #expect(try Tensor.zeros([2, 0]).matmul(Tensor.zeros([0, 3])).elements() == [Float](repeating: 0, count: 6))
        #expect(try empty.transposed().shape == [3, 0])
        #expect(try Tensor.concatenated([empty, Tensor.ones([1, 3])]).shape == [1, 3])
        #expect(try empty.softmax().shape == [0, 3])
        #expect(try empty.argsorted().shape == [0, 3])
        let tape = Tape()
        let x = try tape.watch(empty)
        #expect(try tape.gradient(of: (x * x).sum(), for: [x])[0].shape == [0, 3])
    }

    @Test func conversionsSaturateAndWrapAsDocumented() throws {
        let wild = try Tensor([300.7, -1.5, .nan, .infinity, -.infinity])
        #expect(try wild.converted(to: .uint8).integers == [255, 0, 0, 255, 0])
        #expect(try wild.converted(to: .int32).integers == [300, -1, 0, Int(Int32.max), Int(Int32.min)])
        #expect(try Tensor([300, -1]).converted(to: .uint8).integers == [44, 255])
        #expect(try wild.converted(to: .bool).elements() == [true, true, true, true, true])
    }

    @Test func promotionFollowsTheTable() throws {
        let kinds: [DType] = [.bool, .uint8, .int32, .int64, .float32, .float64]
        for (i, left) in kinds.enumerated() {
            for (j, right) in kinds.enumerated() {
                let sum = try Tensor.ones([1], left) + Tensor.ones([1], right)
                #expect(sum.dtype == (max(i, j) == 0 ? .int64 : kinds[max(i, j)]))
                #expect(try (Tensor.ones([1], left) / Tensor.ones([1], right)).dtype == (max(i, j) == 5 ? .float64 : .float32))
            }
            #expect(try (Tensor.ones([1], left) * 2).dtype == (left == .bool ? .int64 : left))
            #expect(try (Tensor.ones([1], left) * 2.5).dtype == (left == .float64 ? .float64 : .float32))
        }
    }

    /// With a single number there is a loop of its own; with a row of the same number there is another.
    @Test func aNumberGivesTheBitsOfARowOfIt() throws {
        let small = Float.leastNormalMagnitude / 100
        let edges: [Float] = [0, -0.0, 1.1, -3.7, small, -small, 3e38, -3e38, .infinity, -.infinity, .nan]
        let row = try Tensor(edges)
        let before = CPUPath.current
        defer { before.use() }
        for path in CPUPath.available {
            path.use()
            for number in edges {
                let (single, many) = (try Tensor(number), try Tensor([Float](repeating: number, count: edges.count)))
                let pairs = try [
                    (row + single, row + many), (single + row, many + row), (row - single, row - many), (single - row, many - row),
                    (row * single, row * many), (single * row, many * row),
                ]
                for (place, (found, wanted)) in pairs.enumerated() {
                    let (a, b): ([Float], [Float]) = (found.elements(), wanted.elements())
                    #expect(
                        zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }, "\(path), \(number), \(place): \(a), \(b)")
                }
            }
        }
        #expect(try (Tensor.zeros([0, 2]) * 2).shape == [0, 2])
        #expect(try (Tensor.ones([1, 1]) + Tensor.ones([1])).shape == [1, 1])
    }

    @Test func valuesAreIndependent() throws {
        var a = try Tensor([1, 2, 3] as [Float])
        let b = a
        try a.withMutable(Float.self) { $0[0] = 9 }
        #expect(a.elements() == [9, 2, 3] as [Float])
        #expect(b.elements() == [1, 2, 3] as [Float])
    }
}

/// Results must not depend on the number of threads. Serialized, because the setting is the process's.
@Suite(.serialized) struct DeterminismTests {
    @Test func anyNumberOfThreadsGivesTheSameBits() throws {
        let workers = Parallel.workers
        defer { Parallel.workers = workers }
        let key = Key(seed: 11)
        var reference: [[UInt8]] = []
        for count in [1, 2, 3] {
            Parallel.workers = count
            let x = try Tensor.normal(key, [300, 500])
            let y = try Tensor.uniform(key.folded(1), [500, 200])
            let results = try [
                x, y, x.exp(), (x + x.sum(axes: [0])), x.sum(), x.sum(axes: [0]), x.sum(axes: [1]), x.matmul(y), x.transposed(),
                x.softmax(),
                x.indexed(.slice(by: -2), .positions(Tensor([3, 1, 2]))), x.argsorted(), x.variance(axes: [1]),
            ]
            let bytes = results.map { $0.withUnsafeBytes { Array($0) } }
            if reference.isEmpty { reference = bytes }
            #expect(bytes == reference)
        }
    }

    @Test func warmOperationsTakeNoMemoryFromTheSystem() throws {
        func step() throws {
            let tape = Tape()
            let x = try tape.watch(Tensor.ones([200, 300]))
            _ = try tape.gradient(of: (x * x).exp().sum(), for: [x])
        }
        // Other tests run beside this one and may take memory in the meantime; their noise does not last for fifty tries.
        let isQuiet = try (0..<50).contains { _ in
            let before = MemoryPool.statistics.systemAllocations
            for _ in 0..<20 { try step() }
            return MemoryPool.statistics.systemAllocations == before
        }
        #expect(isQuiet)
    }
}
