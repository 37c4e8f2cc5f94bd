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
            TensorFunction("argwhere(x)", "The places of the elements that are not 0, one in each row.") { call in
                let x = try call.tensor()
                if x.rank == 0 { return try .zeros([try x.converted(to: .bool).truth() ? 1 : 0, 0], .int64) }
                return try .stacked(x.nonzero(), axis: 1)
            },
            TensorFunction("flatnonzero(x)", "The places in the flattened tensor of the elements that are not 0.") {
                try $0.tensor().flattened().nonzero()[0]
            },
            TensorFunction(
                "searchsorted(x, v, side='left')",
                "Where each element of v would go into the sorted row x: before its equals ('left') or behind them ('right').", method: true
            ) { call in
                let (row, values) = try call.pair(comparing: true)
                return try row.places(for: values, behindEquals: call.word(2, "side", ["left", "right"]) == "right")
            },
            TensorFunction("isin(element, test_elements)", "Whether test_elements has each element.") { call in
                let (x, values) = try call.pair(comparing: true)
                return try x.isIn(values)
            },
            TensorFunction(
                values: "unique(x, return_index=False, return_inverse=False, return_counts=False)",
                "The distinct elements in order; on demand also where each comes first, the place of each element among them, "
                    + "and how often each comes, as a tuple."
            ) { call in
                let (values, first, inverse, counts) = try call.tensor().unique()
                let more = try [first, inverse, counts].enumerated().filter { try call.flag($0.offset + 1) }.map(\.element)
                let found = try ([values] + more).map { try call.engine.result($0) }
                return found.count == 1 ? found[0] : .tuple(found)
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
