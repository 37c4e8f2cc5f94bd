public import Tensors

extension Tensor {
    /// A recurrent layer of long short-term memory over sequences `[n, t, c]`: `[n, t, u]`, or `[n, t, 2u]` with the directions
    /// side by side.
    ///
    /// Gates in the order i, j, f, o: c' = c · σ(f + forgetBias) + σ(i) · tanh(j), h = tanh(c') · σ(o); the state starts at zero.
    /// - Parameters:
    ///   - directions: kernel `[c + u, 4u]` (the input's rows first) and bias `[4u]`; one, or forward and backward in time.
    ///   - lengths: the true lengths `[n]`, or nil. Results beyond them are zero, and the backward direction starts at the last
    ///     true step.
    public func longShortTermMemory(
        _ directions: [(kernel: Tensor, bias: Tensor)], lengths: Tensor? = nil, forgetBias: Double = 1
    ) throws -> Tensor {
        let steps = try Recurrence(self, lengths, "lstm")
        guard let units = directions.first.map({ $0.bias.count / 4 }), directions.count <= 2 else {
            throw TensorError.valueOutOfRange(operation: "lstm", value: "\(directions.count) directions", rule: "one or two")
        }
        for (kernel, bias) in directions where bias.shape != [4 * units] || kernel.shape != [shape[2] + units, 4 * units] {
            throw TensorError.shapeMismatch(operation: "lstm", left: [shape[2] + units, 4 * units], right: kernel.shape, axis: nil)
        }
        let inputs = [self] + directions.flatMap { [$0.kernel, $0.bias] }
        guard inputs.allSatisfy({ $0.dtype == .float32 }) else {
            let parts = try directions.enumerated().map { place, direction in
                try steps.run(self, units, reversed: place == 1) { x, state in
                    try Self.memoryStep(x, state, direction.kernel, direction.bias, forgetBias)
                }
            }
            return try Tensor.concatenated(parts, axis: 2)
        }
        let kernel = LSTM(
            sequences: shape[0], steps: shape[1], inputs: shape[2], units: units, forgetBias: Float(forgetBias),
            bidirectional: directions.count == 2)
        return try Tensor.recur(inputs, kernel, steps)
    }

    /// A gated recurrent layer over sequences `[n, t, c]`: `[n, t, u]`, or both directions side by side.
    ///
    /// Gates in the order r, z, n: h' = (1 - z) · n + z · h with n = tanh(x·Wn + bn + r · (h·Un + cn)), as PyTorch and cuDNN have it.
    /// - Parameter directions: kernel `[c, 3u]`, recurrent kernel `[u, 3u]` and biases `[2, 3u]` (of input and of state).
    public func gatedRecurrence(
        _ directions: [(kernel: Tensor, recurrent: Tensor, bias: Tensor)], lengths: Tensor? = nil
    ) throws -> Tensor {
        let steps = try Recurrence(self, lengths, "gru")
        guard let units = directions.first.map({ $0.recurrent.shape.first ?? 0 }), directions.count <= 2 else {
            throw TensorError.valueOutOfRange(operation: "gru", value: "\(directions.count) directions", rule: "one or two")
        }
        let fits = [[shape[2], 3 * units], [units, 3 * units], [2, 3 * units]]
        for weights in directions {
            for (part, fit) in zip([weights.kernel, weights.recurrent, weights.bias], fits) where part.shape != fit {
                throw TensorError.shapeMismatch(operation: "gru", left: fit, right: part.shape, axis: nil)
            }
        }
        let inputs = [self] + directions.flatMap { [$0.kernel, $0.recurrent, $0.bias] }
        if inputs.allSatisfy({ $0.dtype == .float32 }) {
            let kernel = GRU(
                sequences: shape[0], steps: shape[1], inputs: shape[2], units: units, directions: directions.count)
            return try Tensor.recur(inputs, kernel, steps)
        }
        let parts = try directions.enumerated().map { place, weights in
            let projected = try matmul(weights.kernel) + weights.bias.indexed(.at(0))
            return try steps.run(projected, units, reversed: place == 1) { x, state in
                try Self.gatedStep(x, state, weights.recurrent, weights.bias.indexed(.at(1)))
            }
        }
        return try Tensor.concatenated(parts, axis: 2)
    }

    // MARK: - Implementation

    private static func memoryStep(
        _ x: Tensor, _ state: [Tensor], _ kernel: Tensor, _ bias: Tensor, _ forgetBias: Double
    ) throws -> [Tensor] {
        let gates = try (Tensor.concatenated([x, state[0]], axis: 1).matmul(kernel) + bias).split(into: 4, axis: 1)
        let cell = try state[1] * (gates[2] + forgetBias).sigmoid() + gates[0].sigmoid() * gates[1].tanh()
        return [try cell.tanh() * gates[3].sigmoid(), cell]
    }

    private static func gatedStep(_ x: Tensor, _ state: [Tensor], _ recurrent: Tensor, _ bias: Tensor) throws -> [Tensor] {
        let (given, own) = (try x.split(into: 3, axis: 1), try (state[0].matmul(recurrent) + bias).split(into: 3, axis: 1))
        let (reset, update) = (try (given[0] + own[0]).sigmoid(), try (given[1] + own[1]).sigmoid())
        let fresh = try (given[2] + reset * own[2]).tanh()
        return [try fresh + update * (state[0] - fresh), state[1]]
    }

    private static func recur(_ inputs: [Tensor], _ kernel: some RecurrentOperation, _ steps: Recurrence) throws -> Tensor {
        let name = type(of: kernel).name
        var saved: Tensor?
        return try Tape.nary(inputs) { inputs in
            let shape = [kernel.sequences, kernel.steps, kernel.units * kernel.directions]
            let result = try Tensor.uninitialized(shape, .float32, name)
            let gates = try Tensor.uninitialized([kernel.savedCount], .float32, name)
            if result.count > 0 { kernel.forward(inputs, lengths: steps.pointer, result: result, saved: gates) }
            saved = gates
            return result
        } pullback: { inputs, _, needs in
            let gates = saved
            let needsInput = needs[0]
            return { g in
                guard let gates else { preconditionFailure("the value was computed before its rule was made") }
                let g = try g.plain(for: name)
                let inputs = try inputs.map { try $0.plain(for: name) }
                // An empty batch moves nothing.
                let slopes = try inputs.map { g.count > 0 ? try Tensor.uninitialized($0.shape, .float32, name) : try .zeros(like: $0) }
                if g.count == 0 { return slopes }
                try MemoryPool.ensureRoom(kernel.workingBytes, name)
                kernel.backward(inputs, lengths: steps.pointer, saved: gates, gradient: g, slopes: slopes, needsInput: needsInput)
                return [needsInput ? slopes[0] : nil] + slopes.dropFirst().map { Optional($0) }
            }
        }
    }
}

/// A fused recurrent layer as an operation on tensors: input first, then the parameters of each direction.
private protocol RecurrentOperation: Sendable {
    static var name: String { get }
    var sequences: Int { get }
    var steps: Int { get }
    var units: Int { get }
    var directions: Int { get }
    var savedCount: Int { get }
    var workingBytes: Int { get }
    func forward(_ inputs: [Tensor], lengths: UnsafePointer<Int32>?, result: Tensor, saved: Tensor)
    func backward(
        _ inputs: [Tensor], lengths: UnsafePointer<Int32>?, saved: Tensor, gradient: Tensor, slopes: [Tensor], needsInput: Bool)
}

extension LSTM: RecurrentOperation {
    fileprivate static var name: String { "lstm" }

    fileprivate func forward(_ inputs: [Tensor], lengths: UnsafePointer<Int32>?, result: Tensor, saved: Tensor) {
        forward(inputs[0].float32, lengths: lengths, Self.parts(inputs), output: result.float32, saved: saved.float32)
    }

    fileprivate func backward(
        _ inputs: [Tensor], lengths: UnsafePointer<Int32>?, saved: Tensor, gradient: Tensor, slopes: [Tensor], needsInput: Bool
    ) {
        backward(
            inputs[0].float32, Self.parts(inputs), saved: saved.float32, outputGradient: gradient.float32,
            gradients: stride(from: 1, to: slopes.count, by: 2).map {
                DirectionGradient(kernel: slopes[$0].float32, bias: slopes[$0 + 1].float32)
            },
            inputGradient: needsInput ? slopes[0].float32 : nil)
    }

    private static func parts(_ inputs: [Tensor]) -> [Direction] {
        stride(from: 1, to: inputs.count, by: 2).map { Direction(kernel: inputs[$0].float32, bias: inputs[$0 + 1].float32) }
    }
}

extension GRU: RecurrentOperation {
    fileprivate static var name: String { "gru" }

    fileprivate func forward(_ inputs: [Tensor], lengths: UnsafePointer<Int32>?, result: Tensor, saved: Tensor) {
        forward(inputs[0].float32, lengths: lengths, Self.parts(inputs), output: result.float32, saved: saved.float32)
    }

    fileprivate func backward(
        _ inputs: [Tensor], lengths: UnsafePointer<Int32>?, saved: Tensor, gradient: Tensor, slopes: [Tensor], needsInput: Bool
    ) {
        backward(
            inputs[0].float32, lengths: lengths, Self.parts(inputs), saved: saved.float32,
            outputGradient: gradient.float32,
            gradients: stride(from: 1, to: slopes.count, by: 3).map {
                Direction(kernel: slopes[$0].float32, recurrent: slopes[$0 + 1].float32, bias: slopes[$0 + 2].float32)
            },
            inputGradient: needsInput ? slopes[0].float32 : nil)
    }

    private static func parts(_ inputs: [Tensor]) -> [Direction<UnsafePointer<Float>>] {
        stride(from: 1, to: inputs.count, by: 3).map {
            Direction(
                kernel: UnsafePointer(inputs[$0].float32), recurrent: UnsafePointer(inputs[$0 + 1].float32),
                bias: UnsafePointer(inputs[$0 + 2].float32))
        }
    }
}

/// The time axis of a batch: how long each sequence is, and the plain walk over the steps.
private struct Recurrence: Sendable {
    private let lengths: Tensor?
    private let sequences: Int
    private let steps: Int

    init(_ x: Tensor, _ lengths: Tensor?, _ name: String) throws {
        guard x.rank == 3 else { throw TensorError.invalidShape(operation: name, shape: x.shape, rule: "[n, t, c]") }
        (sequences, steps) = (x.shape[0], x.shape[1])
        self.lengths = try lengths.map { try SequenceLengths.checked($0, sequences: x.shape[0], steps: x.shape[1], name) }
    }

    var pointer: UnsafePointer<Int32>? { lengths.map { UnsafePointer($0.start(of: Int32.self)) } }

    /// The first part of the state after every step: `[n, t, u]`.
    func run(
        _ x: Tensor, _ units: Int, reversed: Bool, _ step: (_ x: Tensor, _ state: [Tensor]) throws -> [Tensor]
    ) throws -> Tensor {
        let zero = try Tensor.zeros([sequences, units], x.dtype)
        var state = [zero, zero]
        var outputs: [Tensor] = []
        for time in reversed ? Array((0..<steps).reversed()) : Array(0..<steps) {
            let next = try step(x.indexed(.slice(), .at(time)), state)
            guard let lengths else {
                state = next
                outputs.append(next[0])
                continue
            }
            // Beyond its end a sequence gives zeros and keeps its state.
            let isInside = try lengths.isGreater(than: Tensor(Int32(time))).expanded(at: 1)
            outputs.append(try Tensor.select(isInside, next[0], zero))
            state = try zip(next, state).map { try Tensor.select(isInside, $0, $1) }
        }
        if outputs.isEmpty { return try .zeros([sequences, 0, units], x.dtype) }
        return try Tensor.stacked(reversed ? outputs.reversed() : outputs, axis: 1)
    }
}

/// Lengths of the sequences of a batch.
enum SequenceLengths {
    /// As int32, each from 0 to `steps`.
    static func checked(_ lengths: Tensor, sequences: Int, steps: Int, _ operation: String) throws -> Tensor {
        guard lengths.dtype.isInteger else {
            throw TensorError.wrongDType(operation: operation, found: lengths.dtype, needed: [.int32, .int64])
        }
        guard lengths.shape == [sequences] else {
            throw TensorError.shapeMismatch(operation: "\(operation) lengths", left: [sequences], right: lengths.shape, axis: nil)
        }
        if let wrong = lengths.integers.first(where: { $0 < 0 || $0 > steps }) {
            throw TensorError.valueOutOfRange(operation: operation, value: "length \(wrong)", rule: "lengths from 0 to \(steps)")
        }
        return try lengths.detached.converted(to: .int32)
    }
}
