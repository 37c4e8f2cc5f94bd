import Foundation

extension Tensor {
    /// exp(x) / Σ exp(x) along `axis`.
    public func softmax(axis: Int = -1) throws -> Tensor {
        try alongLast(axis, "softmax") { x in
            try Tape.unary(x) {
                try $0.softmaxRows(log: false)
            } pullback: { _, y in
                { g in try y * (g - (g * y).sum(axes: [-1], keepDims: true)) }
            }
        }
    }

    /// log(softmax(x)), without the loss of going through it.
    public func logSoftmax(axis: Int = -1) throws -> Tensor {
        try alongLast(axis, "log_softmax") { x in
            try Tape.unary(x) {
                try $0.softmaxRows(log: true)
            } pullback: { _, y in
                { g in try g - y.exp() * g.sum(axes: [-1], keepDims: true) }
            }
        }
    }

    /// log(Σ exp(x)) over `axes` (nil: all), without overflow; -inf where all elements are.
    public func logSumExp(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        let x = try converted(to: dtype.floating)
        let kept = try ReductionShape(self, axes, "logsumexp").shape
        let greatest = try count == 0 ? .zeros(kept, x.dtype) : x.detached.maximum(axes: axes, keepDims: true)
        let shift = try select(greatest.isFinite(), greatest, 0)
        let result = try (x - shift).exp().sum(axes: axes, keepDims: true).log() + shift
        return keepDims ? result : try result.squeezed(Shape.axes(axes, of: shape, "logsumexp"))
    }

    // MARK: - Implementation

    private func select(_ condition: Tensor, _ yes: Tensor, _ no: Double) throws -> Tensor { try Tensor.select(condition, yes, no) }

    /// `function` of the tensor with `axis` moved to the end, and back again.
    private func alongLast(_ axis: Int, _ operation: String, _ function: (Tensor) throws -> Tensor) throws -> Tensor {
        let axis = try Shape.axis(axis, of: shape, operation)
        let x = try converted(to: dtype.floating)
        if axis == rank - 1 { return try function(x) }
        return try function(x.exchanged(axis, rank - 1)).exchanged(axis, rank - 1)
    }

    private func softmaxRows(log: Bool) throws -> Tensor {
        let result = try Tensor.uninitialized(shape, count: count, dtype, log ? "log_softmax" : "softmax")
        let columns = shape[rank - 1]
        guard count > 0 else { return result }
        let rows = count / columns
        if dtype == .float64 {
            Self.softmaxRows(float64, result.float64, rows, columns, log)
        } else if log {
            Rows.logSoftmax(float32, result.float32, rows: rows, columns: columns)
        } else {
            Rows.softmax(float32, result.float32, rows: rows, columns: columns)
        }
        return result
    }

    private static func softmaxRows(
        _ source: UnsafeMutablePointer<Double>, _ target: UnsafeMutablePointer<Double>, _ rows: Int, _ columns: Int, _ log: Bool
    ) {
        for row in 0..<rows {
            let (x, y) = (source + row * columns, target + row * columns)
            var greatest = x[0]
            for column in 0..<columns where x[column] > greatest || x[column].isNaN { greatest = x[column] }
            var sum = 0.0
            for column in 0..<columns { sum += Foundation.exp(x[column] - greatest) }
            let total = greatest + Foundation.log(sum)
            for column in 0..<columns { y[column] = log ? x[column] - total : Foundation.exp(x[column] - total) }
        }
    }
}
