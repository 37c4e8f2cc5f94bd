import Tensors
import Testing

struct TapeTests {
    @Test func gradientOfASquareIsTwice() throws {
        let tape = Tape()
        let x = try tape.watch(Tensor([1, -2, 3] as [Float]))
        let loss = try (x * x).sum()
        #expect(try loss.item() == 14)
        #expect(try tape.gradient(of: loss, for: [x])[0].elements() == [2, -4, 6] as [Float])
    }

    @Test func aMillionChainedOperationsFitTheStack() throws {
        let tape = Tape()
        let x = try tape.watch(Tensor(1.0))
        var y = x
        for _ in 0..<1_000_000 { y = try y.negated() }
        #expect(try tape.gradient(of: y, for: [x])[0].item() == 1)
    }

    @Test func secondUseThrowsUnlessKept() throws {
        let kept = Tape()
        let x = try kept.watch(Tensor(3.0))
        let y = try x * x
        #expect(try kept.gradient(of: y, for: [x], keep: true)[0].item() == 6)
        #expect(try kept.gradient(of: y, for: [x])[0].item() == 6)
        #expect(throws: TensorError.tapeUsed) { try kept.gradient(of: y, for: [x]) }
        let later = try x * y
        #expect(throws: TensorError.tapeUsed) { try kept.gradient(of: later, for: [x]) }
        #expect(kept.count == 0)
    }

    @Test func independentResultsHaveZeroGradient() throws {
        let tape = Tape()
        let x = try tape.watch(Tensor([1, 2] as [Double]))
        let constant = try Tensor(4.0)
        #expect(try tape.gradient(of: constant, for: [x], keep: true)[0].elements() == [0, 0] as [Double])
        let cut = try x.detached.sum()
        #expect(try tape.gradient(of: cut, for: [x])[0].elements() == [0, 0] as [Double])
    }

    @Test func mistakesSayWhatIsMissing() throws {
        let tape = Tape()
        #expect(throws: TensorError.notDifferentiable(operation: "watch", dtype: .int64)) { try tape.watch(Tensor([1, 2])) }
        let x = try tape.watch(Tensor([1, 2] as [Float]))
        #expect(throws: TensorError.notOneElement(operation: "gradient", shape: [2])) { try tape.gradient(of: x, for: [x]) }
        let stranger = try Tensor(1.0)
        #expect(throws: TensorError.notWatched(position: 1)) { try tape.gradient(of: x.sum(), for: [x, stranger]) }
    }

    @Test func gradientFlowsThroughAnySeed() throws {
        let tape = Tape()
        let x = try tape.watch(Tensor([1, 2] as [Double]))
        let y = try x * x
        let slopes = try tape.gradient(of: y, for: [x], seed: Tensor([1, 10] as [Double]))
        #expect(slopes[0].elements() == [2, 40] as [Double])
    }

    /// Slopes are added up in place, but never in memory that another slope, the seed or the caller has too.
    @Test func addedSlopesLeaveTheirNeighboursAlone() throws {
        let tape = Tape()
        let (x, w) = (try tape.watch(Tensor([1, 2] as [Float])), try tape.watch(Tensor([5, 7] as [Float])))
        let square = try x * x
        let same = try x + w
        let seed = try Tensor([1, 10] as [Float])
        let slopes = try tape.gradient(of: same + x + square + x, for: [x, w, same], seed: seed)
        #expect(slopes[0].elements() == [5, 70] as [Float])
        #expect(slopes[1].elements() == [1, 10] as [Float])
        #expect(slopes[2].elements() == [1, 10] as [Float])
        #expect(seed.elements() == [1, 10] as [Float])
    }

    /// Rules that keep numbers of their own say so, and never give a zero that is wrong.
    @Test func rulesWithoutASecondDerivativeRefuseIt() throws {
        let outer = Tape()
        let x = try outer.watch(Tensor([1, 2, 4] as [Double]))
        let inner = Tape()
        let y = try inner.watch(x)
        #expect(throws: TensorError.noSecondDerivative(operation: "prod")) { try inner.gradient(of: y.product(), for: [y]) }
    }

    @Test func nestedTapesGiveSecondDerivatives() throws {
        // d²/dx² of x³ is 6x; of exp(2x) it is 4 exp(2x).
        let outer = Tape()
        let x = try outer.watch(Tensor(2.0))
        let inner = Tape()
        let variable = try inner.watch(x)
        let cube = try variable * variable * variable
        let slope = try inner.gradient(of: cube, for: [variable])[0]
        #expect(try slope.item() == 12)
        #expect(try outer.gradient(of: slope, for: [x])[0].item() == 12)
    }

    @Test func slopesBelowTheNormalRangeCountAsZero() throws {
        let tape = Tape()
        let x = try tape.watch(Tensor([1, 2] as [Float]))
        let y = try (x * 1e-20 * 1e-20 + x * 1e-30).sum()
        #expect(try tape.gradient(of: (x * 1e-20 * 1e-20).sum(), for: [x], keep: true)[0].elements() == [0, 0] as [Float])
        #expect(try tape.gradient(of: y, for: [x])[0].elements() == [1e-30, 1e-30] as [Float])
        // Outside the walk back such numbers are what they are.
        #expect(try (Tensor([1] as [Float]) * 1e-20 * 1e-20).item() > 0)
    }

    @Test func aReusedTensorCollectsEveryContribution() throws {
        let tape = Tape()
        let x = try tape.watch(Tensor(3.0))
        let y = try x + x + x * x
        #expect(try tape.gradient(of: y, for: [x])[0].item() == 8)
    }
}
