import NeuralNetworks
import Randomness
import Tensors
import Testing

/// Whole training steps of a small network with every kind of kernel in it. Serialized, because the number of workers is the
/// process's.
@Suite(.serialized) struct TrainingStepTests {
    /// Convolutions of grey and of many channels, a recurrent layer in both directions, CTC, Adam with decay and clipping.
    private struct Run {
        let store = ParameterStore(key: Key(seed: 8))
        var optimizer = Optimizer(.adam(), treatment: GradientTreatment(decay: 1e-3, clipping: .globalNorm(1)))
        let images: Tensor
        let first: Conv2D
        let second: Conv2D
        let memory: LongShortTermMemory
        let logits: Dense

        init() throws {
            images = try .normal(Key(seed: 9), [5, 32, 16, 1])
            first = try Conv2D(filters: 16, activation: .relu, pool: MaxPool2D(), name: "conv0")
            second = try Conv2D(filters: 20, activation: .relu, pool: MaxPool2D(), name: "conv1")
            memory = try LongShortTermMemory(units: 12, isBidirectional: true)
            logits = try Dense(units: 7, name: "logits")
        }

        mutating func step() throws -> Double {
            let pass = Pass(training: store, key: Key(seed: 0))
            let x = try second(first(images, pass), pass).flattened(from: 2)
            let scores = try logits(memory(x, lengths: Tensor([8, 7, 8, 5, 8]), pass), pass)
            let labels = [[1, 2], [3], [], [0, 0], [5, 4, 5]]
            let loss = try Tensor.temporalClassificationLoss(logits: scores, labels: labels, lengths: Tensor([8, 7, 8, 5, 8]))
                .mean()
            let value = try loss.item()
            try optimizer.apply(pass.gradients(of: loss), to: store, rate: 1e-2)
            return value
        }
    }

    @Test func anyNumberOfThreadsGivesTheSameBitsOnEveryPath() throws {
        let (workers, path) = (Parallel.workers, CPUPath.current)
        defer {
            Parallel.workers = workers
            path.use()
        }
        for path in CPUPath.available {
            path.use()
            let results = try [1, 2, 3].map { count -> [[Float]] in
                Parallel.workers = count
                var run = try Run()
                let losses = try (0..<3).map { _ in try run.step() }
                #expect(losses[2] < losses[0], "\(path)")
                return run.store.parameters.map { $0.value.elements() }
            }
            #expect(results.allSatisfy { $0 == results[0] }, "\(path)")
        }
    }

    /// A warm step takes every tensor and all scratch from what earlier steps gave back.
    @Test func aWarmStepTakesNoMemoryFromTheSystem() throws {
        var run = try Run()
        // Other tests run beside this one and may take memory in the meantime; their noise does not last for fifty tries.
        let isQuiet = try (0..<50).contains { _ in
            _ = try run.step()
            let before = (MemoryPool.statistics.systemAllocations, Workspace.allocations)
            for _ in 0..<3 { _ = try run.step() }
            return (MemoryPool.statistics.systemAllocations, Workspace.allocations) == before
        }
        #expect(isQuiet)
    }
}
