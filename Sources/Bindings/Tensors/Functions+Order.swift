import ScriptRuntime
import Tensors

extension TensorFunction {
    /// Elements by place or by order.
    static var order: [TensorFunction] {
        [
            TensorFunction(
                "take(x, indices, axis=None)", "The parts that indices name along axis (None: of the flattened tensor).",
                method: true
            ) { call in
                let (x, places) = (try call.tensor(), try call.places(1))
                guard let axis = try call.optionalInt(2) else { return try x.flattened().gathered(places) }
                return try x.gathered(places, axis: axis)
            },
            TensorFunction("gather(x, indices, axis=0)", "The parts that indices name along axis.") { call in
                try call.tensor().gathered(call.places(1), axis: call.int(2))
            },
            TensorFunction(
                "take_along_axis(x, indices, axis=-1)", "For each line along axis the elements that indices name for it."
            ) { call in
                try call.tensor().takenAlong(call.places(1), axis: call.int(2))
            },
            TensorFunction("sort(x, axis=-1, descending=False)", "Sorted along axis; NaN comes last.") { call in
                try call.tensor().sorted(axis: call.int(1), descending: call.flag(2))
            },
            TensorFunction(
                "argsort(x, axis=-1, descending=False)", "The places that sort x along axis; equal elements keep their order.",
                method: true
            ) { call in
                try call.tensor().argsorted(axis: call.int(1), descending: call.flag(2))
            },
            TensorFunction(
                values: "topk(x, k, axis=-1, largest=True)",
                "The k greatest (or smallest) elements along axis, best first, and their places."
            ) { call in
                let (values, places) = try call.tensor().top(call.int(1), axis: call.int(2), greatest: call.flag(3))
                return .tuple([try call.engine.result(values), try call.engine.result(places)])
            },
            TensorFunction(
                values: "nonzero(x)", "The places of the elements that are not 0: a tuple with one tensor for each axis.",
                method: true
            ) { call in
                .tuple(try call.tensor().nonzero().map { try call.engine.result($0) })
            },
        ]
    }
}

extension TensorCall {
    /// Whole numbers that name places.
    func places(_ index: Int) throws -> Tensor {
        let places = try tensor(index)
        if places.count == 0 { return try places.converted(to: .int64) }
        guard places.dtype.isInteger else {
            throw TensorError.wrongDType(operation: name, found: places.dtype, needed: [.int64, .int32])
        }
        return places
    }
}
