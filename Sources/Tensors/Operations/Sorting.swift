extension Tensor {
    /// The positions that sort every line along `axis`: equal elements keep their order, NaN comes last. int64.
    public func argsorted(axis: Int = -1, descending: Bool = false) throws -> Tensor {
        try argsorted(axis: axis, descending, startsWithNaN: false)
    }

    private func argsorted(axis: Int, _ descending: Bool, startsWithNaN: Bool) throws -> Tensor {
        let axis = try Shape.axis(axis, of: shape, "argsort")
        if axis != rank - 1 {
            let turned = try detached.exchanged(axis, rank - 1)
            return try turned.argsorted(axis: -1, descending, startsWithNaN: startsWithNaN).exchanged(axis, rank - 1)
        }
        let result = try Tensor.uninitialized(shape, count: count, .int64, "argsort")
        guard count > 0 else { return result }
        switch dtype {
        case .bool, .uint8: order(start(of: UInt8.self), result.int64, descending, startsWithNaN)
        case .int32: order(start(of: Int32.self), result.int64, descending, startsWithNaN)
        case .int64: order(int64, result.int64, descending, startsWithNaN)
        case .float32: order(float32, result.int64, descending, startsWithNaN)
        case .float64: order(float64, result.int64, descending, startsWithNaN)
        }
        return result
    }

    public func sorted(axis: Int = -1, descending: Bool = false) throws -> Tensor {
        let order = try argsorted(axis: axis, descending: descending)
        if count == 0 { return self }
        return try takenAlong(order, axis: axis)
    }

    /// The `count` greatest (or smallest) elements along `axis`, best first, and their positions. NaN comes first, as it is
    /// also the maximum and the minimum.
    public func top(_ count: Int, axis: Int = -1, greatest: Bool = true) throws -> (values: Tensor, positions: Tensor) {
        let place = try Shape.axis(axis, of: shape, "topk")
        guard count >= 0, count <= shape[place] else {
            throw TensorError.valueOutOfRange(operation: "topk", value: "k = \(count)", rule: "a number from 0 to \(shape[place])")
        }
        let first = Array(repeating: TensorIndex.slice(), count: place) + [.slice(to: count)]
        let positions = try argsorted(axis: place, greatest, startsWithNaN: true).indexed(first)
        return (try takenAlong(positions, axis: place), positions)
    }

    /// Running sums along `axis` (nil: of the flattened tensor).
    public func cumulativeSum(axis: Int? = nil) throws -> Tensor {
        guard let axis else { return try flattened().cumulativeSum(axis: 0) }
        let place = try Shape.axis(axis, of: shape, "cumsum")
        return try Tape.unary(converted(to: dtype.summed)) {
            try $0.running(place, "cumsum", isProduct: false)
        } pullback: { _, _ in
            { try $0.flipped([place]).cumulativeSum(axis: place).flipped([place]) }
        }
    }

    /// Running products along `axis` (nil: of the flattened tensor).
    public func cumulativeProduct(axis: Int? = nil) throws -> Tensor {
        guard let axis else { return try flattened().cumulativeProduct(axis: 0) }
        let place = try Shape.axis(axis, of: shape, "cumprod")
        return try Tape.unary(converted(to: dtype.summed)) {
            try $0.running(place, "cumprod", isProduct: true)
        } pullback: { x, _ in
            { g in
                let (lines, slopes) = (try x.plain(for: "cumprod").moved(place, to: -1), try g.plain(for: "cumprod").moved(place, to: -1))
                return try lines.slopesOfRunningProducts(slopes).moved(-1, to: place)
            }
        }
    }

    // MARK: - Implementation

    private func order<Element: Comparable>(
        _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Int64>, _ descending: Bool,
        _ startsWithNaN: Bool
    ) {
        let length = shape[rank - 1]
        Parallel.ranges(count / length, grain: max(1, Parallel.elementGrain / 16 / length)) { rows in
            for row in rows {
                let line = source + row * length
                let order = (0..<length).sorted { first, second in
                    let (a, b) = (line[first], line[second])
                    // Only NaN differs from itself.
                    if a != a && b != b || a == b { return first < second }
                    if a != a || b != b { return (a != a) == startsWithNaN }
                    return descending ? a > b : a < b
                }
                for (position, index) in order.enumerated() { target[row * length + position] = Int64(index) }
            }
        }
    }

    private func running(_ axis: Int, _ name: String, isProduct: Bool) throws -> Tensor {
        let result = try Tensor.uninitialized(shape, count: count, dtype, name)
        if count == 0 { return result }
        let inner = Shape.product(shape[(axis + 1)...])
        let outer = Shape.product(shape[..<axis])
        let length = shape[axis]
        switch (dtype, isProduct) {
        case (.float32, false): Self.running(float32, result.float32, outer, length, inner) { $0 + $1 }
        case (.float64, false): Self.running(float64, result.float64, outer, length, inner) { $0 + $1 }
        case (_, false): Self.running(int64, result.int64, outer, length, inner) { $0 &+ $1 }
        case (.float32, true): Self.running(float32, result.float32, outer, length, inner) { $0 * $1 }
        case (.float64, true): Self.running(float64, result.float64, outer, length, inner) { $0 * $1 }
        case (_, true): Self.running(int64, result.int64, outer, length, inner) { $0 &* $1 }
        }
        return result
    }

    /// The way back of running products along the last axis, which needs no division by an element that is 0.
    private func slopesOfRunningProducts(_ slopes: Tensor) throws -> Tensor {
        let (work, back) = (try detached.converted(to: .float64), try slopes.detached.converted(to: .float64))
        let result = try Tensor.zeros(shape, .float64)
        let length = shape[rank - 1]
        for row in 0..<(count / max(1, length)) {
            let (x, g, out) = (work.float64 + row * length, back.float64 + row * length, result.float64 + row * length)
            // out[i] is Σ g[j] · y[j] / x[i] over j from i to the first zero; behind that zero every product is 0.
            var (product, zero) = (1.0, 0)
            while zero < length, x[zero] != 0 {
                product *= x[zero]
                out[zero] = g[zero] * product
                zero += 1
            }
            if zero < length {
                out[zero] = g[zero] * product
                for later in (zero + 1)..<max(zero + 1, length) {
                    product *= x[later]
                    out[zero] += g[later] * product
                }
            }
            var sum = 0.0
            for place in (0..<zero).reversed() {
                sum += out[place]
                out[place] = sum / x[place]
            }
        }
        return try result.converted(to: dtype)
    }

    @inline(__always)
    private static func running<Element>(
        _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ outer: Int, _ length: Int, _ inner: Int,
        _ combine: (Element, Element) -> Element
    ) {
        guard length > 0 else { return }
        for row in 0..<outer {
            let (from, to) = (source + row * length * inner, target + row * length * inner)
            to.update(from: from, count: inner)
            for index in inner..<length * inner { to[index] = combine(to[index - inner], from[index]) }
        }
    }
}
