import Tensors

/// A batch dealt out to towers: example i goes to tower i mod n, as the original's `shard_batch` does.
///
/// Towers are logical: the model runs once over the whole batch, only the task's hooks see shares. Losses come back into the batch's
/// order before they are added up, so that every sum, and with it every bit, is that of one tower.
struct Towers {
    /// Examples of each tower.
    let members: [[Int]]

    init(examples: Int, towers: Int) {
        let count = max(1, min(towers, examples))
        members = (0..<count).map { Array(stride(from: $0, to: examples, by: count)) }
    }

    private var isSingle: Bool { members.count == 1 }

    func features(_ features: [String: Tensor]) throws -> [[String: Tensor]] {
        try members.map { rows in isSingle ? features : try features.mapValues { try Self.pick(rows, of: $0) } }
    }

    func outputs(_ output: ModelOutput) throws -> [ModelOutput] {
        try members.map { rows in isSingle ? output : try output.map { try Self.pick(rows, of: $0) } }
    }

    func targets(_ targets: Targets) throws -> [Targets] {
        try members.map { rows in
            if isSingle { return targets }
            switch targets {
            case .dense(let tensor): return .dense(try Self.pick(rows, of: tensor))
            case .sequences(let sequences): return .sequences(rows.map { sequences[$0] })
            case .unknown: return .unknown(count: rows.count)
            }
        }
    }

    /// Losses of the towers' examples, `[n]`, in the order of the batch.
    func reordered(_ losses: [Tensor]) throws -> Tensor {
        if isSingle { return losses[0] }
        var places = [Int](repeating: 0, count: members.reduce(0) { $0 + $1.count })
        for (place, example) in members.flatMap(\.self).enumerated() { places[example] = place }
        return try Self.pick(places, of: try Self.joined(losses))
    }

    /// The rows `rows` of `tensor`, each at most once, in that order; its gradient puts them back.
    private static func pick(_ rows: [Int], of tensor: Tensor) throws -> Tensor {
        try Tape.unary(tensor) { x in
            try x.withRows { source, size in
                try Tensor(rowBytes: rows.map { source[($0 * size)..<(($0 + 1) * size)] }, like: x)
            }
        } pullback: { x, _ in
            var places = [Int?](repeating: nil, count: x.shape[0])
            for (place, row) in rows.enumerated() { places[row] = place }
            let sources = places
            return { gradient in
                try gradient.withRows { source, size in
                    let zeros = [UInt8](repeating: 0, count: size)[...]
                    return try Tensor(
                        rowBytes: sources.map { $0.map { source[($0 * size)..<(($0 + 1) * size)] } ?? zeros }, like: gradient)
                }
            }
        }
    }

    /// Vectors end to end.
    private static func joined(_ vectors: [Tensor]) throws -> Tensor {
        let counts = vectors.map(\.count)
        return try Tape.nary(vectors) { vectors in
            try Tensor(
                rowBytes: vectors.map { vector in vector.withUnsafeBytes { [UInt8]($0)[...] } }, like: vectors[0],
                rows: counts.reduce(0, +))
        } pullback: { _, _, _ in
            { gradient in
                try gradient.withRows { source, size in
                    var start = 0
                    return try counts.map { count in
                        defer { start += count }
                        return try Tensor(
                            rowBytes: [source[(start * size)..<((start + count) * size)]], like: gradient, rows: count)
                    }
                }
            }
        }
    }
}

extension Tensor {
    /// The tensor's bytes and the size of one row of its first axis.
    fileprivate func withRows<Answer>(_ body: (_ bytes: [UInt8], _ size: Int) throws -> Answer) rethrows -> Answer {
        let bytes = withUnsafeBytes { [UInt8]($0) }
        return try body(bytes, bytes.count / Swift.max(1, shape.first ?? 1))
    }

    /// Rows as bytes, with the type and the other axes of `model`.
    fileprivate init(rowBytes: [ArraySlice<UInt8>], like model: Tensor, rows: Int? = nil) throws {
        let shape = [rows ?? rowBytes.count] + model.shape.dropFirst()
        self = try Array(rowBytes.joined()).withUnsafeBytes { try Tensor(dtype: model.dtype, shape: Array(shape), bytes: $0) }
    }
}
