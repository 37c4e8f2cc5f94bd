import Foundation
public import Tensors

/// How gradients become changes of the parameters. `rate` below is the learning rate of the step, g the gradient.
public enum OptimizerRule: Sendable, Hashable {
    /// v ← v - rate · g
    case descent
    /// a ← m·a + g; v ← v - rate · a, or rate · (g + m·a) with Nesterov's look ahead.
    case momentum(Double, nesterov: Bool = false)
    /// TensorFlow 1's form: ε outside the correction of the moments' start. Source: Kingma and Ba, 2015, section 2.
    case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
    /// Adam, with v ← v - rate · decay · v beside it. Source: Loshchilov and Hutter, 2019.
    case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0.01)
    /// The sum of squares starts at `start`; no ε.
    case adagrad(start: Double = 0.1)
    /// The mean of squares starts at 1, ε is inside the root, momentum is on rate · g / √s.
    case rmsProp(decay: Double = 0.9, momentum: Double = 0, epsilon: Double = 1e-10)

    public static let names = ["adagrad", "adam", "adamw", "momentum", "nesterov", "rmsprop", "sgd"]

    /// The rule that a hyper-parameter names; `sgd` with a momentum is momentum.
    public init(named name: String, momentum: Double = 0) throws {
        guard (0..<1).contains(momentum) else {
            throw NeuralNetworkError.badSetting(
                layer: "optimizer", setting: "momentum", value: "\(momentum)", rule: "a number from 0 to below 1")
        }
        switch name {
        case "sgd": self = momentum > 0 ? .momentum(momentum) : .descent
        case "momentum": self = .momentum(momentum)
        case "nesterov": self = .momentum(momentum, nesterov: true)
        case "adam": self = .adam()
        case "adamw": self = .adamW()
        case "adagrad": self = .adagrad()
        case "rmsprop": self = .rmsProp(momentum: momentum)
        default: throw NeuralNetworkError.unknownName(kind: "optimizer", name: name, known: Self.names)
        }
    }

    /// The names and first values of what the rule remembers for each parameter, as TensorFlow calls them.
    var slots: [(name: String, start: Double)] {
        switch self {
        case .descent: []
        case .momentum: [("Momentum", 0)]
        case .adam, .adamW: [("Adam", 0), ("Adam_1", 0)]
        case .adagrad(let start): [("Adagrad", start)]
        case .rmsProp: [("RMSProp", 1), ("RMSProp_1", 0)]
        }
    }
}

/// What is done to gradients before the rule: first `decay` · v is added (the slope of ½ · decay · ‖v‖²), then they are clipped.
public struct GradientTreatment: Sendable, Hashable {
    public enum Clipping: Sendable, Hashable {
        case none
        /// Every element to ±c.
        case value(Double)
        /// All gradients together scaled down to this length.
        case globalNorm(Double)
    }

    public var decay: Double
    public var clipping: Clipping

    public init(decay: Double = 0, clipping: Clipping = .none) {
        self.decay = decay
        self.clipping = clipping
    }
}

/// Changes the parameters of a store by their gradients, and remembers what its rule needs from step to step.
public struct Optimizer: Sendable {
    public let rule: OptimizerRule
    public var treatment: GradientTreatment
    /// The number of steps taken.
    public private(set) var step = 0
    private var slots: [String: Tensor] = [:]

    public init(_ rule: OptimizerRule, treatment: GradientTreatment = GradientTreatment()) {
        self.rule = rule
        self.treatment = treatment
    }

    /// One step. Parameters of the store without a gradient stay as they are.
    ///
    /// - Returns: the length of all gradients together before clipping by it, when that was asked for.
    @discardableResult
    public mutating func apply(_ gradients: [(name: String, value: Tensor)], to store: ParameterStore, rate: Double) throws
        -> Double?
    {
        for (name, gradient) in gradients {
            guard let value = store[name] else {
                throw NeuralNetworkError.unknownParameter(name: name, known: store.names)
            }
            guard value.shape == gradient.shape else {
                throw NeuralNetworkError.parameterShape(name: name, has: value.shape, wanted: gradient.shape)
            }
            guard value.dtype == .float32, gradient.dtype == .float32 else {
                throw NeuralNetworkError.parameterDType(
                    name: name, has: value.dtype == .float32 ? gradient.dtype : value.dtype, wanted: .float32)
            }
        }
        var (scale, clip, norm) = (1.0, Double.infinity, nil as Double?)
        switch treatment.clipping {
        case .none: break
        case .value(let limit): clip = limit
        case .globalNorm(let limit):
            let length = try globalNorm(gradients, store)
            if length > limit { scale = limit / length }
            norm = length
        }
        step += 1
        let terms = OptimizerKernel.terms(scale: Float(scale), decay: Float(scale * treatment.decay), clip: Float(clip))
        // Moments of what has stopped changing fade away for ever.
        try Parallel.flushingDenormals {
            for (name, gradient) in gradients { try update(name, gradient, store, terms, rate) }
        }
        return norm
    }

    /// Everything that a checkpoint must hold beside the parameters, by name: `<parameter>/<slot>`.
    public var state: [(name: String, value: Tensor)] { slots.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    /// Takes up the state of a checkpoint after `step` steps.
    public mutating func restore(_ state: [(name: String, value: Tensor)], step: Int) throws {
        let known = Set(rule.slots.map(\.name))
        for (name, value) in state {
            guard let slot = name.split(separator: "/").last, known.contains(String(slot)), value.dtype == .float32 else {
                throw NeuralNetworkError.unknownState(name: name)
            }
            slots[name] = value.detached
        }
        self.step = step
    }

    // MARK: - Implementation

    private func globalNorm(_ gradients: [(name: String, value: Tensor)], _ store: ParameterStore) throws -> Double {
        let terms = OptimizerKernel.terms(decay: Float(treatment.decay))
        return gradients.reduce(0.0) { sum, gradient in
            guard let value = store[gradient.name] else { return sum }
            return sum
                + Double(
                    OptimizerKernel.sumOfSquares(values: value.float32, gradient: gradient.value.float32, terms, value.count))
        }.squareRoot()
    }

    private mutating func update(
        _ name: String, _ gradient: Tensor, _ store: ParameterStore, _ terms: OptimizerKernel.Terms, _ rate: Double
    ) throws {
        // The slots leave the dictionary while they change, so that they are not shared and change in place.
        var own: [Tensor] = []
        for slot in rule.slots {
            let known = slots.removeValue(forKey: "\(name)/\(slot.name)")
            if let known, known.shape != gradient.shape {
                throw NeuralNetworkError.parameterShape(name: "\(name)/\(slot.name)", has: known.shape, wanted: gradient.shape)
            }
            own.append(try known ?? .full(gradient.shape, slot.start))
        }
        try store.update(name) { value in
            try value.withMutable(Float.self) { values in
                guard let values = values.baseAddress else { return }
                try Self.withSlots(&own) { slots in
                    run(values, slots, gradient.float32, terms, rate, gradient.count)
                }
            }
        }
        for (slot, value) in zip(rule.slots, own) { slots["\(name)/\(slot.name)"] = value }
    }

    private static func withSlots(_ slots: inout [Tensor], _ body: ([UnsafeMutablePointer<Float>]) -> Void) throws {
        var pointers: [UnsafeMutablePointer<Float>] = []
        // Each pointer stays valid while `slots` holds the tensor, which nobody else does after `withMutable`.
        for index in slots.indices {
            try slots[index].withMutable(Float.self) { if let base = $0.baseAddress { pointers.append(base) } }
        }
        body(pointers)
        withExtendedLifetime(slots) {}
    }

    private func run(
        _ values: UnsafeMutablePointer<Float>, _ slots: [UnsafeMutablePointer<Float>], _ gradient: UnsafeMutablePointer<Float>,
        _ terms: OptimizerKernel.Terms, _ rate: Double, _ count: Int
    ) {
        switch rule {
        case .descent: OptimizerKernel.descend(values: values, gradient: gradient, terms, rate: Float(rate), count)
        case .momentum(let momentum, let nesterov):
            OptimizerKernel.momentum(
                values: values, accumulator: slots[0], gradient: gradient, terms, rate: Float(rate), momentum: Float(momentum),
                nesterov: nesterov, count)
        case .adam(let beta1, let beta2, let epsilon):
            adam(values, slots, gradient, terms, rate, (beta1, beta2, epsilon), shrink: 0, count)
        case .adamW(let beta1, let beta2, let epsilon, let decay):
            adam(values, slots, gradient, terms, rate, (beta1, beta2, epsilon), shrink: rate * decay, count)
        case .adagrad:
            OptimizerKernel.adagrad(values: values, accumulator: slots[0], gradient: gradient, terms, rate: Float(rate), count)
        case .rmsProp(let decay, let momentum, let epsilon):
            OptimizerKernel.rmsProp(
                values: values, meanSquare: slots[0], accumulator: slots[1], gradient: gradient, terms, rate: Float(rate),
                decay: Float(decay), momentum: Float(momentum), epsilon: Float(epsilon), count)
        }
    }

    private func adam(
        _ values: UnsafeMutablePointer<Float>, _ slots: [UnsafeMutablePointer<Float>], _ gradient: UnsafeMutablePointer<Float>,
        _ terms: OptimizerKernel.Terms, _ rate: Double, _ settings: (beta1: Double, beta2: Double, epsilon: Double),
        shrink: Double,
        _ count: Int
    ) {
        let time = Double(step)
        let corrected = rate * (1 - pow(settings.beta2, time)).squareRoot() / (1 - pow(settings.beta1, time))
        OptimizerKernel.adam(
            values: values, first: slots[0], second: slots[1], gradient: gradient, terms, rate: Float(corrected),
            beta1: Float(settings.beta1), beta2: Float(settings.beta2), epsilon: Float(settings.epsilon), shrink: Float(shrink),
            count)
    }
}
