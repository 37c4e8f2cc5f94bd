import ScriptRuntime
import Tensors

extension TensorFunction {
    /// Products beside `matmul` and `einsum`, diagonals and lengths.
    static var products: [TensorFunction] {
        [
            TensorFunction(
                "dot(a, b)", "The sum of products over the last axis of a and the last but one of b; numbers multiply.", method: true
            ) { call in
                let (a, b) = try call.pair()
                return try a.dot(b)
            },
            TensorFunction("vdot(a, b)", "The sum of products of two flattened tensors.") { call in
                let (a, b) = try call.pair()
                return try a.flatDot(b)
            },
            TensorFunction("vecdot(x1, x2, axis=-1)", "The sum of products along one axis of both; their other axes broadcast.") { call in
                let (a, b) = try call.pair()
                return try a.vectorDot(b, axis: call.int(2))
            },
            TensorFunction("inner(a, b)", "The sum of products over both last axes; numbers multiply.") { call in
                let (a, b) = try call.pair()
                return try a.inner(b)
            },
            TensorFunction("outer(a, b)", "Every element of a times every element of b: a matrix of the flattened two.") { call in
                let (a, b) = try call.pair()
                try call.reserve([a.count, b.count], a.dtype.promoted(with: b.dtype))
                return try a.outer(b)
            },
            TensorFunction(
                "tensordot(a, b, axes=2)",
                "The sum of products over the last axes of a and the first of b (an int), or over those that a pair of lists names."
            ) { call in
                let (a, b) = try call.pair()
                if call.isNumber(2) {
                    let count = try call.int(2)
                    guard count >= 0, count <= min(a.rank, b.rank) else {
                        throw TensorError.valueOutOfRange(
                            operation: call.name, value: "\(count) axes of shapes \(TensorObject.text(a.shape)) and \(TensorObject.text(b.shape))",
                            rule: "a number from 0 to \(min(a.rank, b.rank))")
                    }
                    return try a.contracted(Array((a.rank - count)..<a.rank), b, Array(0..<count))
                }
                let sides = try call.engine.items(of: call[2], for: call.name)
                guard sides.count == 2 else { throw Raised.value("tensordot: axes must be an int or a pair of lists of axes") }
                return try a.contracted(call.ints(sides[0], "axes"), b, call.ints(sides[1], "axes"))
            },
            TensorFunction("kron(a, b)", "The Kronecker product: every element of a times all of b, as blocks.") { call in
                let (a, b) = try call.pair()
                try call.reserve([a.count, b.count], a.dtype.promoted(with: b.dtype))
                return try a.kronecker(b)
            },
            TensorFunction("cross(a, b, axis=-1)", "The vectors at right angles on pairs of vectors of three along axis.") { call in
                let (a, b) = try call.pair()
                return try a.cross(b, axis: call.int(2))
            },
            TensorFunction(
                "diagonal(x, offset=0, axis1=0, axis2=1)", "Diagonal offset of the matrices that two axes make, as the last axis.", method: true
            ) { try $0.tensor().diagonal($0.int(1), between: $0.int(2), and: $0.int(3)) },
            TensorFunction(
                "trace(x, offset=0, axis1=0, axis2=1)", "The sum of diagonal offset of the matrices that two axes make.", method: true
            ) { try $0.tensor().diagonal($0.int(1), between: $0.int(2), and: $0.int(3)).sum(axes: [-1]) },
            TensorFunction(
                "norm(x, ord=None, axis=None, keepdims=False)",
                "The length of vectors over axis (None: of all elements): the root of the squares, or of the powers ord; inf: the greatest size. "
                    + "Over two axes ord is 'fro', or 1 and inf for the greatest sum of sizes in a column or a row."
            ) { call in
                let (x, axes) = (try call.tensor(), try call.axes(2))
                var order = 2.0
                if case .str(let name) = call[1], name.string == "fro" {
                } else if call.has(1) {
                    order = try call.call.double(1)
                    let many = axes ?? Array(0..<x.rank)
                    if many.count == 2 { return try x.matrixNorm(order: order, axes: many, keepDims: call.flag(3)) }
                    guard many.count == 1 else {
                        throw Raised(
                            .valueError,
                            "norm: ord is for vectors and matrices, but shape \(TensorObject.text(x.shape)) is asked over \(many.count) axes",
                            hint: "Name one axis or two, or flatten the tensor.")
                    }
                }
                return try x.norm(order: order, axes: axes, keepDims: call.flag(3))
            },
        ]
    }
}
