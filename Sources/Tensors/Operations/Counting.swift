extension Tensor {
    /// The distinct elements in order, and for each where it comes first and how often; and for every element the place of its
    /// like among the distinct ones. All NaN count as one.
    public func unique() throws -> (values: Tensor, first: Tensor, inverse: Tensor, counts: Tensor) {
        let row = try detached.flattened()
        let order = try row.argsorted(axis: 0)
        let sorted = try row.gathered(order)
        let starts: Tensor
        if row.count == 0 {
            starts = try .zeros([0], .bool)
        } else {
            let (later, earlier) = (try sorted.indexed(.slice(from: 1)), try sorted.indexed(.slice(to: -1)))
            let differ = try later.differs(earlier).bits(.and, later.isNaN().bits(.and, earlier.isNaN()).inverted())
            starts = try Tensor.concatenated([.ones([1], .bool), differ])
        }
        let places = try starts.nonzero()[0]
        let group = try starts.cumulativeSum(axis: 0) - 1
        let inverse = try Tensor.zeros([row.count], .int64).updated(at: [.positions(order)], .set, with: group)
        let counts = try Tensor.concatenated([places, Tensor([row.count])]).differences()
        return (try sorted.gathered(places), try order.gathered(places), try inverse.reshaped(shape), counts)
    }

    /// Where each of `values` would have to go into this sorted row to keep it sorted: before its equals, or behind them. int64.
    public func places(for values: Tensor, behindEquals: Bool = false) throws -> Tensor {
        guard rank == 1 else { throw TensorError.invalidShape(operation: "searchsorted", shape: shape, rule: "rank 1 for the sorted row") }
        let kind = dtype.promoted(with: values.dtype)
        let (row, wanted) = (try detached.converted(to: kind), try values.detached.converted(to: kind))
        let result = try Tensor.uninitialized(values.shape, count: values.count, .int64, "searchsorted")
        switch kind {
        case .bool, .uint8: row.search(wanted, result, behindEquals, UInt8.self)
        case .int32: row.search(wanted, result, behindEquals, Int32.self)
        case .int64: row.search(wanted, result, behindEquals, Int64.self)
        case .float32: row.search(wanted, result, behindEquals, Float.self)
        case .float64: row.search(wanted, result, behindEquals, Double.self)
        }
        return result
    }

    private func search<Element: TensorElement & Comparable>(
        _ wanted: Tensor, _ result: Tensor, _ behindEquals: Bool, _: Element.Type
    ) {
        let (row, values) = (start(of: Element.self), wanted.start(of: Element.self))
        // NaN comes last, as in sorting; only NaN differs from itself.
        func comes(_ a: Element, before b: Element) -> Bool { a < b || b != b && a == a }
        for position in 0..<wanted.count {
            let value = values[position]
            var (low, high) = (0, count)
            while low < high {
                let middle = low + (high - low) / 2
                if behindEquals ? !comes(value, before: row[middle]) : comes(row[middle], before: value) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            result.int64[position] = Int64(low)
        }
    }

    /// For each element whether `values` has it.
    public func isIn(_ values: Tensor) throws -> Tensor {
        guard values.count > 0 else { return try .filled(shape, 0, .bool, "isin") }
        let kind = dtype.promoted(with: values.dtype)
        let (x, sorted) = (try detached.converted(to: kind), try values.detached.converted(to: kind).flattened().sorted())
        return try sorted.gathered(sorted.places(for: x).minimum(Tensor(Int64(values.count - 1)))).equals(x)
    }

    /// How often each whole number from 0 on occurs in a row, or what the weights of its occurrences add up to.
    ///
    /// - Parameter least: the result has at least so many elements.
    public func occurrences(weights: Tensor? = nil, least: Int = 0) throws -> Tensor {
        let name = "bincount"
        guard rank == 1 else { throw TensorError.invalidShape(operation: name, shape: shape, rule: "rank 1") }
        guard dtype.isInteger || dtype == .bool || count == 0 else {
            throw TensorError.wrongDType(operation: name, found: dtype, needed: [.int64, .int32, .uint8])
        }
        if let weights, weights.shape != shape {
            throw TensorError.shapeMismatch(operation: name, left: shape, right: weights.shape, axis: nil)
        }
        let numbers = integers
        if let wrong = numbers.first(where: { $0 < 0 }) {
            throw TensorError.valueOutOfRange(operation: name, value: "the number \(wrong)", rule: "numbers from 0")
        }
        guard least >= 0 else { throw TensorError.negativeSize(operation: name, shape: [least]) }
        let (size, overflow) = (numbers.max() ?? -1).addingReportingOverflow(1)
        if overflow { throw TensorError.countOverflow(operation: name, shape: [.max]) }
        let kind = weights?.dtype.floating ?? .int64
        let ones = try weights ?? Tensor(Int64(1))
        return try Tensor.filled([max(size, least)], 0, kind, name)
            .updated(at: [.positions(Tensor(numbers))], .add, with: ones.converted(to: kind))
    }

    /// How many elements lie between each two neighbours of `edges`, the upper one belonging to the next; the last one to the last.
    public func histogram(edges: Tensor) throws -> Tensor {
        let name = "histogram"
        guard edges.rank == 1, edges.count >= 2 else {
            throw TensorError.invalidShape(operation: name, shape: edges.shape, rule: "two edges or more, in one row")
        }
        let limits: [Double] = edges.elements()
        guard zip(limits, limits.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw TensorError.valueOutOfRange(operation: name, value: "edges that are not sorted", rule: "edges that go up")
        }
        let x = try detached.flattened()
        let inside = try x.compared(.greaterOrEqual, edges.indexed(.at(0))).bits(.and, x.compared(.lessOrEqual, edges.indexed(.at(-1))))
        let bins = try edges.places(for: x, behindEquals: true).minimum(Tensor(Int64(edges.count - 1))) - 1
        return try bins.indexed(.mask(inside)).occurrences(least: edges.count - 1)
    }

    /// The broken line through the points (`points`, `values`) at this tensor's elements: `points` go up. Beyond the ends it stays at
    /// the first and the last value, or at `left` and `right`.
    public func interpolated(_ points: Tensor, _ values: Tensor, left: Double? = nil, right: Double? = nil) throws -> Tensor {
        let name = "interp"
        guard points.rank == 1, points.count > 0 else {
            throw TensorError.invalidShape(operation: name, shape: points.shape, rule: "one point or more, in one row")
        }
        guard points.shape == values.shape else {
            throw TensorError.shapeMismatch(operation: name, left: points.shape, right: values.shape, axis: nil)
        }
        let kind = [points.dtype, values.dtype].reduce(dtype.floating) { $0.promoted(with: $1) }
        let (x, points, values) = (try converted(to: kind), try points.converted(to: kind), try values.converted(to: kind))
        let last = Int64(points.count - 1)
        let upper = try points.places(for: x, behindEquals: true).minimum(Tensor(last)).maximum(Tensor(min(1, last)))
        let lower = try (upper - 1).maximum(Tensor(Int64(0)))
        let (x0, x1, y0, y1) = (
            try points.gathered(lower), try points.gathered(upper), try values.gathered(lower), try values.gathered(upper)
        )
        let width = try x1 - x0
        let slope = try (y1 - y0) / Tensor.select(width.equals(0), 1, width)
        let (first, end) = (try points.indexed(.at(0)), try points.indexed(.at(-1)))
        var result = try y0 + slope * (x - x0)
        result = try Tensor.select(x.equals(end), values.indexed(.at(-1)), result)
        result = try Tensor.select(x.isLess(than: first), left.map { try values.weak($0) } ?? values.indexed(.at(0)), result)
        return try Tensor.select(x.isGreater(than: end), right.map { try values.weak($0) } ?? values.indexed(.at(-1)), result)
    }
}
