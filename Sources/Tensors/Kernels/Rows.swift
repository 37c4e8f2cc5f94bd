import CKernels

/// Work on the rows of a matrix [rows, columns].
package enum Rows {
    package typealias Input = UnsafePointer<Float>
    package typealias Output = UnsafeMutablePointer<Float>

    /// y = x + bias for every row, then max(…, 0) when `relu`; x and y may be the same.
    package static func addBias(_ x: Input, _ bias: Input, _ y: Output, rows: Int, columns: Int, relu: Bool = false) {
        each(rows, columns) { ck_bias_rows(x, bias, y, columns, $0.lowerBound, $0.upperBound, relu ? 1 : 0) }
    }

    /// sums[column] = Σ over the rows: the gradient of a bias.
    package static func columnSums(_ x: Input, _ sums: Output, rows: Int, columns: Int) {
        guard rows * columns > Elementwise.grain else { return ck_column_sums(x, sums, rows, columns, 0, columns) }
        Parallel.ranges(columns, grain: 64) { ck_column_sums(x, sums, rows, columns, $0.lowerBound, $0.upperBound) }
    }

    /// x and y may be the same in all of these.
    package static func softmax(_ x: Input, _ y: Output, rows: Int, columns: Int) {
        each(rows, columns) { ck_softmax_rows(x, y, columns, $0.lowerBound, $0.upperBound) }
    }
    package static func logSoftmax(_ x: Input, _ y: Output, rows: Int, columns: Int) {
        each(rows, columns) { ck_log_softmax_rows(x, y, columns, $0.lowerBound, $0.upperBound) }
    }
    /// y[row] = log Σ exp x[row]; −∞ for a row of −∞.
    package static func logSumExp(_ x: Input, _ y: Output, rows: Int, columns: Int) {
        each(rows, columns) { ck_log_sum_exp_rows(x, y, columns, $0.lowerBound, $0.upperBound) }
    }

    /// losses[row] = −log softmax(x[row])[label]; gradient = scale · (softmax − one-hot) when wanted (it may be x).
    ///
    /// - Precondition: every label is in `0..<columns`; the caller has checked them.
    package static func softmaxCrossEntropy(
        _ x: Input, labels: UnsafePointer<Int32>, scale: Float, losses: Output, gradient: Output?, rows: Int, columns: Int
    ) {
        each(rows, columns) {
            ck_softmax_cross_entropy_rows(x, labels, scale, losses, gradient, columns, $0.lowerBound, $0.upperBound)
        }
    }

    private static func each(_ rows: Int, _ columns: Int, _ body: (Range<Int>) -> Void) {
        guard rows > 0, columns > 0 else { return }
        Parallel.ranges(rows, grain: max(1, Elementwise.grain / 2 / columns), body)
    }
}
