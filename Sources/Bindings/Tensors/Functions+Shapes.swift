import ScriptRuntime
import Tensors

extension TensorFunction {
    /// The same elements in other places.
    static var shapes: [TensorFunction] {
        [
            TensorFunction("reshape(x, shape)", "The same elements in another shape; one size may be -1 and is worked out.") {
                try $0.tensor().reshaped($0.shape(1))
            },
            TensorFunction("transpose(x, axes=None)", "The axes in another order (None: turned around).") {
                try $0.tensor().transposed($0.axes(1))
            },
            TensorFunction("permute_dims(x, axes)", "The axes in another order.") {
                try $0.tensor().transposed($0.ints(1, "axes"))
            },
            TensorFunction("swapaxes(x, axis1, axis2)", "Two axes exchanged.", method: true) {
                try $0.tensor().exchanged($0.int(1), $0.int(2))
            },
            TensorFunction("moveaxis(x, source, destination)", "One axis moved to another place.") {
                try $0.tensor().moved($0.int(1), to: $0.int(2))
            },
            TensorFunction("squeeze(x, axis=None)", "Without axes of size 1: those named, or all.", method: true) {
                try $0.tensor().squeezed($0.axes(1))
            },
            TensorFunction("expand_dims(x, axis=0)", "A new axis of size 1 at axis.", method: true) {
                try $0.tensor().expanded(at: $0.int(1))
            },
            TensorFunction("flatten(x)", "All elements in one row.", method: true) { try $0.tensor().flattened() },
            TensorFunction("ravel(x)", "All elements in one row.", method: true) { try $0.tensor().flattened() },
            TensorFunction("broadcast_to(x, shape)", "The elements repeated to fill shape, by the rules of broadcasting.") {
                call in
                let (x, shape) = (try call.tensor(), try call.shape(1))
                try call.reserve(shape, x.dtype)
                return try x.broadcast(to: shape)
            },
            TensorFunction("concat(tensors, axis=0)", "Joined along an axis that they have.") {
                try .concatenated($0.joined(), axis: $0.int(1))
            },
            TensorFunction("concatenate(tensors, axis=0)", "The same as concat.") {
                try .concatenated($0.joined(), axis: $0.int(1))
            },
            TensorFunction("stack(tensors, axis=0)", "Joined along a new axis.") { try .stacked($0.joined(), axis: $0.int(1)) },
            TensorFunction(
                values: "split(x, indices_or_sections, axis=0)",
                "Equal parts along axis (an int), or parts that begin at the given places."
            ) { call in
                let (x, axis) = (try call.tensor(), try call.int(2))
                if case .int(let count) = call[1] {
                    return .list(try x.split(into: count, axis: axis).map { call.engine.tensorValue($0) })
                }
                return .list(try x.parts(at: call.ints(1, "indices_or_sections"), axis: axis).map { call.engine.tensorValue($0) })
            },
            TensorFunction(values: "unstack(x, axis=0)", "The parts along axis, without it.") { call in
                let x = try call.tensor()
                let moved = try x.moved(call.int(1), to: 0)
                return .list(try (0..<moved.shape[0]).map { call.engine.tensorValue(try moved.indexed(.at($0))) })
            },
            TensorFunction(
                "pad(x, pad_width, constant_values=0.0)", "A border: one width, a pair (before, after), or a pair for each axis."
            ) { call in
                let x = try call.tensor()
                return try x.padded(call.widths(1, rank: x.rank), with: call.call.double(2))
            },
            TensorFunction("tile(x, repetitions)", "Laid side by side so often along each axis.") { call in
                let (x, times) = (try call.tensor(), try call.ints(1, "repetitions"))
                try call.reserve(x.shape + times, x.dtype)
                return try x.tiled(times)
            },
            TensorFunction(
                "repeat(x, repeats, axis=None)", "Every element so often in a row along axis (None: of the flattened tensor).",
                method: true
            ) { call in
                let (x, times) = (try call.tensor(), try call.int(1))
                try call.reserve(x.shape + [times], x.dtype)
                return try x.repeated(times, axis: call.optionalInt(2))
            },
            TensorFunction("flip(x, axis=None)", "Turned around along axis (None: all).") { try $0.tensor().flipped($0.axes(1)) },
            TensorFunction(
                "roll(x, shift, axis=None)", "Moved along axis (None: in the flattened tensor); what leaves comes in again."
            ) { call in
                let x = try call.tensor()
                if let axis = try call.optionalInt(2) { return try x.rolled(call.int(1), axis: axis) }
                return try x.flattened().rolled(call.int(1), axis: 0).reshaped(x.shape)
            },
        ]
    }
}

extension TensorCall {
    /// The tensors to be joined, of one dtype.
    func joined() throws -> [Tensor] {
        let parts = try tensors()
        guard let first = parts.first else {
            throw Raised(.valueError, "\(name): no tensors to join", hint: "Give a list of at least one tensor.")
        }
        let kind = parts.reduce(first.dtype) { $0.promoted(with: $1.dtype) }
        return try parts.map { try $0.converted(to: kind) }
    }

    /// How wide a border is before and after each axis. One number stands for both sides, one pair for all axes.
    func widths(_ index: Int, rank: Int) throws -> [(before: Int, after: Int)] {
        func sides(_ value: Value) throws -> (before: Int, after: Int) {
            let numbers = try ints(value, "pad_width")
            guard let first = numbers.first, numbers.count <= 2 else { throw badWidths }
            return (first, numbers[numbers.count - 1])
        }
        guard case .host = call[index] else {
            let items = (try? interpreter.items(of: call[index])) ?? []
            let isNested = items.contains { if case .int = $0 { false } else { true } }
            if !isNested { return Array(repeating: try sides(call[index]), count: rank) }
            let widths = try items.map(sides)
            return widths.count == 1 ? Array(repeating: widths[0], count: rank) : widths
        }
        return Array(repeating: try sides(call[index]), count: rank)
    }

    private var badWidths: Raised { .value("\(name): pad_width must be an int, a pair (before, after), or a pair for each axis") }
}

extension Tensor {
    /// Parts along `axis` that begin at `places`, the first one at 0; places beyond the axis give empty parts, as in NumPy.
    fileprivate func parts(at places: [Int], axis: Int) throws -> [Tensor] {
        let position = axis < 0 ? axis + rank : axis
        guard shape.indices.contains(position) else {
            throw TensorError.axisOutOfRange(operation: "split", axis: axis, shape: shape)
        }
        let before = Array(repeating: TensorIndex.slice(), count: position)
        let ends: [Int?] = places.map { $0 } + [nil]
        return try zip([0] + places, ends).map { start, end in try indexed(before + [.slice(from: start, to: end)]) }
    }
}
