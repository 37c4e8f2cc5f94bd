// Medians of the engine for `Scripts/bench engine`: the rows of engine_torch.py, engine_tensorflow.py and engine_onnx.py, and
// some that show what the engine does alone. CARPEDM_BENCH_ONLY leaves out rows whose names the expression does not match.
import Foundation
import NeuralNetworks
import Randomness
import Tensors

/// Steps of a network on one batch.
struct Training {
    let network: any Network
    let images: Tensor
    let rule: OptimizerRule
    let loss: (Tensor) throws -> Tensor
    private var store = ParameterStore(key: Key(seed: 0))
    private var optimizer = Optimizer(.descent)

    init(_ network: any Network, _ images: Tensor, _ rule: OptimizerRule, loss: @escaping (Tensor) throws -> Tensor) throws {
        (self.network, self.images, self.rule, self.loss) = (network, images, rule, loss)
        try restart()
    }

    /// Back to the first weights: a network that has learnt its one batch by heart is another problem.
    mutating func restart() throws {
        store = try .filled { _ = try network(.zeros([1] + images.shape.dropFirst()), $0) }
        optimizer = Optimizer(rule, treatment: GradientTreatment(decay: 2e-4))
    }

    mutating func step() throws {
        let pass = Pass(training: store, key: Key(seed: 0))
        let gradients = try pass.gradients(of: loss(network(images, pass)))
        try optimizer.apply(gradients, to: store, rate: 1e-3)
    }

    /// Rows of the whole step, on all cores and on one.
    mutating func measure(_ name: String, _ report: inout Report) throws {
        guard report.wants(name) else { return }
        try report.time(name, check: loss(network(images, Pass(inference: store))).item()) { try step() }
        report.addMemory("\(name)_memory")
        let before = (MemoryPool.statistics.systemAllocations, Workspace.allocations)
        for _ in 0..<10 { try step() }
        let after = (MemoryPool.statistics.systemAllocations, Workspace.allocations)
        report.add("\(name)_allocations", Double(after.0 - before.0 + after.1 - before.1), "")
        try restart()
        let workers = Parallel.workers
        Parallel.workers = 1
        try report.time("\(name)_one_thread") { try step() }
        Parallel.workers = workers
    }
}

func addTraining(_ report: inout Report) throws {
    let (images, labels) = try Inputs.batch(32, length: 1)
    let kana = try Tensor(labels.map { $0[0] })
    var single = try Training(SingleKana(), images, .momentum(0.96)) {
        try Tensor.softmaxCrossEntropy(logits: $0, labels: kana).mean()
    }
    try single.measure("single_kana_train_b32", &report)
    let (long, triples) = try Inputs.batch(32, length: 3)
    var sequence = try Training(SequenceOfKana(), long, .adam()) {
        try Tensor.temporalClassificationLoss(logits: $0, labels: triples).mean()
    }
    try sequence.measure("seq_kana3_train_b32", &report)
}

func addInference(_ report: inout Report) throws {
    let network = try SingleKana()
    let store = try ParameterStore.filled { _ = try network(.zeros([1, 64, 64, 1]), $0) }
    let (images, _) = try Inputs.batch(32, length: 1)
    let twice = try Tensor.concatenated([images, images])
    for count in [1, 64] {
        let some = try twice.indexed(.slice(to: count))
        let check = try network(some, Pass(inference: store)).indexed(.at(0)).absolute().sum().item()
        try report.time("single_kana_infer_b\(count)", check: check) { _ = try network(some, Pass(inference: store)) }
    }
}

func addMemory(_ report: inout Report) throws {
    let memory = try Memory()
    let shape = { [32, $0, 640] }
    // The recipe draws the convolutions' weights first.
    let whole = try SequenceOfKana()
    let store = try ParameterStore.filled { _ = try whole(.zeros([1, 192, 64, 1]), $0) }
    for steps in [12, 24, 100] {
        let x = try Inputs.uniform(shape(steps))
        let check = try memory(x, Pass(inference: store)).absolute().sum().item()
        try report.time("bilstm_2x100_t\(steps)_b32", check: check) {
            let tape = Tape()
            let pass = Pass(store: store, isTraining: true, key: Key(seed: 0), tape: tape)
            let watched = try tape.watch(x)
            let sum = try memory(watched, pass).sum()
            _ = try tape.gradient(of: sum, for: pass.variables.map(\.value) + [watched])
        }
    }
}

func addAlignment(_ report: inout Report) throws {
    for (steps, classes, length) in [(12, 71, 3), (100, 5000, 20)] {
        let name = "ctc_t\(steps)_c\(classes)_b32"
        guard report.wants(name) else { continue }
        let logits = try Inputs.normal(1, [32, steps, classes])
        let labels = (0..<32).map { line in (0..<length).map { (line * length + $0) * 7 % (classes - 1) } }
        let check = try Tensor.temporalClassificationLoss(logits: logits, labels: labels).mean().item()
        try report.time(name, check: check) {
            let tape = Tape()
            let x = try tape.watch(logits)
            _ = try tape.gradient(of: Tensor.temporalClassificationLoss(logits: x, labels: labels).mean(), for: [x])
        }
    }
    for (steps, lines, classes) in [(12, 1, 71), (24, 32, 72), (100, 1, 5000)] {
        let name = "beam100_t\(steps)_c\(classes)_b\(lines)"
        guard report.wants(name) else { continue }
        // The peer wants time first.
        let peaky = try Inputs.normal(6, [steps, lines, classes]).exchanged(0, 1)
        let best = try PathDecoder.beam(peaky)
        try report.time(name, check: best.reduce(0.0) { $0 + Double($1[0].labels.count) }) { _ = try PathDecoder.beam(peaky) }
    }
}

var report = try Report(only: ProcessInfo.processInfo.environment["CARPEDM_BENCH_ONLY"])
try addTraining(&report)
try addInference(&report)
try addMemory(&report)
try addAlignment(&report)
report.show()
