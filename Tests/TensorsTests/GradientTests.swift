import Tensors
import Testing

/// Every operation's gradient against central differences.
struct GradientTests {
    typealias Case = (name: String, inputs: [Tensor], operation: ([Tensor]) throws -> Tensor)

    @Test func unaryFunctions() throws {
        let functions: [(String, (Tensor) throws -> Tensor)] = [
            ("negated", { try $0.negated() }), ("absolute", { try $0.absolute() }), ("exp", { try $0.exp() }),
            ("expm1", { try $0.expm1() }), ("sine", { try $0.sine() }), ("cosine", { try $0.cosine() }), ("tanh", { try $0.tanh() }),
            ("sigmoid", { try $0.sigmoid() }), ("softplus", { try $0.softplus() }), ("erf", { try $0.errorFunction() }),
            ("squared", { try $0.squared() }), ("relu", { try $0.relu() }), ("gelu", { try $0.gelu() }),
            ("clipped", { try $0.clipped(from: -0.7, to: 0.9) }), ("reciprocal", { try $0.reciprocal() }),
            ("converted", { try $0.converted(to: .float64) }),
        ]
        for (name, function) in functions { try expectGradient(of: [sample([2, 5])], name) { try function($0[0]) } }
        let positives: [(String, (Tensor) throws -> Tensor)] = [
            ("log", { try $0.log() }), ("log1p", { try $0.log1p() }), ("squareRoot", { try $0.squareRoot() }),
        ]
        for (name, function) in positives { try expectGradient(of: [positive([7])], name) { try function($0[0]) } }
        try expectGradient(of: [sample([5]) * 0.5], "tangent") { try $0[0].tangent() }
    }

    @Test func binaryFunctionsWithBroadcasting() throws {
        let shapes: [([Int], [Int])] = [([2, 3], [2, 3]), ([2, 3], [3]), ([2, 3], []), ([], [2, 3]), ([2, 1, 3], [4, 1]), ([1], [3])]
        let functions: [(String, (Tensor, Tensor) throws -> Tensor)] = [
            ("+", { try $0 + $1 }), ("-", { try $0 - $1 }), ("*", { try $0 * $1 }), ("/", { try $0 / $1 }),
            ("maximum", { try $0.maximum($1) }), ("minimum", { try $0.minimum($1) }), ("**", { try $0.power($1) }),
            ("where", { try Tensor.select($0.isGreater(than: 1), $0, $1) }),
        ]
        for (left, right) in shapes {
            for (name, function) in functions {
                try expectGradient(of: [positive(left), positive(right, offset: 50)], "\(name) \(left) \(right)") { try function($0[0], $0[1]) }
            }
        }
        try expectGradient(of: [positive([4]), positive([4], offset: 30)], "%") { try $0[0].remainder(dividingBy: $0[1]) }
    }

    @Test func reductions() throws {
        let axes: [[Int]?] = [nil, [0], [1], [-1], [0, 2], [1, 2], []]
        let functions: [(String, (Tensor, [Int]?, Bool) throws -> Tensor)] = [
            ("sum", { try $0.sum(axes: $1, keepDims: $2) }), ("mean", { try $0.mean(axes: $1, keepDims: $2) }),
            ("variance", { try $0.variance(axes: $1, keepDims: $2) }), ("prod", { try $0.product(axes: $1, keepDims: $2) }),
            ("max", { try $0.maximum(axes: $1, keepDims: $2) }), ("min", { try $0.minimum(axes: $1, keepDims: $2) }),
        ]
        for axes in axes {
            for (name, function) in functions {
                for keep in [false, true] {
                    try expectGradient(of: [sample([2, 3, 4])], "\(name) \(axes ?? [])", tolerance: 1e-5) { try function($0[0], axes, keep) }
                }
            }
        }
    }

    @Test func shapesAndProducts() throws {
        try expectGradient(of: [sample([2, 3, 4])], "reshape") { try $0[0].reshaped([4, -1]) }
        try expectGradient(of: [sample([2, 3, 4])], "transpose") { try $0[0].transposed([2, 0, 1]) }
        try expectGradient(of: [sample([3, 1])], "broadcast") { try $0[0].broadcast(to: [2, 3, 4]) }
        let shapes: [([Int], [Int])] = [
            ([2, 3], [3, 4]), ([3], [3]), ([3], [3, 2]), ([2, 3], [3]), ([5, 2, 3], [3, 4]), ([5, 2, 3], [5, 3, 4]), ([2, 3], [5, 3, 4]),
            ([2, 1, 2, 3], [4, 3, 2]),
        ]
        for (left, right) in shapes {
            try expectGradient(of: [sample(left), sample(right, offset: 9)], "matmul \(left) \(right)") { try $0[0].matmul($0[1]) }
        }
    }
}

extension GradientTests {
    @Test func softmaxAndItsKin() throws {
        for axis in [0, 1, 2] {
            try expectGradient(of: [sample([2, 3, 4])], "softmax \(axis)") { try $0[0].softmax(axis: axis) }
            try expectGradient(of: [sample([2, 3, 4])], "log_softmax \(axis)") { try $0[0].logSoftmax(axis: axis) }
            try expectGradient(of: [sample([2, 3, 4])], "logsumexp \(axis)") { try $0[0].logSumExp(axes: [axis]) }
        }
    }

    @Test func joiningAndOrder() throws {
        let x = try sample([2, 3, 4])
        try expectGradient(of: [x, sample([2, 1, 4], offset: 40)], "concat") { try Tensor.concatenated($0, axis: 1) }
        try expectGradient(of: [x, sample([2, 3, 4], offset: 40)], "stack") { try Tensor.stacked($0, axis: 2) }
        try expectGradient(of: [x], "split") { try $0[0].split([1, 2], axis: 1)[1] }
        try expectGradient(of: [x], "pad") { try $0[0].padded([(1, 0), (0, 2), (1, 1)], with: 3) }
        try expectGradient(of: [x], "tile") { try $0[0].tiled([2, 1, 2]) }
        try expectGradient(of: [x], "repeat") { try $0[0].repeated(3, axis: 1) }
        try expectGradient(of: [x], "flip") { try $0[0].flipped([0, 2]) }
        try expectGradient(of: [x], "roll") { try $0[0].rolled(2, axis: 2) }
        try expectGradient(of: [x], "tril") { try $0[0].triangle(lower: true) }
        try expectGradient(of: [sample([3])], "diag of a vector") { try $0[0].diagonal() }
        try expectGradient(of: [x], "sort") { try $0[0].sorted(axis: 1) }
        try expectGradient(of: [x], "topk") { try $0[0].top(2, axis: 2).values }
        try expectGradient(of: [x], "cumsum") { try $0[0].cumulativeSum(axis: 1) }
        try expectGradient(of: [sample([2, 3]), sample([3, 4]), sample([4, 2])], "einsum") { try Tensor.einsum("ij,jk,kl->il", $0) }
        try expectGradient(of: [sample([2, 1, 2, 3]), sample([4, 3, 2])], "einsum ellipsis") { try Tensor.einsum("...ij,...jk->...ik", $0) }
        try expectGradient(of: [sample([3, 3])], "einsum diagonal") { try Tensor.einsum("ii->i", $0) }
    }

    @Test func indexingAndUpdates() throws {
        let numbers = try Tensor([0, 2, 2])
        let mask = try sample([2, 3]).isGreater(than: 0)
        let indices: [[TensorIndex]] = [
            [.at(1)], [.ellipsis, .slice(from: 3, to: nil, by: -2)], [.slice(), .positions(numbers)], [.mask(mask)],
            [.newAxis, .at(0), .positions(numbers), .slice(to: 2)],
        ]
        for index in indices {
            try expectGradient(of: [sample([2, 3, 4])], "index") { try $0[0].indexed(index) }
            try expectGradient(of: [sample([2, 3, 4]), sample([], offset: 3)], "at.add") { try $0[0].updated(at: index, .add, with: $0[1]) }
        }
        for rule in UpdateRule.allCases {
            let index: [TensorIndex] = [.slice(), .positions(try Tensor([2, 0]))]
            try expectGradient(of: [positive([2, 3, 4]), positive([2, 1, 4], offset: 60)], "at.\(rule)") {
                try $0[0].updated(at: index, rule, with: $0[1])
            }
        }
        try expectGradient(of: [sample([4, 3])], "take") { try $0[0].gathered(Tensor([[3, 3].map { $0 }, [0, 1]].flatMap { $0 }, shape: [2, 2])) }
    }
}

extension GradientTests {
    @Test func functionsOfAnglesAndHyperbolas() throws {
        let functions: [(String, (Tensor) throws -> Tensor)] = [
            ("atan", { try $0.arcTangent() }), ("sinh", { try $0.sinh() }), ("cosh", { try $0.cosh() }), ("asinh", { try $0.arcSinh() }),
            ("silu", { try $0.silu() }), ("asin", { try ($0 * 0.4).arcSine() }), ("acos", { try ($0 * 0.4).arcCosine() }),
            ("atanh", { try ($0 * 0.4).arcTanh() }), ("acosh", { try ($0.squared() + 1.3).arcCosh() }),
        ]
        for (name, function) in functions { try expectGradient(of: [sample([2, 5])], name) { try function($0[0]) } }
        for (left, right) in [([2, 3], [2, 3]), ([2, 3], [3]), ([], [2, 3])] as [([Int], [Int])] {
            let inputs = [try sample(left), try sample(right, offset: 50)]
            try expectGradient(of: inputs, "atan2") { try $0[0].arcTangent(over: $0[1]) }
            try expectGradient(of: inputs, "hypot") { try $0[0].hypotenuse($0[1]) }
            try expectGradient(of: inputs, "logaddexp") { try $0[0].logAddingExp($0[1]) }
        }
    }

    @Test func productsOfVectorsAndMatrices() throws {
        let (a, b) = (try sample([2, 3]), try sample([4, 3], offset: 20))
        try expectGradient(of: [a, b], "outer") { try $0[0].outer($0[1]) }
        try expectGradient(of: [a, b], "inner") { try $0[0].inner($0[1]) }
        try expectGradient(of: [a, sample([3, 4])], "dot") { try $0[0].dot($0[1]) }
        try expectGradient(of: [a, sample([3, 2])], "vdot") { try $0[0].flatDot($0[1]) }
        try expectGradient(of: [a, sample([3], offset: 9)], "vecdot") { try $0[0].vectorDot($0[1]) }
        try expectGradient(of: [sample([2, 3, 4]), sample([4, 2, 5], offset: 9)], "tensordot") { try $0[0].contracted([0, 2], $0[1], [1, 0]) }
        try expectGradient(of: [a, sample([2, 1, 2], offset: 9)], "kron") { try $0[0].kronecker($0[1]) }
        try expectGradient(of: [a, sample([3], offset: 9)], "cross") { try $0[0].cross($0[1]) }
        try expectGradient(of: [sample([3, 2, 4])], "diagonal") { try $0[0].diagonal(1, between: 2, and: 0) }
        for order in [2.0, 1, 3, .infinity, -.infinity] {
            try expectGradient(of: [sample([3, 4])], "norm \(order)") { try $0[0].norm(order: order, axes: [1]) }
        }
    }

    @Test func statistics() throws {
        let x = try sample([2, 5])
        try expectGradient(of: [x], "median") { try $0[0].median(axes: [1]) }
        try expectGradient(of: [x], "quantile") { try $0[0].quantile(Tensor([0.15, 0.8]), axes: [0, 1], keepDims: true) }
        try expectGradient(of: [x, positive([5], offset: 30)], "average") { try $0[0].average(weights: $0[1], axes: [1]) }
        try expectGradient(of: [x], "diff") { try $0[0].differences(2, axis: 1) }
        try expectGradient(of: [sample([4], offset: 3), sample([3], offset: 60)], "interp") {
            try $0[0].interpolated(Tensor([-2.5, 0.1, 2.5]), $0[1])
        }
        for zeros in [[], [0], [2], [1, 3]] as [[Int]] {
            let line = try x.updated(at: [.slice(), .positions(Tensor(zeros))], .set, with: Tensor(0.0))
            try expectGradient(of: [line], "cumprod with zeros at \(zeros)") { try $0[0].cumulativeProduct(axis: 1) }
        }
    }
}
