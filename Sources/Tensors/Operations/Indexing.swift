/// One entry between the brackets of `x[...]`.
public enum TensorIndex: Sendable {
    /// One position, negative from the end; the axis goes away.
    case at(Int)
    /// Python's `start:stop:step`, out-of-range ends clamped.
    case slice(from: Int? = nil, to: Int? = nil, by: Int = 1)
    case newAxis
    /// As many full slices as are needed; at most once.
    case ellipsis
    /// The elements where a bool tensor is true: takes as many axes as the mask has.
    case mask(Tensor)
    /// The positions that an integer tensor names, negative from the end.
    case positions(Tensor)
}

/// How `updated` combines the old elements with the new.
public enum UpdateRule: String, Sendable, CaseIterable {
    case set, add, multiply, divide, minimum, maximum, power
}

extension Tensor {
    /// `x[indices]` with NumPy's rules, as a tensor of its own.
    ///
    /// Index tensors broadcast together. Their axes stand where the first of them stood if all are neighbours, else in front.
    public func indexed(_ indices: [TensorIndex]) throws -> Tensor { try indexed(indices, "index") }

    /// The same for the operation that an error names.
    func indexed(_ indices: [TensorIndex], _ operation: String) throws -> Tensor { try picked(IndexPlan(shape, indices, operation), operation) }

    public func indexed(_ indices: TensorIndex...) throws -> Tensor { try indexed(indices) }

    /// The rows that `numbers` names along `axis`, which becomes the axes of `numbers`.
    public func gathered(_ numbers: Tensor, axis: Int = 0) throws -> Tensor {
        let axis = try Shape.axis(axis, of: shape, "take")
        return try indexed(Array(repeating: .slice(), count: axis) + [.positions(numbers)], "take")
    }

    /// Along `axis` the elements that `numbers` names for each line, as `argsorted` gives them; the other axes broadcast.
    public func takenAlong(_ numbers: Tensor, axis: Int) throws -> Tensor {
        let axis = try Shape.axis(axis, of: shape, "take_along_axis")
        guard numbers.rank == rank else {
            throw TensorError.shapeMismatch(operation: "take_along_axis", left: shape, right: numbers.shape, axis: nil)
        }
        if numbers.count == 0 {
            var (own, other) = (shape, numbers.shape)
            (own[axis], other[axis]) = (1, 1)
            var target = try Shape.broadcast(own, other, "take_along_axis")
            target[axis] = numbers.shape[axis]
            return try .filled(target, 0, dtype, "take_along_axis")
        }
        let indices = try shape.indices.map { place -> TensorIndex in
            if place == axis { return .positions(numbers) }
            let (own, other) = (shape[place], numbers.shape[place])
            guard own == other || own == 1 || other == 1 else {
                throw TensorError.shapeMismatch(operation: "take_along_axis", left: shape, right: numbers.shape, axis: place - rank)
            }
            var spread = Array(repeating: 1, count: rank)
            spread[place] = shape[place]
            return .positions(try .range(to: Double(shape[place]), .int64).reshaped(spread))
        }
        return try indexed(indices, "take_along_axis")
    }

    /// This tensor with the elements at `indices` combined with `value`, which broadcasts to them: `x.at[indices].set(value)`.
    ///
    /// With `add`, a position named several times gets every contribution. With `set` the last one wins; the other rules
    /// refuse such indices.
    public func updated(at indices: [TensorIndex], _ rule: UpdateRule, with value: Tensor) throws -> Tensor {
        let name = "at[].\(rule)"
        let plan = try IndexPlan(shape, indices, name)
        let kind = rule == .divide ? dtype.floating : dtype
        guard value.dtype.promoted(with: kind) == kind else {
            throw TensorError.wrongDType(operation: name, found: value.dtype, needed: [kind])
        }
        let target = try converted(to: kind)
        // As in an assignment, leading axes of size 1 may be too many.
        let extra = value.shape.prefix(max(0, value.rank - plan.shape.count))
        let fitting = extra.allSatisfy { $0 == 1 } ? try value.reshaped(Array(value.shape.dropFirst(extra.count))) : value
        let values = try fitting.converted(to: kind).broadcast(to: plan.shape, name)
        switch rule {
        case .add: return try target.added(plan, values)
        case .set: return try target.replaced(plan, values)
        default:
            guard plan.isUnique else {
                throw TensorError.valueOutOfRange(
                    operation: name, value: "a position named twice", rule: "every position once")
            }
            return try target.replaced(plan, target.picked(plan, name).combined(rule, values).converted(to: kind))
        }
    }

    /// The positions of the elements that are not 0, one int64 tensor for each axis.
    public func nonzero() throws -> [Tensor] {
        guard rank > 0 else { throw TensorError.invalidShape(operation: "nonzero", shape: shape, rule: "rank 1 or more") }
        try MemoryPool.ensureRoom(count * (1 + 16 * rank), "nonzero")
        let truths: [Bool] = detached.elements()
        var found = Array(repeating: [Int64](), count: rank)
        for (flat, isTrue) in truths.enumerated() where isTrue {
            var rest = flat
            for axis in shape.indices.reversed() {
                let (quotient, position) = rest.quotientAndRemainder(dividingBy: shape[axis])
                found[axis].append(Int64(position))
                rest = quotient
            }
        }
        return try found.map { try Tensor($0) }
    }
}

// MARK: - Implementation

extension Tensor {
    private func combined(_ rule: UpdateRule, _ value: Tensor) throws -> Tensor {
        switch rule {
        case .set, .add: value
        case .multiply: try self * value
        case .divide: try self / value
        case .minimum: try minimum(value)
        case .maximum: try maximum(value)
        case .power: try power(value)
        }
    }

    fileprivate func picked(_ plan: IndexPlan, _ operation: String) throws -> Tensor {
        try Tape.unary(self) {
            try $0.gather(plan, operation)
        } pullback: { _, _ in
            { try $0.spread(plan) }
        }
    }

    /// The way back of `picked`: zeros of the source's shape with these elements added at their places.
    fileprivate func spread(_ plan: IndexPlan) throws -> Tensor {
        try Tape.unary(self) {
            try $0.add(plan, to: .zeros(plan.source, $0.dtype))
        } pullback: { _, _ in
            { try $0.picked(plan, "index") }
        }
    }

    /// What is named by no index stays as it is, the sign of a zero included.
    private func added(_ plan: IndexPlan, _ values: Tensor) throws -> Tensor {
        try Tape.binary(self, values) {
            try $1.add(plan, to: $0.duplicated("at[].add"))
        } pullback: { _, _, _, needs in
            { g in [needs.a ? g : nil, needs.b ? try g.picked(plan, "index") : nil] }
        }
    }

    private func replaced(_ plan: IndexPlan, _ values: Tensor) throws -> Tensor {
        try Tape.binary(self, values) {
            try $0.overwrite(plan, $1)
        } pullback: { _, values, _, needs in
            { g in
                let zero = try Tensor.zeros([], g.dtype).broadcast(to: plan.shape)
                return [needs.a ? try g.replaced(plan, zero) : nil, needs.b ? try g.picked(plan, "index") : nil]
            }
        }
    }

    private func gather(_ plan: IndexPlan, _ operation: String) throws -> Tensor {
        let result = try Tensor.uninitialized(plan.shape, dtype, operation)
        switch dtype.size {
        case 1: plan.gather(start(of: UInt8.self), result.start(of: UInt8.self))
        case 4: plan.gather(start(of: Int32.self), result.start(of: Int32.self))
        default: plan.gather(start(of: Int64.self), result.start(of: Int64.self))
        }
        return result
    }

    /// Adds these elements to those of `result`, which nobody else has yet.
    private func add(_ plan: IndexPlan, to result: Tensor) -> Tensor {
        switch dtype {
        case .bool: plan.scatter(start(of: Bool.self), result.start(of: Bool.self)) { $0 || $1 }
        case .uint8: plan.scatter(start(of: UInt8.self), result.start(of: UInt8.self)) { $0 &+ $1 }
        case .int32: plan.scatter(start(of: Int32.self), result.start(of: Int32.self)) { $0 &+ $1 }
        case .int64: plan.scatter(int64, result.int64) { $0 &+ $1 }
        case .float32: plan.scatter(float32, result.float32) { $0 + $1 }
        case .float64: plan.scatter(float64, result.float64) { $0 + $1 }
        }
        return result
    }

    private func duplicated(_ operation: String) throws -> Tensor {
        let result = try Tensor.uninitialized(shape, count: count, dtype, operation)
        result.storage.pointer.copyMemory(from: storage.pointer, byteCount: byteCount)
        return result
    }

    private func overwrite(_ plan: IndexPlan, _ values: Tensor) throws -> Tensor {
        let result = try duplicated("at[].set")
        switch dtype.size {
        case 1: plan.scatter(values.start(of: UInt8.self), result.start(of: UInt8.self)) { $1 }
        case 4: plan.scatter(values.start(of: Int32.self), result.start(of: Int32.self)) { $1 }
        default: plan.scatter(values.start(of: Int64.self), result.start(of: Int64.self)) { $1 }
        }
        return result
    }
}
