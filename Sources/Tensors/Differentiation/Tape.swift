import Synchronization

/// Where a tensor stands: entry `index` of `tape`. `outer` is its place on a tape begun earlier, when tapes are nested.
package final class Trace: Sendable {
    package let tape: Tape
    package let index: Int32
    package let outer: Trace?

    init(tape: Tape, index: Int32, outer: Trace?) {
        self.tape = tape
        self.index = index
        self.outer = outer
    }
}

/// The operations done on watched tensors, in order, each with the rule that carries a gradient back.
///
/// ```swift
/// let tape = Tape()
/// let x = try tape.watch(Tensor([1, 2, 3] as [Float]))
/// let loss = try (x * x).sum()
/// let slope = try tape.gradient(of: loss, for: [x])[0]      // 2, 4, 6
/// ```
/// - The walk back uses the tape up, freeing what it kept as it goes; a second one throws `TensorError.tapeUsed`. With
///   `keep: true` the tape stays usable. Operations done after it was used up are not recorded.
/// - A result that does not depend on a watched tensor has gradient zero for it. Asking for a tensor that this tape does not
///   watch throws `TensorError.notWatched`.
/// - Only floating tensors can be watched. Integer, bool and `detached` results carry no gradient.
/// - Tapes may be nested: operations of the walk back over an inner tape are recorded on the outer one, which gives second
///   derivatives.
///
/// The tape holds indices and what the rules need, never a tensor of its own level, so that it cannot hold itself.
public final class Tape: Sendable {
    /// Carries a gradient of the result back to the inputs, in the order of `Inputs`; nil where nothing flows.
    package typealias Pullback = @Sendable (Tensor) throws -> [Tensor?]

    private struct Entry {
        var first: Int32
        var second: Int32
        var others: [Int32]
        var pullback: Pullback?
    }

    private struct Log {
        var entries: [Entry] = []
        var isUsed = false
    }

    private let log = Mutex(Log())
    private let level: UInt64
    private static let levels = Atomic<UInt64>(0)

    public init() {
        level = Self.levels.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// The same tensor as a variable of this tape.
    public func watch(_ tensor: Tensor) throws -> Tensor {
        guard tensor.dtype.isFloating else { throw TensorError.notDifferentiable(operation: "watch", dtype: tensor.dtype) }
        return record(tensor, [], nil)
    }

    /// The number of operations and variables recorded.
    public var count: Int { log.withLock { $0.entries.count } }

    /// The slope of `result` along each of `variables`, with their shapes. Slopes too small for a normal number (below 1.2e-38
    /// in float32) count as 0.
    ///
    /// - Parameters:
    ///   - seed: the gradient of something further on with respect to `result`; needed unless it has one element.
    ///   - poll: called before every operation; what it throws ends the walk.
    public func gradient(
        of result: Tensor, for variables: [Tensor], seed: Tensor? = nil, keep: Bool = false, poll: () throws -> Void = {}
    ) throws -> [Tensor] {
        guard seed != nil || result.count == 1 else {
            throw TensorError.notOneElement(operation: "gradient", shape: result.shape)
        }
        if let seed, seed.shape != result.shape {
            throw TensorError.shapeMismatch(operation: "gradient", left: result.shape, right: seed.shape, axis: nil)
        }
        let wanted = try variables.enumerated().map { position, variable in
            guard let trace = variable.trace(on: self) else { throw TensorError.notWatched(position: position) }
            return Int(trace.index)
        }
        let entries = try takeEntries(keep: keep)
        guard let last = result.trace(on: self)?.index else { return try variables.map { try .zeros(like: $0) } }
        let start = try seed ?? Tensor.ones(result.shape, result.dtype)
        let gradients = try Parallel.flushingDenormals {
            try walk(entries, from: Int(last), with: start, wanted: wanted, keep: keep, poll)
        }
        return try zip(wanted, variables).map { index, variable in try gradients[index] ?? .zeros(like: variable) }
    }

    // MARK: - Implementation

    private func takeEntries(keep: Bool) throws -> [Entry] {
        try log.withLock { log in
            if log.isUsed { throw TensorError.tapeUsed }
            let entries = log.entries
            if !keep {
                log.isUsed = true
                log.entries = []
            }
            return entries
        }
    }

    private func walk(
        _ entries: consuming [Entry], from last: Int, with seed: Tensor, wanted: [Int], keep: Bool, _ poll: () throws -> Void
    ) throws -> [Int: Tensor] {
        var entries = entries
        var gradients = [Tensor?](repeating: nil, count: last + 1)
        var found: [Int: Tensor] = [:]
        let wanted = Set(wanted)
        gradients[last] = seed
        if !keep { entries.removeSubrange((last + 1)...) }
        for index in stride(from: last, through: 0, by: -1) {
            let gradient = gradients[index].take()
            if let gradient, wanted.contains(index) { found[index] = gradient }
            // Taking the rule out frees what it kept before the memory is needed for the entries below.
            let pullback = keep ? entries[index].pullback : entries[index].pullback.take()
            guard let gradient, let pullback else { continue }
            try poll()
            for (position, contribution) in try pullback(gradient).enumerated() {
                guard let contribution else { continue }
                let input = Int(Self.input(entries[index], position))
                guard input >= 0 else { continue }
                if var sum = gradients[input].take() {
                    try sum.accumulate(contribution)
                    gradients[input] = sum
                } else {
                    gradients[input] = contribution
                }
            }
        }
        return found
    }

    private static func input(_ entry: Entry, _ position: Int) -> Int32 {
        switch position {
        case 0: entry.first
        case 1: entry.second
        default: entry.others[position - 2]
        }
    }

    /// `value` as the result of an operation whose inputs stand at `inputs` of this tape (-1: not on it).
    private func record(_ value: Tensor, _ inputs: [Int32], _ pullback: Pullback?) -> Tensor {
        record(value, inputs.first ?? -1, inputs.count > 1 ? inputs[1] : -1, Array(inputs.dropFirst(2)), pullback)
    }

    private func record(
        _ value: Tensor, _ first: Int32, _ second: Int32, _ others: [Int32] = [], _ pullback: Pullback?
    ) -> Tensor {
        let index: Int32? = log.withLock { log in
            if log.isUsed { return nil }
            log.entries.append(Entry(first: first, second: second, others: others, pullback: pullback))
            return Int32(clamping: log.entries.count - 1)
        }
        guard let index else { return value }
        var result = value
        result.trace = Trace(tape: self, index: index, outer: value.trace)
        return result
    }
}

// MARK: - Recording

extension Tensor {
    /// This tensor's place on `tape`, at whatever level.
    fileprivate func trace(on tape: Tape) -> Trace? {
        var next = trace
        while let current = next, current.tape !== tape { next = current.outer }
        return next
    }

    /// This tensor without its place on `tape`, which is its innermost if it is on it at all.
    package func peeled(from tape: Tape) -> Tensor {
        guard let trace, trace.tape === tape else { return self }
        var copy = self
        copy.trace = trace.outer
        return copy
    }

    fileprivate func index(on tape: Tape) -> Int32 {
        guard let trace, trace.tape === tape else { return -1 }
        return trace.index
    }
}

extension Tape {
    /// Records an operation on one tensor. `value` computes; `pullback` gets input and result and gives the rule, which should
    /// capture only what it uses.
    @inline(__always)
    package static func unary(
        _ x: Tensor, value: (Tensor) throws -> Tensor,
        pullback: (_ x: Tensor, _ y: Tensor) -> @Sendable (Tensor) throws -> Tensor
    ) throws -> Tensor {
        guard x.trace != nil else { return try value(x) }
        return try tracedUnary(x, value, pullback)
    }

    private static func tracedUnary(
        _ x: Tensor, _ value: (Tensor) throws -> Tensor, _ pullback: (Tensor, Tensor) -> @Sendable (Tensor) throws -> Tensor
    ) throws -> Tensor {
        guard let trace = x.trace else { return try value(x) }
        let inner = x.peeled(from: trace.tape)
        let result = try tracedUnary(inner, value, pullback)
        let rule = pullback(inner, result)
        return trace.tape.record(result, trace.index, -1) { [try rule($0)] }
    }

    /// The same for two inputs; `needs` says which of them want a gradient.
    @inline(__always)
    package static func binary(
        _ a: Tensor, _ b: Tensor, value: (Tensor, Tensor) throws -> Tensor,
        pullback: (_ a: Tensor, _ b: Tensor, _ y: Tensor, _ needs: (a: Bool, b: Bool)) -> @Sendable (Tensor) throws -> [Tensor?]
    ) throws -> Tensor {
        if a.trace == nil && b.trace == nil { return try value(a, b) }
        return try tracedBinary(a, b, value, pullback)
    }

    private static func tracedBinary(
        _ a: Tensor, _ b: Tensor, _ value: (Tensor, Tensor) throws -> Tensor,
        _ pullback: (Tensor, Tensor, Tensor, (a: Bool, b: Bool)) -> Pullback
    ) throws -> Tensor {
        guard let tape = innermost(a.trace, b.trace) else { return try value(a, b) }
        let (left, right) = (a.peeled(from: tape), b.peeled(from: tape))
        let result = try tracedBinary(left, right, value, pullback)
        let places = (a.index(on: tape), b.index(on: tape))
        return tape.record(result, places.0, places.1, [], pullback(left, right, result, (places.0 >= 0, places.1 >= 0)))
    }

    /// The same for any number of inputs.
    package static func nary(
        _ inputs: [Tensor], value: ([Tensor]) throws -> Tensor,
        pullback: (_ inputs: [Tensor], _ y: Tensor, _ needs: [Bool]) -> @Sendable (Tensor) throws -> [Tensor?]
    ) throws -> Tensor {
        guard let tape = inputs.reduce(nil as Tape?, { inner($0, $1.trace?.tape) }) else { return try value(inputs) }
        let peeled = inputs.map { $0.peeled(from: tape) }
        let result = try nary(peeled, value: value, pullback: pullback)
        let places = inputs.map { $0.index(on: tape) }
        return tape.record(result, places, pullback(peeled, result, places.map { $0 >= 0 }))
    }

    private static func innermost(_ a: Trace?, _ b: Trace?) -> Tape? { inner(a?.tape, b?.tape) }

    private static func inner(_ a: Tape?, _ b: Tape?) -> Tape? {
        guard let a, let b else { return a ?? b }
        return a.level >= b.level ? a : b
    }
}

extension Tensor {
    /// Adds `other`, in place where nobody else has this tensor's elements.
    fileprivate mutating func accumulate(_ other: Tensor) throws {
        guard dtype == .float32, other.dtype == .float32, shape == other.shape, !isTraced, !other.isTraced, isUnshared() else {
            self = try adding(other)
            return
        }
        try withMutable(Float.self) { elements in
            guard let start = elements.baseAddress else { return }
            Elementwise.add(start, other.float32, start, elements.count)
        }
    }

    /// This tensor as the plain operand of a fused rule, which is not itself recorded.
    ///
    /// - Throws: `noSecondDerivative` when an outer tape watches it.
    package func plain(for operation: String) throws -> Tensor {
        if isTraced { throw TensorError.noSecondDerivative(operation: operation) }
        return self
    }
}
