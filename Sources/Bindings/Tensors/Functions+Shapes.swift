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
            TensorFunction("matrix_transpose(x)", "The last two axes exchanged.") { call in
                let x = try call.tensor()
                guard x.rank >= 2 else { throw TensorError.invalidShape(operation: call.name, shape: x.shape, rule: "rank 2 or more") }
                return try x.exchanged(-2, -1)
            },
            TensorFunction("moveaxis(x, source, destination)", "Axes moved to other places, the others kept in order.") { call in
                let (x, from, to) = (try call.tensor(), try call.ints(1, "source"), try call.ints(2, "destination"))
                return try x.moved(from, to: to)
            },
            TensorFunction("squeeze(x, axis=None)", "Without axes of size 1: those named, or all.", method: true) {
                try $0.tensor().squeezed($0.axes(1))
            },
            TensorFunction("expand_dims(x, axis=0)", "A new axis of size 1 at axis, or several of them.", method: true) { call in
                let (x, axes) = (try call.tensor(), try call.ints(1, "axis"))
                return axes.count == 1 ? try x.expanded(at: axes[0]) : try x.expanded(at: axes)
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
            TensorFunction("vstack(tensors)", "Joined as rows: along axis 0, vectors being one row each.") {
                try .concatenated($0.joined().map { $0.rank < 2 ? try $0.reshaped([1, $0.count]) : $0 }, axis: 0)
            },
            TensorFunction("hstack(tensors)", "Joined side by side: along axis 1, vectors end to end.") { call in
                let parts = try call.joined().map { $0.rank == 0 ? try $0.reshaped([1]) : $0 }
                return try .concatenated(parts, axis: parts[0].rank == 1 ? 0 : 1)
            },
            TensorFunction("stack(tensors, axis=0)", "Joined along a new axis.") { try .stacked($0.joined(), axis: $0.int(1)) },
            TensorFunction(
                values: "split(x, indices_or_sections, axis=0)",
                "Equal parts along axis (an int), or parts that begin at the given places."
            ) { call in
                let (x, axis) = (try call.tensor(), try call.int(2))
                if case .int(let count) = call[1] {
                    try call.reserve(parts: min(count, x.shape.max() ?? 1))
                    return .list(try x.split(into: count, axis: axis).map { call.engine.tensorValue($0) })
                }
                return .list(try x.parts(at: call.ints(1, "indices_or_sections"), axis: axis).map { call.engine.tensorValue($0) })
            },
            TensorFunction(
                values: "array_split(x, indices_or_sections, axis=0)", "As split, but the parts need not be equal: the first ones get one more."
            ) { call in
                let (x, axis) = (try call.tensor(), try call.int(2))
                guard case .int(let count) = call[1] else {
                    return .list(try x.parts(at: call.ints(1, "indices_or_sections"), axis: axis).map { call.engine.tensorValue($0) })
                }
                return .list(try x.nearlyEqualParts(count, axis: axis, call).map { call.engine.tensorValue($0) })
            },
            TensorFunction(values: "unstack(x, axis=0)", "The parts along axis, without it.") { call in
                let x = try call.tensor()
                let moved = try x.moved(call.int(1), to: 0)
                try call.reserve(parts: moved.shape[0])
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
                "repeat(x, repeats, axis=None)",
                "Every element so often in a row along axis (None: of the flattened tensor); repeats is a number, or one for each.",
                method: true
            ) { call in
                let x = try call.tensor()
                guard call.isNumber(1) else { return try x.repeated(call.ints(1, "repeats"), axis: call.optionalInt(2), call) }
                let times = try call.int(1)
                try call.reserve(x.shape + [times], x.dtype)
                return try x.repeated(times, axis: call.optionalInt(2))
            },
            TensorFunction("flip(x, axis=None)", "Turned around along axis (None: all).") { try $0.tensor().flipped($0.axes(1)) },
            TensorFunction("rot90(x, k=1, axes=(0, 1))", "Turned by k quarters, from the first of the two axes to the second.") { call in
                let (x, k, axes) = (try call.tensor(), try call.int(1), try call.ints(2, "axes"))
                guard axes.count == 2 else { throw Raised.value("rot90: axes must be two, not \(axes.count)") }
                guard try Set(axes.map { try Shape.axis($0, of: x.shape, "rot90") }).count == 2 else {
                    throw TensorError.repeatedAxis(operation: "rot90", axis: axes[0])
                }
                return switch k & 3 {
                case 1: try x.flipped([axes[1]]).exchanged(axes[0], axes[1])
                case 2: try x.flipped(axes)
                case 3: try x.exchanged(axes[0], axes[1]).flipped([axes[1]])
                default: x
                }
            },
            TensorFunction(
                "roll(x, shift, axis=None)",
                "Moved along axis (None: in the flattened tensor), or along several; what leaves comes in again."
            ) { call in
                let x = try call.tensor()
                if let axes = try call.axes(2) {
                    let shifts = try call.ints(1, "shift")
                    guard shifts.count == axes.count || shifts.count == 1 || axes.count == 1 else {
                        throw Raised.value("roll: \(shifts.count) shifts for \(axes.count) axes")
                    }
                    return try (0..<max(axes.count, shifts.count)).reduce(x) {
                        try $0.rolled(shifts[min($1, shifts.count - 1)], axis: axes[min($1, axes.count - 1)])
                    }
                }
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
            let items = (try? engine.items(of: call[index], for: name)) ?? []
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
    /// Axes moved to other places, the others kept in order.
    fileprivate func moved(_ sources: [Int], to destinations: [Int]) throws -> Tensor {
        guard sources.count == destinations.count else {
            throw Raised.value("moveaxis: \(sources.count) axes cannot go to \(destinations.count) places")
        }
        _ = (try Shape.axes(sources, of: shape, "moveaxis"), try Shape.axes(destinations, of: shape, "moveaxis"))
        let from = try sources.map { try Shape.axis($0, of: shape, "moveaxis") }
        let to = try destinations.map { try Shape.axis($0, of: shape, "moveaxis") }
        var order = shape.indices.filter { !from.contains($0) }
        for (place, axis) in zip(to, from).sorted(by: { $0.0 < $1.0 }) { order.insert(axis, at: place) }
        return try transposed(order)
    }

    /// New axes of size 1 at `axes` of the result.
    fileprivate func expanded(at axes: [Int]) throws -> Tensor {
        let wide = shape + Array(repeating: 1, count: axes.count)
        let places = try Shape.axes(axes, of: wide, "expand_dims")
        var rest = shape[...]
        return try reshaped(wide.indices.map { places.contains($0) ? 1 : rest.removeFirst() })
    }

    /// `count` parts along `axis`, the first ones one longer where it does not come out even.
    fileprivate func nearlyEqualParts(_ count: Int, axis: Int, _ call: TensorCall) throws -> [Tensor] {
        let place = try Shape.axis(axis, of: shape, "array_split")
        guard count > 0 else { throw Raised.value("array_split: the number of parts must be 1 or more, not \(count)") }
        try call.reserve(parts: count)
        let (size, more) = shape[place].quotientAndRemainder(dividingBy: count)
        return try split((0..<count).map { $0 < more ? size + 1 : size }, axis: place)
    }

    /// Each part along `axis` (nil: each element) as often as its number says.
    fileprivate func repeated(_ times: [Int], axis: Int?, _ call: TensorCall) throws -> Tensor {
        guard let axis else { return try flattened().repeated(times, axis: 0, call) }
        let place = try Shape.axis(axis, of: shape, "repeat")
        guard times.count == shape[place] || times.count == 1 else {
            throw TensorError.shapeMismatch(operation: "repeat", left: shape, right: [times.count], axis: place, other: 0)
        }
        guard times.allSatisfy({ $0 >= 0 }) else { throw TensorError.negativeSize(operation: "repeat", shape: times) }
        if times.count == 1 && shape[place] != 1 { return try repeated(times[0], axis: place) }
        let total = times.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
        try call.reserve([total] + shape.indices.filter { $0 != place }.map { shape[$0] }, dtype)
        return try gathered(Tensor(times.indices.flatMap { Array(repeating: $0, count: times[$0]) }), axis: place)
    }

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
