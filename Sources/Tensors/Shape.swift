/// Arithmetic of shapes; every function throws rather than overflow.
package enum Shape {
    /// The number of elements.
    package static func count(_ shape: [Int], _ operation: String) throws -> Int {
        var count = 1
        var hasZero = false
        for size in shape {
            if size < 0 { throw TensorError.negativeSize(operation: operation, shape: shape) }
            if size == 0 { hasZero = true; continue }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            if overflow { throw TensorError.countOverflow(operation: operation, shape: shape) }
            count = product
        }
        return hasZero ? 0 : count
    }

    /// The common shape of two operands: sizes agree from the right, or one of them is 1.
    package static func broadcast(_ left: [Int], _ right: [Int], _ operation: String) throws -> [Int] {
        if left == right || right.isEmpty { return left }
        if left.isEmpty { return right }
        var result = left.count >= right.count ? left : right
        for back in 1...min(left.count, right.count) {
            let (a, b) = (left[left.count - back], right[right.count - back])
            guard a == b || a == 1 || b == 1 else {
                throw TensorError.shapeMismatch(operation: operation, left: left, right: right, axis: -back)
            }
            result[result.count - back] = a == 1 ? b : a
        }
        return result
    }

    /// `axis` counted from the front.
    package static func axis(_ axis: Int, of shape: [Int], _ operation: String) throws -> Int {
        guard axis >= -shape.count, axis < shape.count else {
            throw TensorError.axisOutOfRange(operation: operation, axis: axis, shape: shape)
        }
        return axis < 0 ? axis + shape.count : axis
    }

    /// `axes` counted from the front and sorted; nil means all of them.
    package static func axes(_ axes: [Int]?, of shape: [Int], _ operation: String) throws -> [Int] {
        guard let axes else { return Array(shape.indices) }
        let found = try axes.map { try axis($0, of: shape, operation) }.sorted()
        for (first, second) in zip(found, found.dropFirst()) where first == second {
            throw TensorError.repeatedAxis(operation: operation, axis: first)
        }
        return found
    }

    /// Steps in elements between neighbours along each axis of a contiguous tensor.
    package static func strides(_ shape: [Int]) -> [Int] {
        var strides = shape
        var step = 1
        for axis in shape.indices.reversed() {
            strides[axis] = step
            step *= max(1, shape[axis])
        }
        return strides
    }

    /// Product of sizes; only for shapes of tensors that exist, whose count is known to fit.
    package static func product(_ sizes: some Sequence<Int>) -> Int { sizes.reduce(1, *) }
}
