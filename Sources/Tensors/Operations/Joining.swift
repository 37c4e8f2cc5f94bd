extension Tensor {
    /// The tensors one after the other along `axis`; their other sizes agree.
    public static func concatenated(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
        guard let first = tensors.first else {
            throw TensorError.valueOutOfRange(operation: "concat", value: "no tensors", rule: "one or more")
        }
        let place = try Shape.axis(axis, of: first.shape, "concat")
        var target = first.shape
        for tensor in tensors.dropFirst() {
            var other = tensor.shape
            guard other.count == target.count else {
                throw TensorError.shapeMismatch(operation: "concat", left: first.shape, right: tensor.shape, axis: nil)
            }
            let (sum, overflow) = target[place].addingReportingOverflow(other[place])
            if overflow { throw TensorError.countOverflow(operation: "concat", shape: other) }
            target[place] = sum
            other[place] = target[place]
            if let clash = target.indices.first(where: { target[$0] != other[$0] }) {
                throw TensorError.shapeMismatch(operation: "concat", left: first.shape, right: tensor.shape, axis: clash)
            }
        }
        let kind = tensors.reduce(first.dtype) { $0.promoted(with: $1.dtype) }
        let sizes = tensors.map { $0.shape[place] }
        let shape = target
        return try Tape.nary(tensors.map { try $0.converted(to: kind) }) {
            try join($0, shape, place)
        } pullback: { _, _, needs in
            { g in
                let parts = try g.split(sizes, axis: place)
                return zip(parts, needs).map { $1 ? $0 : nil }
            }
        }
    }

    /// The tensors, all of one shape, along a new axis.
    public static func stacked(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
        if let first = tensors.first, let other = tensors.first(where: { $0.shape != first.shape }) {
            throw TensorError.shapeMismatch(operation: "stack", left: first.shape, right: other.shape, axis: nil)
        }
        let rank = (tensors.first?.rank ?? 0) + 1
        guard axis >= -rank, axis < rank else {
            throw TensorError.axisOutOfRange(operation: "stack", axis: axis, shape: tensors.first?.shape ?? [])
        }
        let place = axis < 0 ? axis + rank : axis
        return try concatenated(tensors.map { try $0.expanded(at: place) }, axis: place)
    }

    /// Parts of the given sizes along `axis`, which add up to its size.
    public func split(_ sizes: [Int], axis: Int = 0) throws -> [Tensor] {
        let axis = try Shape.axis(axis, of: shape, "split")
        // None larger than the axis, so that their sum cannot overflow.
        guard sizes.allSatisfy({ $0 >= 0 && $0 <= shape[axis] }), sizes.reduce(0, +) == shape[axis] else {
            throw TensorError.invalidShape(operation: "split", shape: shape, rule: "parts \(sizes) that add up to axis \(axis)")
        }
        var start = 0
        return try sizes.map { size in
            defer { start += size }
            return try indexed(Array(repeating: .slice(), count: axis) + [.slice(from: start, to: start + size)])
        }
    }

    /// `count` equal parts along `axis`.
    public func split(into count: Int, axis: Int = 0) throws -> [Tensor] {
        let axis = try Shape.axis(axis, of: shape, "split")
        guard count > 0, shape[axis] % count == 0 else {
            throw TensorError.invalidShape(
                operation: "split", shape: shape, rule: "an axis \(axis) that divides into \(count) equal parts")
        }
        return try split(Array(repeating: shape[axis] / count, count: count), axis: axis)
    }

    /// `value` around the tensor: for each axis how many before and after.
    public func padded(_ widths: [(before: Int, after: Int)], with value: Double = 0) throws -> Tensor {
        guard widths.count == rank, widths.allSatisfy({ $0.before >= 0 && $0.after >= 0 }) else {
            throw TensorError.invalidShape(operation: "pad", shape: shape, rule: "two widths from 0 for each axis")
        }
        let target = try zip(shape, widths).map { size, width in
            let (sum, overflow) = width.before.addingReportingOverflow(width.after)
            let (total, more) = sum.addingReportingOverflow(size)
            if overflow || more { throw TensorError.countOverflow(operation: "pad", shape: shape) }
            return total
        }
        let inside = zip(shape, widths).map { TensorIndex.slice(from: $1.before, to: $1.before + $0) }
        return try Tensor.filled(target, value, dtype, "pad").updated(at: inside, .set, with: self)
    }

    /// The tensor laid side by side `repeats` times along each axis; missing leading axes are 1.
    public func tiled(_ repeats: [Int]) throws -> Tensor {
        guard repeats.allSatisfy({ $0 >= 0 }) else { throw TensorError.negativeSize(operation: "tile", shape: repeats) }
        let rank = max(self.rank, repeats.count)
        let sizes = Array(repeating: 1, count: rank - self.rank) + shape
        let times = Array(repeating: 1, count: rank - repeats.count) + repeats
        let target = try zip(sizes, times).map { size, time in
            let (product, overflow) = size.multipliedReportingOverflow(by: time)
            if overflow { throw TensorError.countOverflow(operation: "tile", shape: repeats) }
            return product
        }
        let apart = try reshaped(sizes.flatMap { [1, $0] })
        return try apart.broadcast(to: zip(times, sizes).flatMap { [$0, $1] }).reshaped(target)
    }

    /// Every element `count` times in a row along `axis` (nil: of the flattened tensor).
    public func repeated(_ count: Int, axis: Int? = nil) throws -> Tensor {
        guard count >= 0 else { throw TensorError.negativeSize(operation: "repeat", shape: [count]) }
        guard let axis else { return try flattened().repeated(count, axis: 0) }
        let place = try Shape.axis(axis, of: shape, "repeat")
        var target = shape
        let (size, overflow) = shape[place].multipliedReportingOverflow(by: count)
        if overflow { throw TensorError.countOverflow(operation: "repeat", shape: shape) }
        target[place] = size
        var spread = shape
        spread.insert(count, at: place + 1)
        return try expanded(at: place + 1).broadcast(to: spread).reshaped(target)
    }

    /// The elements of `axes` (nil: all) in the opposite order.
    public func flipped(_ axes: [Int]? = nil) throws -> Tensor {
        let axes = try Shape.axes(axes, of: shape, "flip")
        return try indexed(shape.indices.map { axes.contains($0) ? .slice(by: -1) : .slice() })
    }

    /// The elements moved on by `shift` along `axis`; what falls off comes in again at the other end.
    public func rolled(_ shift: Int, axis: Int) throws -> Tensor {
        let axis = try Shape.axis(axis, of: shape, "roll")
        guard shape[axis] > 0 else { return self }
        let size = shape[axis]
        let cut = ((size - shift % size) % size + size) % size
        let parts = try split([cut, size - cut], axis: axis)
        return try Tensor.concatenated([parts[1], parts[0]], axis: axis)
    }

    private static func join(_ tensors: [Tensor], _ shape: [Int], _ axis: Int) throws -> Tensor {
        guard let first = tensors.first else { return try .zeros(shape) }
        let result = try uninitialized(shape, first.dtype, "concat")
        if result.count == 0 { return result }
        let rows = Shape.product(shape[..<axis])
        let size = first.dtype.size
        let stride = Shape.product(shape[axis...]) * size
        var start = 0
        for tensor in tensors {
            let bytes = Shape.product(tensor.shape[axis...]) * size
            for row in 0..<rows {
                (result.storage.pointer + row * stride + start).copyMemory(
                    from: tensor.storage.pointer + row * bytes, byteCount: bytes)
            }
            start += bytes
        }
        return result
    }
}
