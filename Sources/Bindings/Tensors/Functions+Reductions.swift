import ScriptRuntime
import Tensors

extension TensorFunction {
    /// Many elements to one.
    static var reductions: [TensorFunction] {
        [
            reduce("sum", "The sum over axis (None: all); integers give int64.") { try $0.sum(axes: $1, keepDims: $2) },
            reduce("mean", "The mean over axis (None: all).") { try $0.mean(axes: $1, keepDims: $2) },
            reduce("prod", "The product over axis (None: all).") { try $0.product(axes: $1, keepDims: $2) },
            reduce("max", "The greatest element over axis (None: all); NaN wins.") { try $0.maximum(axes: $1, keepDims: $2) },
            reduce("min", "The smallest element over axis (None: all); NaN wins.") { try $0.minimum(axes: $1, keepDims: $2) },
            reduce("any", "Whether any element is true over axis (None: all).") { try $0.any(axes: $1, keepDims: $2) },
            reduce("all", "Whether all elements are true over axis (None: all).") { try $0.all(axes: $1, keepDims: $2) },
            reduce("logsumexp", "log(Σ exp(x)) over axis (None: all), without overflow.") {
                try $0.logSumExp(axes: $1, keepDims: $2)
            },
            reduce("count_nonzero", "How many elements are not 0 over axis (None: all).") {
                try $0.countOfNonzero(axes: $1, keepDims: $2)
            },
            TensorFunction(
                "var(x, axis=None, correction=0.0, keepdims=False)",
                "The variance over axis (None: all): squares over n - correction.", method: true
            ) { try $0.tensor().variance(axes: $0.axes(1), keepDims: $0.flag(3), correction: $0.call.double(2)) },
            TensorFunction(
                "std(x, axis=None, correction=0.0, keepdims=False)", "The standard deviation over axis (None: all).", method: true
            ) { try $0.tensor().standardDeviation(axes: $0.axes(1), keepDims: $0.flag(3), correction: $0.call.double(2)) },
            TensorFunction(
                "argmax(x, axis=None, keepdims=False)",
                "Where the greatest element is along axis (None: in the flattened tensor).", method: true
            ) { try $0.tensor().argmax(axis: $0.optionalInt(1), keepDims: $0.flag(2)) },
            TensorFunction(
                "argmin(x, axis=None, keepdims=False)",
                "Where the smallest element is along axis (None: in the flattened tensor).", method: true
            ) { try $0.tensor().argmin(axis: $0.optionalInt(1), keepDims: $0.flag(2)) },
            TensorFunction("cumsum(x, axis=None)", "Running sums along axis (None: of the flattened tensor).", method: true) {
                try $0.tensor().cumulativeSum(axis: $0.optionalInt(1))
            },
            TensorFunction("cumprod(x, axis=None)", "Running products along axis (None: of the flattened tensor).", method: true) {
                try $0.tensor().cumulativeProduct(axis: $0.optionalInt(1))
            },
            TensorFunction("einsum(equation, *operands)", "Products and sums by named axes: einsum('nij,njk->nik', a, b).") {
                call in
                try .einsum(call.call.string(0), call.tensors(1))
            },
        ]
    }

    private static func reduce(
        _ name: String, _ doc: String, _ operation: @escaping (Tensor, [Int]?, Bool) throws -> Tensor
    ) -> TensorFunction {
        TensorFunction("\(name)(x, axis=None, keepdims=False)", doc, method: name != "count_nonzero") { call in
            try operation(call.tensor(), call.axes(1), call.flag(2))
        }
    }
}
