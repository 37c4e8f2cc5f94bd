extension Tensor {
    /// A new last axis of `depth` with 1 at each element's number and 0 elsewhere; a number outside gives only zeros.
    public static func oneHot(_ numbers: Tensor, depth: Int, _ dtype: DType = .float32) throws -> Tensor {
        guard numbers.dtype.isInteger else {
            throw TensorError.wrongDType(operation: "one_hot", found: numbers.dtype, needed: [.int64, .int32])
        }
        let places = try numbers.detached.expanded(at: -1)
        return try places.equals(range(to: Double(depth), .int64)).converted(to: dtype)
    }
}
