import ScriptRuntime
import Tensors

extension TensorFunction {
    /// New tensors.
    static var creation: [TensorFunction] {
        [
            TensorFunction(
                "tensor(data, dtype=None)",
                "A tensor of a number, of nested lists of numbers, or of a tensor. Without dtype: bool, int64, or float32 if there is a fraction.",
                read),
            TensorFunction("asarray(data, dtype=None)", "The same as tensor, by the array API's name.", read),
            TensorFunction("array(data, dtype=None)", "The same as tensor, by NumPy's name.", read),
            TensorFunction("zeros(shape, dtype='float32')", "Zeros.") { try filled($0, 0) },
            TensorFunction("ones(shape, dtype='float32')", "Ones.") { try filled($0, 1) },
            TensorFunction(
                "full(shape, fill_value, dtype=None)", "Every element fill_value, whose kind decides the dtype if none is given."
            ) { call in
                let shape = try call.shape(0)
                let value = try call.tensor(1, as: call.engine.dtype(call[2], call.name))
                try call.reserve(shape, value.dtype)
                return try value.broadcast(to: shape)
            },
            TensorFunction("zeros_like(x, dtype=None)", "Zeros of the shape of x.") { call in
                let x = try call.tensor()
                return try .zeros(x.shape, call.dtype(1, x.dtype))
            },
            TensorFunction("ones_like(x, dtype=None)", "Ones of the shape of x.") { call in
                let x = try call.tensor()
                return try .ones(x.shape, call.dtype(1, x.dtype))
            },
            TensorFunction("full_like(x, fill_value, dtype=None)", "A tensor of the shape of x with every element fill_value.") {
                call in
                let x = try call.tensor()
                return try call.tensor(1, as: call.dtype(2, x.dtype)).broadcast(to: x.shape)
            },
            TensorFunction(
                "arange(start, stop=None, step=1, dtype=None)",
                "start, start + step, ... below stop; with one argument from 0. int64 for ints, else float32."
            ) { call in
                let isWhole = [0, 1, 2].allSatisfy { index in
                    if case .float = call[index] { return false }
                    return true
                }
                let dtype = try call.dtype(3, isWhole ? .int64 : .float32)
                if isWhole, let whole = try wholeRange(call) { return try whole.converted(to: dtype) }
                let (start, stop) =
                    call.has(1) ? (try call.call.double(0), try call.call.double(1)) : (0, try call.call.double(0))
                let step = try call.call.double(2)
                if step != 0, (stop - start) / step < 0x1p62 { try call.reserve([Int(max(0, (stop - start) / step))], .float64) }
                return try .range(from: start, to: stop, by: step, dtype)
            },
            TensorFunction(
                "linspace(start, stop, num=50, dtype='float32')",
                "num numbers from start to stop, both included, with even steps."
            ) { call in
                let count = try call.int(2)
                try call.reserve([count], .float64)
                let (dtype, ends) = (try call.dtype(3, .float32), (try call.call.double(0), try call.call.double(1)))
                guard dtype.isFloating else {
                    // Whole numbers go down, as in NumPy.
                    return try Tensor.linear(from: ends.0, to: ends.1, count: count, .float64).floor().converted(to: dtype)
                }
                return try .linear(from: ends.0, to: ends.1, count: count, dtype)
            },
            TensorFunction("eye(n_rows, n_cols=None, k=0, dtype='float32')", "Ones on diagonal k, zeros elsewhere.") { call in
                let (rows, columns) = (try call.int(0), try call.optionalInt(1))
                try call.reserve([rows, columns ?? rows], call.dtype(3, .float32))
                return try .eye(rows, columns, diagonal: call.int(2), call.dtype(3, .float32))
            },
            TensorFunction(
                "logspace(start, stop, num=50, base=10.0, dtype='float32')", "num powers of base, from base ** start to base ** stop."
            ) { call in
                let (count, base) = (try call.int(2), try call.call.double(3))
                try call.reserve([count], .float64)
                let powers = try Tensor.linear(from: call.call.double(0), to: call.call.double(1), count: count, .float64)
                return try powers.weak(base).power(powers).converted(to: call.dtype(4, .float32))
            },
            TensorFunction(
                "diag(x, k=0)", "Diagonal k of a matrix, or the matrix with this vector as its diagonal k.", method: true
            ) { call in
                let (x, k) = (try call.tensor(), try call.int(1))
                let side = x.count.addingReportingOverflow(Int(clamping: k.magnitude)).partialValue
                if x.rank == 1 { try call.reserve([side, side], x.dtype) }
                return try x.diagonal(k)
            },
            TensorFunction(
                values: "meshgrid(*tensors, indexing='xy')",
                "A tensor for each row of coordinates, all of one shape: the first runs along axis 1, the second along axis 0 ('xy'), "
                    + "or each along its own ('ij')."
            ) { call in
                let rows = try call.tensors(0).map { try $0.flattened() }
                let isSwapped = try call.word(1, "indexing", ["xy", "ij"]) == "xy" && rows.count > 1
                var places = Array(rows.indices)
                if isSwapped { places.swapAt(0, 1) }
                let shape = places.map { rows[$0].count }
                return .tuple(
                    try rows.enumerated().map { number, row in
                        try call.reserve(shape, row.dtype)
                        let own = places.map { $0 == number ? row.count : 1 }
                        return try call.engine.result(row.reshaped(own).broadcast(to: shape))
                    })
            },
            TensorFunction("tril(x, k=0)", "The last two axes with zeros above diagonal k.") {
                try $0.tensor().triangle(lower: true, diagonal: $0.int(1))
            },
            TensorFunction("triu(x, k=0)", "The last two axes with zeros below diagonal k.") {
                try $0.tensor().triangle(lower: false, diagonal: $0.int(1))
            },
            TensorFunction(
                "one_hot(indices, depth, dtype='float32')", "A new last axis of depth: 1 at each element's number, 0 elsewhere."
            ) { call in
                let (numbers, depth, dtype) = (try call.tensor(), try call.int(1), try call.dtype(2, .float32))
                guard depth >= 0 else { throw TensorError.negativeSize(operation: "one_hot", shape: numbers.shape + [depth]) }
                try call.reserve(numbers.shape + [depth], .int64)
                return try .oneHot(numbers, depth: depth, dtype)
            },
        ]
    }

    private static func read(_ call: TensorCall) throws -> Tensor { try call.tensor(0, as: call.engine.dtype(call[1], call.name)) }

    /// A range of ints, exact however large they are; nil where that is not what is asked for.
    private static func wholeRange(_ call: TensorCall) throws -> Tensor? {
        guard case .int(let first) = call[0], case .int(let step) = call[2], step != 0 else { return nil }
        var (start, stop) = (0, first)
        if call.has(1) {
            guard case .int(let end) = call[1] else { return nil }
            (start, stop) = (first, end)
        }
        let (span, overflow) = step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
        if overflow { return nil }
        let count = span <= 0 ? 0 : Int((UInt(span) - 1) / step.magnitude) + 1
        try call.reserve([count], .int64)
        return try Tensor((0..<count).map { start + $0 * step })
    }

    private static func filled(_ call: TensorCall, _ value: Double) throws -> Tensor {
        let (shape, dtype) = (try call.shape(0), try call.dtype(1, .float32))
        try call.reserve(shape, dtype)
        return try value == 0 ? .zeros(shape, dtype) : .ones(shape, dtype)
    }
}
