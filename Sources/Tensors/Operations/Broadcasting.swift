/// How two operands meet in a result: rows of equal steps, so that the inner loop is one of three simple ones.
struct BroadcastPlan {
    let shape: [Int]
    let count: Int
    /// The length of one inner run, and what each operand's pointer advances per element in it: 1 or 0.
    private(set) var run: Int
    private(set) var leftStep: Int
    private(set) var rightStep: Int
    /// The axes around the runs, outermost first, with the operands' steps.
    private var outer: [(size: Int, left: Int, right: Int)] = []

    init(_ left: [Int], _ right: [Int], _ operation: String) throws {
        shape = try Shape.broadcast(left, right, operation)
        count = try Shape.count(shape, operation)
        run = count
        (leftStep, rightStep) = (1, 1)
        if left == right { return }
        let (leftCount, rightCount) = (Shape.product(left), Shape.product(right))
        if leftCount == 1 || rightCount == 1 {
            leftStep = leftCount == 1 ? 0 : 1
            rightStep = rightCount == 1 ? 0 : 1
            return
        }
        mergeAxes(left, right)
    }

    /// Whether both operands advance by one element everywhere.
    var isElementByElement: Bool { outer.isEmpty && leftStep == 1 && rightStep == 1 }

    /// Neighbouring axes along which both operands move alike become one; the last becomes the run.
    private mutating func mergeAxes(_ left: [Int], _ right: [Int]) {
        let (leftSteps, rightSteps) = (Self.steps(left, rank: shape.count), Self.steps(right, rank: shape.count))
        var merged: [(size: Int, left: Int, right: Int)] = []
        for axis in shape.indices where shape[axis] != 1 {
            let (size, a, b) = (shape[axis], leftSteps[axis], rightSteps[axis])
            if let last = merged.last, last.left == a * size, last.right == b * size {
                merged[merged.count - 1] = (last.size * size, a, b)
            } else {
                merged.append((size, a, b))
            }
        }
        let last = merged.popLast() ?? (1, 1, 1)
        (run, leftStep, rightStep) = (last.size, last.left, last.right)
        outer = merged
    }

    private static func steps(_ shape: [Int], rank: Int) -> [Int] {
        let own = Shape.strides(shape)
        return Array(repeating: 0, count: rank - shape.count) + zip(shape, own).map { $0 == 1 ? 0 : $1 }
    }

    /// Calls `body` with pieces of the result: where it starts in result, left and right, and how many elements.
    @inline(__always)
    func forEachPiece(_ body: (_ result: Int, _ left: Int, _ right: Int, _ count: Int) -> Void) {
        guard count > 0 else { return }
        if outer.isEmpty {
            Parallel.ranges(run, grain: Parallel.elementGrain) { range in
                let at = range.lowerBound
                body(at, at * leftStep, at * rightStep, range.count)
            }
            return
        }
        Parallel.ranges(count / run, grain: max(1, Parallel.elementGrain / run)) { rows in
            for row in rows {
                let (left, right) = offsets(row)
                body(row * run, left, right, run)
            }
        }
    }

    private func offsets(_ row: Int) -> (Int, Int) {
        var (rest, left, right) = (row, 0, 0)
        for axis in stride(from: outer.count - 1, through: 0, by: -1) {
            let (quotient, position) = rest.quotientAndRemainder(dividingBy: outer[axis].size)
            left += position * outer[axis].left
            right += position * outer[axis].right
            rest = quotient
        }
        return (left, right)
    }
}

extension Parallel {
    /// Elements of an elementwise piece: large against the cost of waking a thread, small against the caches.
    package static let elementGrain = 32_768
}

extension BroadcastPlan {
    /// The result of `operation` for every pair of elements.
    @inline(__always)
    func map<Element: TensorElement, Result: TensorElement>(
        _ a: Tensor, _ b: Tensor, _ name: String, _ operation: (Element, Element) -> Result
    ) throws -> Tensor {
        let result = try Tensor.uninitialized(shape, count: count, Result.dtype, name)
        let (left, right, out) = (a.start(of: Element.self), b.start(of: Element.self), result.start(of: Result.self))
        forEachPiece { at, leftAt, rightAt, count in
            let (x, y, z) = (left + leftAt, right + rightAt, out + at)
            // Loops of even steps, which the compiler turns into vector instructions.
            if leftStep == rightStep {
                for index in 0..<count { z[index] = operation(x[index], y[index]) }
            } else if leftStep == 0 {
                let value = x[0]
                for index in 0..<count { z[index] = operation(value, y[index]) }
            } else {
                let value = y[0]
                for index in 0..<count { z[index] = operation(x[index], value) }
            }
        }
        return result
    }
}

extension Tensor {
    /// The sum over the axes along which this tensor was broadcast from `target`: the way back of broadcasting.
    package func summed(to target: [Int]) throws -> Tensor {
        if shape == target { return self }
        let added = rank - target.count
        let axes = shape.indices.filter { $0 < added || (target[$0 - added] == 1 && shape[$0] != 1) }
        let sum = axes.isEmpty ? self : try sum(axes: axes, keepDims: true)
        return try sum.reshaped(target)
    }

    /// The tensor repeated along axes of size 1 (and new leading ones) to `target`.
    public func broadcast(to target: [Int]) throws -> Tensor { try broadcast(to: target, "broadcast_to") }

    /// The same for the operation that an error names.
    func broadcast(to target: [Int], _ operation: String) throws -> Tensor {
        if shape == target { return self }
        guard try Shape.broadcast(shape, target, operation) == target else {
            throw TensorError.shapeMismatch(operation: operation, left: shape, right: target, axis: nil)
        }
        let source = shape
        return try Tape.unary(self) {
            try $0.repeated(to: target, operation)
        } pullback: { _, _ in
            { try $0.summed(to: source) }
        }
    }

    private func repeated(to target: [Int], _ operation: String) throws -> Tensor {
        let plan = try BroadcastPlan(shape, target, operation)
        let result = try Tensor.uninitialized(target, count: plan.count, dtype, operation)
        switch dtype.size {
        case 1: plan.spread(start(of: UInt8.self), result.start(of: UInt8.self))
        case 4: plan.spread(start(of: Int32.self), result.start(of: Int32.self))
        default: plan.spread(start(of: Int64.self), result.start(of: Int64.self))
        }
        return result
    }
}

extension BroadcastPlan {
    fileprivate func spread<Element>(_ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>) {
        forEachPiece { at, from, _, count in
            if leftStep == 0 {
                (target + at).update(repeating: source[from], count: count)
            } else {
                (target + at).update(from: source + from, count: count)
            }
        }
    }
}
