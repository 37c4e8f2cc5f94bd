extension Tensor {
    /// The value below which the share `q` (0 to 1) of the elements over `axes` (nil: all) lies, in proportion between neighbours.
    /// NaN where one of them is NaN or there are none. The axes of `q` come first.
    public func quantile(
        _ q: Tensor, axes: [Int]? = nil, keepDims: Bool = false, _ operation: String = "quantile"
    ) throws -> Tensor {
        let kept = try ReductionShape(self, axes, operation)
        let shares: [Double] = q.detached.elements()
        if let wrong = shares.first(where: { !(0...1).contains($0) }) {
            throw TensorError.valueOutOfRange(operation: operation, value: "the share \(wrong)", rule: "shares from 0 to 1")
        }
        let others = shape.indices.filter { !kept.axes.contains($0) }
        let rest = others.map { shape[$0] }
        let length = Shape.product(kept.axes.map { shape[$0] })
        let target = q.shape + (keepDims ? kept.shape : rest)
        let kind = dtype.floating
        if length == 0 { return try .filled(target, .nan, kind, operation) }
        let sorted = try converted(to: kind).transposed(others + kept.axes).reshaped(rest + [length]).sorted()
        let places = shares.map { $0 * Double(length - 1) }
        let weights = try Tensor(places.map { $0 - $0.rounded(.down) })
        let low = try sorted.gathered(Tensor(places.map { Int($0) }), axis: -1)
        let high = try sorted.gathered(Tensor(places.map { min(length - 1, Int($0) + 1) }), axis: -1)
        // An infinite one is not multiplied where it is met exactly.
        let isMet = try low.equals(high).bits(.or, weights.equals(0))
        let between = try Tensor.select(isMet, low, low + (high - low) * weights.converted(to: kind))
        let isKnown = try sorted.indexed([.ellipsis, .slice(from: length - 1)]).isNaN().inverted()
        return try Tensor.select(isKnown, between, .nan).moved(-1, to: 0).reshaped(target)
    }

    /// The element in the middle over `axes` (nil: all), or the mean of the two there; NaN where one of them is NaN or there are none.
    public func median(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        try quantile(Tensor(0.5), axes: axes, keepDims: keepDims, "median")
    }

    /// The mean over `axes` in which every element counts by its weight.
    ///
    /// - Parameter weights: of this shape, or a vector along the only one of `axes`.
    public func average(weights: Tensor, axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        let kept = try ReductionShape(self, axes, "average")
        var factors = weights
        if weights.shape != shape {
            guard weights.rank == 1, kept.axes.count == 1, weights.count == shape[kept.axes[0]] else {
                throw TensorError.shapeMismatch(operation: "average", left: shape, right: weights.shape, axis: nil)
            }
            factors = try weights.reshaped(shape.indices.map { $0 == kept.axes[0] ? shape[$0] : 1 }).broadcast(to: shape)
        }
        // In float64: products of large weights may be greater than any float32, and the quotient small.
        let kind = dtype.promoted(with: weights.dtype).floating
        factors = try factors.converted(to: .float64)
        let total = try factors.sum(axes: axes, keepDims: keepDims)
        if try total.equals(0).any().truth() {
            throw TensorError.valueOutOfRange(operation: "average", value: "weights that add up to 0", rule: "another sum")
        }
        return try ((self * factors).sum(axes: axes, keepDims: keepDims) / total).converted(to: kind)
    }

    /// Each element less the one before it along `axis`, so many times over; of bools whether they differ.
    public func differences(_ times: Int = 1, axis: Int = -1) throws -> Tensor {
        let place = try Shape.axis(axis, of: shape, "diff")
        guard times >= 0 else {
            throw TensorError.valueOutOfRange(operation: "diff", value: "n = \(times)", rule: "a number from 0")
        }
        let before = Array(repeating: TensorIndex.slice(), count: place)
        var (result, done) = (self, 0)
        while done < times && result.shape[place] > 0 {
            let (later, earlier) = (try result.indexed(before + [.slice(from: 1)]), try result.indexed(before + [.slice(to: -1)]))
            result = dtype == .bool ? try later.differs(earlier) : try later - earlier
            done += 1
        }
        return result
    }
}
