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
        return try Self.pick(places, of: try Tensor.concatenated(losses))
    }

    private static func pick(_ rows: [Int], of tensor: Tensor) throws -> Tensor { try tensor.gathered(Tensor(rows)) }
}
