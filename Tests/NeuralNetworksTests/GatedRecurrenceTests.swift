import NeuralNetworks
import Randomness
import Tensors
import Testing

/// The fused GRU in float32 against the one composed of operations in float64, which equals PyTorch's (see `FixtureTests`).
struct GatedRecurrenceTests {
    struct Example: CustomTestStringConvertible {
        let sequences, steps, inputs, units, directions: Int
        let lengths: [Int]?

        var testDescription: String { "\(sequences)x\(steps)x\(inputs), \(units) units, \(directions) directions" }

        /// Result and slopes of input and parameters.
        func run(_ dtype: DType) throws -> [Tensor] {
            let key = Key(seed: 4)
            func draw(_ number: Int, _ shape: [Int]) throws -> Tensor {
                try Tensor.normal(key.folded(number), shape, deviation: 0.5).converted(to: dtype)
            }
            let tape = Tape()
            let x = try tape.watch(draw(0, [sequences, steps, inputs]))
            let layers = try (0..<directions).map {
                (
                    kernel: try tape.watch(draw(3 * $0 + 1, [inputs, 3 * units])),
                    recurrent: try tape.watch(draw(3 * $0 + 2, [units, 3 * units])), bias: try tape.watch(draw(3 * $0 + 3, [2, 3 * units]))
                )
            }
            let y = try x.gatedRecurrence(layers, lengths: lengths.map { try Tensor($0) })
            // Slopes come to the padding too, which must not let them through.
            let seed = try draw(99, y.shape)
            return [y] + (try tape.gradient(of: y, for: [x] + layers.flatMap { [$0.kernel, $0.recurrent, $0.bias] }, seed: seed))
        }
    }

    @Test(arguments: [
        Example(sequences: 3, steps: 5, inputs: 4, units: 6, directions: 1, lengths: nil),
        Example(sequences: 18, steps: 7, inputs: 9, units: 20, directions: 2, lengths: nil),
        Example(sequences: 18, steps: 6, inputs: 5, units: 33, directions: 2, lengths: [6, 0, 1, 3, 6, 5, 2, 4, 6, 6, 1, 2, 3, 4, 5, 6, 0, 2]),
        Example(sequences: 2, steps: 1, inputs: 1, units: 1, directions: 2, lengths: [1, 0]),
    ])
    func fusedEqualsComposed(_ example: Example) throws {
        let before = CPUPath.current
        defer { before.use() }
        let wanted = try example.run(.float64)
        for path in CPUPath.available {
            path.use()
            for (place, (found, wanted)) in zip(try example.run(.float32), wanted).enumerated() {
                #expect(found.shape == wanted.shape)
                let scale = try max(1, wanted.absolute().maximum().item())
                let difference = try (found.converted(to: .float64) - wanted).absolute().maximum().item()
                // Sums of some hundred products in float32.
                #expect(difference < 1e-5 * scale, "\(path), number \(place): \(difference)")
            }
        }
    }

    @Test func emptyBatchesHaveZeroSlopes() throws {
        let example = Example(sequences: 0, steps: 3, inputs: 2, units: 4, directions: 2, lengths: nil)
        let parts = try example.run(.float32)
        #expect(parts[0].shape == [0, 3, 8])
        #expect(parts[2].elements() == [Float](repeating: 0, count: 24))
    }
}
