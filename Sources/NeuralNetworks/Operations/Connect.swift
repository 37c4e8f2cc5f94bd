public import Tensors

extension Tensor {
    /// `self @ kernel + bias`, and ReLU, in one pass: `[..., in]` with `[in, out]` gives `[..., out]`.
    public func connected(with kernel: Tensor, bias: Tensor? = nil, relu: Bool = false) throws -> Tensor {
        guard rank > 0, kernel.rank == 2, shape[rank - 1] == kernel.shape[0] else {
            throw TensorError.shapeMismatch(operation: "dense", left: shape, right: kernel.shape, axis: rank > 0 ? -1 : nil, other: 0)
        }
        if let bias, bias.shape != [kernel.shape[1]] {
            throw TensorError.shapeMismatch(operation: "dense bias", left: bias.shape, right: [kernel.shape[1]], axis: nil)
        }
        guard let bias, dtype == .float32, kernel.dtype == .float32, bias.dtype == .float32 else {
            let product = try matmul(kernel)
            let sum = try bias.map { try product + $0 } ?? product
            return relu ? try sum.relu() : sum
        }
        return try Tape.nary([self, kernel, bias]) {
            try $0[0].connect($0[1], $0[2], relu)
        } pullback: { inputs, y, needs in
            let (x, kernel) = (needs[1] ? inputs[0] : nil, needs[0] ? inputs[1] : nil)
            let (output, shape) = (relu ? y : nil, inputs[0].shape)
            let needsBias = needs[2]
            return { g in
                var g = try g.plain(for: "dense")
                if let output { g = try g.throughReLU(output) }
                return try [
                    kernel?.inputSlope(g, shape), x?.kernelSlope(g), needsBias ? g.columnSums() : nil,
                ]
            }
        }
    }

    // MARK: - Implementation

    private func connect(_ kernel: Tensor, _ bias: Tensor, _ relu: Bool) throws -> Tensor {
        let (depth, columns) = (kernel.shape[0], kernel.shape[1])
        let rows = shape.dropLast().reduce(1, *)
        let result = try Tensor.uninitialized(shape.dropLast() + [columns], .float32, "dense")
        // The packed kernel.
        try MemoryPool.ensureRoom(kernel.byteCount, "dense")
        MatrixProduct.multiply(m: rows, n: columns, k: depth, float32, kernel.float32, result.float32)
        Rows.addBias(result.float32, bias.float32, result.float32, rows: rows, columns: columns, relu: relu)
        return result
    }

    private func throughReLU(_ output: Tensor) throws -> Tensor {
        let result = try Tensor.uninitialized(shape, .float32, "dense")
        Elementwise.reluGradient(float32, output: output.float32, result.float32, count)
        return result
    }

    /// Called on the kernel: the gradient of the input.
    private func inputSlope(_ g: Tensor, _ inputShape: [Int]) throws -> Tensor {
        let kernel = try plain(for: "dense")
        let (depth, columns) = (kernel.shape[0], kernel.shape[1])
        let result = try Tensor.uninitialized(inputShape, .float32, "dense")
        MatrixProduct.multiply(
            m: inputShape.dropLast().reduce(1, *), n: depth, k: columns, g.float32, kernel.float32, transposeB: true, result.float32)
        return result
    }

    /// Called on the input: the gradient of the kernel.
    private func kernelSlope(_ g: Tensor) throws -> Tensor {
        let x = try plain(for: "dense")
        let (depth, columns) = (x.shape[x.rank - 1], g.shape[g.rank - 1])
        let result = try Tensor.uninitialized([depth, columns], .float32, "dense")
        MatrixProduct.multiply(
            m: depth, n: columns, k: x.shape.dropLast().reduce(1, *), x.float32, transposeA: true, g.float32, result.float32)
        return result
    }

    private func columnSums() throws -> Tensor {
        let columns = shape[rank - 1]
        let result = try Tensor.uninitialized([columns], .float32, "dense")
        Rows.columnSums(float32, result.float32, rows: shape.dropLast().reduce(1, *), columns: columns)
        return result
    }
}
