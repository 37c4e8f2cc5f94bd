import ScriptRuntime
import Tensors

extension TensorFunction {
    /// How elements are distributed.
    static var statistics: [TensorFunction] {
        [
            TensorFunction(
                "median(x, axis=None, keepdims=False)", "The element in the middle over axis (None: all), or the mean of the two there."
            ) { try $0.tensor().median(axes: $0.axes(1), keepDims: $0.flag(2)) },
            TensorFunction(
                "quantile(x, q, axis=None, keepdims=False)",
                "Below what the share q (0 to 1) of the elements lies, in proportion between neighbours. The axes of q come first."
            ) { call in
                try call.tensor().quantile(call.tensor(1, as: .float64), axes: call.axes(2), keepDims: call.flag(3))
            },
            TensorFunction("percentile(x, q, axis=None, keepdims=False)", "quantile of q / 100.") { call in
                let percent = try call.tensor(1, as: .float64)
                if let wrong = percent.elements(as: Double.self).first(where: { !(0...100).contains($0) }) {
                    throw TensorError.valueOutOfRange(operation: call.name, value: "\(wrong) per cent", rule: "numbers from 0 to 100")
                }
                return try call.tensor().quantile(percent / 100, axes: call.axes(2), keepDims: call.flag(3), call.name)
            },
            TensorFunction(
                "average(x, axis=None, weights=None, keepdims=False)",
                "The mean over axis (None: all) in which elements count by their weights: a tensor of the shape of x, or a vector along axis."
            ) { call in
                guard call.has(2) else { return try call.tensor().mean(axes: call.axes(1), keepDims: call.flag(3)) }
                return try call.tensor().average(weights: call.tensor(2), axes: call.axes(1), keepDims: call.flag(3))
            },
            TensorFunction("ptp(x, axis=None, keepdims=False)", "The greatest element less the smallest over axis (None: all).") { call in
                let (x, axes, keeps) = (try call.tensor(), try call.axes(1), try call.flag(2))
                return try x.maximum(axes: axes, keepDims: keeps) - x.minimum(axes: axes, keepDims: keeps)
            },
            known("nansum", "The sum") { try $0.replacingNaN(by: 0).sum(axes: $1, keepDims: $2) },
            known("nanmean", "The mean") { x, axes, keeps in
                let number = try x.isNaN().inverted().sum(axes: axes, keepDims: keeps)
                return try x.replacingNaN(by: 0).sum(axes: axes, keepDims: keeps) / number
            },
            known("nanmax", "The greatest") { x, axes, keeps in
                let found = try x.replacingNaN(by: -.infinity).maximum(axes: axes, keepDims: keeps)
                return try x.dtype.isFloating ? Tensor.select(x.isNaN().all(axes: axes, keepDims: keeps), .nan, found) : found
            },
            known("nanmin", "The smallest") { x, axes, keeps in
                let found = try x.replacingNaN(by: .infinity).minimum(axes: axes, keepDims: keeps)
                return try x.dtype.isFloating ? Tensor.select(x.isNaN().all(axes: axes, keepDims: keeps), .nan, found) : found
            },
            TensorFunction(
                "diff(x, n=1, axis=-1)", "Each element less the one before it along axis, n times over; of bools whether they differ."
            ) { try $0.tensor().differences($0.int(1), axis: $0.int(2)) },
            TensorFunction(
                "bincount(x, weights=None, minlength=0)",
                "How often each whole number from 0 on comes in the row x, or what the weights of its places add up to."
            ) { call in
                let x = try call.tensor()
                return try x.occurrences(weights: call.has(1) ? call.tensor(1) : nil, least: call.int(2))
            },
            TensorFunction(
                values: "histogram(x, bins=10, range=None)",
                "How many elements lie in each of bins even steps over range (None: from the smallest to the greatest), or between "
                    + "the edges that bins gives; and the edges."
            ) { call in
                let (x, edges) = (try call.tensor(), try edges(call))
                return .tuple([try call.engine.result(x.histogram(edges: edges)), try call.engine.result(edges)])
            },
            TensorFunction(
                "interp(x, xp, fp, left=None, right=None)",
                "The broken line through the points (xp, fp) at x; xp goes up. Beyond its ends left and right (None: the first and last of fp)."
            ) { call in
                try call.tensor().interpolated(
                    call.tensor(1), call.tensor(2), left: call.optionalDouble(3), right: call.optionalDouble(4))
            },
        ]
    }

    private static func known(
        _ name: String, _ what: String, _ operation: @escaping (Tensor, [Int]?, Bool) throws -> Tensor
    ) -> TensorFunction {
        TensorFunction("\(name)(x, axis=None, keepdims=False)", "\(what) of the elements that are not NaN over axis (None: all).") {
            call in
            let (x, axes) = (try call.tensor(), try call.axes(1))
            _ = try Shape.axes(axes, of: x.shape, name)
            return try operation(x, axes, call.flag(2))
        }
    }

    private static func edges(_ call: TensorCall) throws -> Tensor {
        guard call.isNumber(1) else { return try call.tensor(1) }
        let (x, bins) = (try call.tensor(), try call.int(1))
        guard bins > 0 else { throw Raised.value("histogram: bins must be 1 or more, not \(bins)") }
        try call.reserve([bins], .float64)
        var (low, high) = (0.0, 1.0)
        if call.has(2) {
            let ends = try call.engine.items(of: call[2], for: call.name).map { try call.interpreter.double($0) }
            guard ends.count == 2 else { throw Raised.value("histogram: range must be two numbers, not \(ends.count)") }
            (low, high) = (ends[0], ends[1])
        } else if x.count > 0 {
            (low, high) = (try x.detached.minimum().item(), try x.detached.maximum().item())
        }
        guard low.isFinite, high.isFinite, low <= high else {
            throw TensorError.valueOutOfRange(
                operation: call.name, value: "the range from \(low) to \(high)", rule: "finite ends, the greater one last")
        }
        if low == high { (low, high) = (low - 0.5, high + 0.5) }
        return try .linear(from: low, to: high, count: bins + 1, x.dtype.floating)
    }
}

extension Tensor {
    fileprivate func replacingNaN(by value: Double) throws -> Tensor {
        dtype.isFloating ? try Tensor.select(isNaN(), value, self) : self
    }
}
