extension Tensor {
    /// The last two axes with zeros above (`lower`) or below diagonal `diagonal`.
    public func triangle(lower: Bool, diagonal: Int = 0) throws -> Tensor {
        guard rank >= 2 else { throw TensorError.invalidShape(operation: lower ? "tril" : "triu", shape: shape, rule: "rank 2 or more") }
        if count == 0 { return self }
        let rows = try Tensor.range(to: Double(shape[rank - 2]), .int64).expanded(at: 1)
        let columns = try Tensor.range(to: Double(shape[rank - 1]), .int64)
        let distance = try columns - rows
        let keep = try distance.compared(lower ? .lessOrEqual : .greaterOrEqual, Tensor(Int64(diagonal)))
        return try Tensor.select(keep, self, Tensor.zeros([], dtype))
    }

    /// Diagonal `offset` of a matrix (above the main one where it is positive), or the matrix with this vector as its diagonal.
    public func diagonal(_ offset: Int = 0) throws -> Tensor {
        switch rank {
        case 1:
            let (size, overflow) = count.addingReportingOverflow(Int(clamping: offset.magnitude))
            if overflow { throw TensorError.countOverflow(operation: "diag", shape: [.max, .max]) }
            let (rows, columns) = try Self.places(onDiagonal: offset, size, size)
            return try Tensor.filled([size, size], 0, dtype, "diag").updated(at: [rows, columns], .set, with: self)
        case 2: return try diagonal(offset, between: 0, and: 1)
        default: throw TensorError.invalidShape(operation: "diag", shape: shape, rule: "rank 1 or 2")
        }
    }

    /// Diagonal `offset` of every matrix that two axes make; it becomes the last axis.
    public func diagonal(_ offset: Int, between first: Int, and second: Int) throws -> Tensor {
        guard rank >= 2 else { throw TensorError.invalidShape(operation: "diagonal", shape: shape, rule: "rank 2 or more") }
        let (row, column) = (try Shape.axis(first, of: shape, "diagonal"), try Shape.axis(second, of: shape, "diagonal"))
        guard row != column else { throw TensorError.repeatedAxis(operation: "diagonal", axis: row) }
        let matrices = try transposed(shape.indices.filter { $0 != row && $0 != column } + [row, column])
        let (rows, columns) = try Self.places(onDiagonal: offset, shape[row], shape[column])
        return try matrices.indexed([.ellipsis, rows, columns], "diagonal")
    }

    private static func places(onDiagonal offset: Int, _ rows: Int, _ columns: Int) throws -> (TensorIndex, TensorIndex) {
        let (down, right) = (offset < 0 ? Int(clamping: offset.magnitude) : 0, max(0, offset))
        let length = max(0, min(rows - min(rows, down), columns - min(columns, right)))
        return (
            .positions(try Tensor((0..<length).map { down + $0 })), .positions(try Tensor((0..<length).map { right + $0 }))
        )
    }
}
