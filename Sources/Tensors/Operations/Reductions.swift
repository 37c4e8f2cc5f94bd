/// A tensor seen as `[outer, reduced, inner]`: what every reduction works on.
struct ReductionPlan {
    /// The operand, with its reduced axes next to each other.
    let source: Tensor
    let outer: Int
    let reduced: Int
    let inner: Int
    /// The result's shape without and with the reduced axes as 1.
    let shape: [Int]
    let keptShape: [Int]
    let axes: [Int]

    init(_ tensor: Tensor, _ axes: [Int]?, _ operation: String) throws {
        let axes = try Shape.axes(axes, of: tensor.shape, operation)
        self.axes = axes
        shape = tensor.shape.indices.filter { !axes.contains($0) }.map { tensor.shape[$0] }
        keptShape = tensor.shape.indices.map { axes.contains($0) ? 1 : tensor.shape[$0] }
        reduced = Shape.product(axes.map { tensor.shape[$0] })
        let adjacent = zip(axes, axes.dropFirst()).allSatisfy { $0 + 1 == $1 }
        if adjacent {
            source = tensor
            outer = Shape.product(tensor.shape.prefix(axes.first ?? 0))
            inner = axes.isEmpty ? Shape.product(tensor.shape) : Shape.product(tensor.shape.dropFirst((axes.last ?? 0) + 1))
        } else {
            let others = tensor.shape.indices.filter { !axes.contains($0) }
            source = try tensor.detached.transposed(others + axes)
            outer = Shape.product(shape)
            inner = 1
        }
    }

    func resultShape(keepDims: Bool) -> [Int] { keepDims ? keptShape : shape }
}

extension Tensor {
    /// The sum over `axes` (nil: all). Integers and bools give int64; an empty sum is 0.
    public func sum(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor { try sum(axes, keepDims, "sum") }

    /// How many elements over `axes` are not 0. int64.
    public func countOfNonzero(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        try detached.converted(to: .bool).sum(axes, keepDims, "count_nonzero")
    }

    private func sum(_ axes: [Int]?, _ keepDims: Bool, _ operation: String) throws -> Tensor {
        let kept = try ReductionShape(self, axes, operation)
        return try Tape.unary(converted(to: dtype.summed)) {
            try $0.summation(axes, keepDims, operation)
        } pullback: { x, _ in
            let target = x.shape
            return { try $0.reshaped(kept.shape).broadcast(to: target) }
        }
    }

    /// The mean over `axes`; integers give float32. The mean of nothing is NaN.
    public func mean(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        let number = try Shape.product(Shape.axes(axes, of: shape, "mean").map { shape[$0] })
        return try converted(to: dtype.floating).sum(axes, keepDims, "mean") / Double(number)
    }

    /// The mean squared distance from the mean; `correction` is taken from the number of elements (1 for a sample).
    public func variance(axes: [Int]? = nil, keepDims: Bool = false, correction: Double = 0) throws -> Tensor {
        let number = try Shape.product(Shape.axes(axes, of: shape, "var").map { shape[$0] })
        let centred = try self - mean(axes: axes, keepDims: true)
        return try centred.squared().sum(axes: axes, keepDims: keepDims) / max(0, Double(number) - correction)
    }

    public func standardDeviation(axes: [Int]? = nil, keepDims: Bool = false, correction: Double = 0) throws -> Tensor {
        try variance(axes: axes, keepDims: keepDims, correction: correction).squareRoot()
    }

    /// The greatest element over `axes`; NaN wins. Equal greatest elements share the gradient.
    public func maximum(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor { try extreme(axes, keepDims, greatest: true) }

    /// The smallest element over `axes`; NaN wins. Equal smallest elements share the gradient.
    public func minimum(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor { try extreme(axes, keepDims, greatest: false) }

    /// The product over `axes`; an empty product is 1.
    public func product(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        let kept = try ReductionShape(self, axes, "prod")
        return try Tape.unary(converted(to: dtype.summed)) {
            try $0.productValue(axes, keepDims)
        } pullback: { x, _ in
            { g in
                // Products of all the others, taken from both ends, are right with zeros too.
                let others = try x.plain(for: "prod").productOfOthers(kept.axes)
                return try g.reshaped(kept.shape) * others
            }
        }
    }

    /// Whether any element over `axes` is true (not 0).
    public func any(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        try detached.converted(to: .bool).extreme(axes, keepDims, greatest: true, whenEmpty: false, "any")
    }

    /// Whether all elements over `axes` are true (not 0).
    public func all(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        try detached.converted(to: .bool).extreme(axes, keepDims, greatest: false, whenEmpty: true, "all")
    }

    /// The position of the greatest element along `axis` (nil: of all, in reading order), the first of equals; NaN wins. int64.
    public func argmax(axis: Int? = nil, keepDims: Bool = false) throws -> Tensor {
        try position(axis, keepDims, "argmax", greatest: true)
    }

    /// The position of the smallest element, as `argmax`.
    public func argmin(axis: Int? = nil, keepDims: Bool = false) throws -> Tensor {
        try position(axis, keepDims, "argmin", greatest: false)
    }
}

// MARK: - Implementation

/// The axes of a reduction and the shape that its result has with them kept as 1.
struct ReductionShape: Sendable {
    let axes: [Int]
    let shape: [Int]

    init(_ tensor: Tensor, _ axes: [Int]?, _ operation: String) throws {
        let found = try Shape.axes(axes, of: tensor.shape, operation)
        self.axes = found
        shape = tensor.shape.indices.map { found.contains($0) ? 1 : tensor.shape[$0] }
    }
}

extension Tensor {
    private func summation(_ axes: [Int]?, _ keepDims: Bool, _ name: String) throws -> Tensor {
        let plan = try ReductionPlan(self, axes, name)
        let result = try Tensor.uninitialized(plan.resultShape(keepDims: keepDims), dtype, name)
        switch dtype {
        case .float32:
            try Sum.run(plan, plan.source.float32, result.float32) {
                Double($0)
            } narrow: {
                Float($0)
            }
        case .float64:
            try Sum.run(plan, plan.source.float64, result.float64) {
                $0
            } narrow: {
                $0
            }
        default: plan.fold(plan.source.int64, result.int64, from: 0) { $0 &+ $1 }
        }
        return result
    }

    private func productValue(_ axes: [Int]?, _ keepDims: Bool) throws -> Tensor {
        let plan = try ReductionPlan(self, axes, "prod")
        let result = try Tensor.uninitialized(plan.resultShape(keepDims: keepDims), dtype, "prod")
        switch dtype {
        case .float32: plan.fold(plan.source.float32, result.float32, from: 1) { $0 * $1 }
        case .float64: plan.fold(plan.source.float64, result.float64, from: 1) { $0 * $1 }
        default: plan.fold(plan.source.int64, result.int64, from: 1) { $0 &* $1 }
        }
        return result
    }

    private func extreme(_ axes: [Int]?, _ keepDims: Bool, greatest: Bool) throws -> Tensor {
        let kept = try ReductionShape(self, axes, greatest ? "max" : "min")
        return try Tape.unary(self) {
            try $0.extreme(axes, keepDims, greatest: greatest, whenEmpty: nil, greatest ? "max" : "min")
        } pullback: { x, y in
            { g in
                let winners = try x.equals(y.reshaped(kept.shape)).converted(to: g.dtype)
                return try winners / winners.sum(axes: kept.axes, keepDims: true) * g.reshaped(kept.shape)
            }
        }
    }

    private func extreme(
        _ axes: [Int]?, _ keepDims: Bool, greatest: Bool, whenEmpty: Bool?, _ name: String
    ) throws -> Tensor {
        let plan = try ReductionPlan(self, axes, name)
        let shape = plan.resultShape(keepDims: keepDims)
        if plan.reduced == 0 {
            guard let whenEmpty else {
                throw TensorError.emptyReduction(operation: name, shape: self.shape, axis: axes?.count == 1 ? axes?[0] : nil)
            }
            return try .full(shape, whenEmpty ? 1 : 0, dtype)
        }
        let result = try Tensor.uninitialized(shape, dtype, name)
        switch dtype {
        case .bool, .uint8: plan.choose(plan.source.start(of: UInt8.self), result.start(of: UInt8.self), greatest)
        case .int32: plan.choose(plan.source.start(of: Int32.self), result.start(of: Int32.self), greatest)
        case .int64: plan.choose(plan.source.int64, result.int64, greatest)
        case .float32: plan.choose(plan.source.float32, result.float32, greatest)
        case .float64: plan.choose(plan.source.float64, result.float64, greatest)
        }
        return result
    }

    private func position(_ axis: Int?, _ keepDims: Bool, _ name: String, greatest: Bool) throws -> Tensor {
        let plan = try ReductionPlan(detached, axis.map { [$0] }, name)
        if plan.reduced == 0 {
            throw TensorError.emptyReduction(operation: name, shape: shape, axis: axis)
        }
        let result = try Tensor.uninitialized(plan.resultShape(keepDims: keepDims), .int64, name)
        switch dtype {
        case .bool, .uint8: plan.locate(plan.source.start(of: UInt8.self), result.int64, greatest)
        case .int32: plan.locate(plan.source.start(of: Int32.self), result.int64, greatest)
        case .int64: plan.locate(plan.source.int64, result.int64, greatest)
        case .float32: plan.locate(plan.source.float32, result.int64, greatest)
        case .float64: plan.locate(plan.source.float64, result.int64, greatest)
        }
        return result
    }

    /// For each element the product of the others over `axes`.
    private func productOfOthers(_ axes: [Int]) throws -> Tensor {
        let others = shape.indices.filter { !axes.contains($0) }
        let order = others + axes
        let moved = try transposed(order)
        let flat = try moved.reshaped([Shape.product(others.map { shape[$0] }), Shape.product(axes.map { shape[$0] })])
        let result = try flat.othersInRows().reshaped(moved.shape)
        var back = order
        for (position, axis) in order.enumerated() { back[axis] = position }
        return try result.transposed(back)
    }

    private func othersInRows() throws -> Tensor {
        let (rows, columns) = (shape[0], shape[1])
        let work = try detached.converted(to: .float64)
        let result = try Tensor.ones(shape, .float64)
        if count == 0 { return try result.converted(to: dtype) }
        for row in 0..<rows {
            let (from, to) = (work.float64 + row * columns, result.float64 + row * columns)
            var (before, after) = (1.0, 1.0)
            for column in 0..<columns {
                to[column] *= before
                before *= from[column]
                to[columns - 1 - column] *= after
                after *= from[columns - 1 - column]
            }
        }
        return try result.converted(to: dtype)
    }
}

extension ReductionPlan {
    /// Folds every line of the reduced axis in order.
    @inline(__always)
    func fold<Element>(
        _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>, from start: Element,
        _ combine: (Element, Element) -> Element
    ) {
        if inner == 0 { return }
        Parallel.ranges(outer, grain: max(1, Parallel.elementGrain / max(1, reduced * inner))) { rows in
            for row in rows {
                let (from, to) = (source + row * reduced * inner, target + row * inner)
                for column in 0..<inner { to[column] = start }
                for line in 0..<reduced {
                    for column in 0..<inner { to[column] = combine(to[column], from[line * inner + column]) }
                }
            }
        }
    }

    /// The extreme of every line, which has at least one element.
    func choose<Element: TensorElement & Comparable>(
        _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ greatest: Bool
    ) {
        if inner == 0 { return }
        Parallel.ranges(outer, grain: max(1, Parallel.elementGrain / max(1, reduced * inner))) { rows in
            for row in rows {
                let (from, to) = (source + row * reduced * inner, target + row * inner)
                for column in 0..<inner { to[column] = from[column] }
                for line in 1..<max(1, reduced) {
                    for column in 0..<inner {
                        let (best, next) = (to[column], from[line * inner + column])
                        // Only NaN differs from itself; once it is there it stays.
                        if best == best && (greatest ? next > best : next < best) || next != next { to[column] = next }
                    }
                }
            }
        }
    }

    /// The place of the extreme in every line.
    func locate<Element: TensorElement & Comparable>(
        _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Int64>, _ greatest: Bool
    ) {
        if inner == 0 { return }
        for row in 0..<outer {
            for column in 0..<inner {
                let from = source + row * reduced * inner + column
                var (best, place) = (from[0], 0)
                for line in 1..<max(1, reduced) {
                    let next = from[line * inner]
                    if best == best && ((greatest ? next > best : next < best) || next != next) { (best, place) = (next, line) }
                }
                target[row * inner + column] = Int64(place)
            }
        }
    }
}
