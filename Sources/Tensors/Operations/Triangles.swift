extension Tensor {
    /// The last two axes with zeros above (`lower`) or below diagonal `diagonal`.
    public func triangle(lower: Bool, diagonal: Int = 0) throws -> Tensor {
        guard rank >= 2 else { throw TensorError.invalidShape(operation: lower ? "tril" : "triu", shape: shape, rule: "rank 2 or more") }
        let rows = try Tensor.range(to: Double(shape[rank - 2]), .int64).expanded(at: 1)
        let columns = try Tensor.range(to: Double(shape[rank - 1]), .int64)
        let distance = try columns - rows
        let keep = try distance.compared(lower ? .lessOrEqual : .greaterOrEqual, Tensor(Int64(diagonal)))
        return try Tensor.select(keep, self, Tensor.zeros([], dtype))
    }

    /// The diagonal of a matrix, or the matrix with this vector as its diagonal.
    public func diagonal() throws -> Tensor {
        switch rank {
        case 1:
            let along = TensorIndex.positions(try .range(to: Double(count), .int64))
            return try Tensor.zeros([count, count], dtype).updated(at: [along, along], .set, with: self)
        case 2:
            let along = TensorIndex.positions(try .range(to: Double(min(shape[0], shape[1])), .int64))
            return try indexed([along, along])
        default: throw TensorError.invalidShape(operation: "diag", shape: shape, rule: "rank 1 or 2")
        }
    }
}
