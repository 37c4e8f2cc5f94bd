import Tensors
import Testing

/// Compares the gradient of a weighted sum of `operation`'s result with central differences in float64, for every element of
/// every input.
///
/// The weights differ from element to element, so that a gradient in the wrong place cannot pass. With step 1e-5 the
/// differences are exact to about 1e-9 for functions of size 1; the tolerance leaves room for curvature.
func expectGradient(
    of inputs: [Tensor], _ name: String, tolerance: Double = 1e-6, sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: ([Tensor]) throws -> Tensor
) throws {
    func weighted(_ inputs: [Tensor]) throws -> Tensor {
        let result = try operation(inputs)
        let weights = (0..<result.count).map { (index: Int) -> Double in 0.5 + 0.37 * Double(index % 7) - 0.11 * Double(index % 3) }
        return try (result * Tensor(weights, shape: result.shape)).sum()
    }
    let tape = Tape()
    let watched = try inputs.map { try tape.watch($0) }
    let gradients = try tape.gradient(of: weighted(watched), for: watched)
    let step = 1e-5
    for (position, input) in inputs.enumerated() {
        #expect(gradients[position].shape == input.shape, "\(name): input \(position)", sourceLocation: sourceLocation)
        let values: [Double] = input.elements()
        let slopes: [Double] = gradients[position].elements()
        for element in values.indices {
            func at(_ offset: Double) throws -> Double {
                var moved = values
                moved[element] += offset
                var changed = inputs
                changed[position] = try Tensor(moved, shape: input.shape)
                return try weighted(changed).item()
            }
            let difference = try (at(step) - at(-step)) / (2 * step)
            let allowed = tolerance * max(1, abs(difference))
            #expect(
                abs(difference - slopes[element]) <= allowed,
                "\(name): input \(position), element \(element): \(slopes[element]), by differences \(difference)",
                sourceLocation: sourceLocation)
        }
    }
}

/// Elements spread over [-1.9, 2], no two equal, none near 0 or another kink.
func sample(_ shape: [Int], offset: Int = 0) throws -> Tensor {
    let count = shape.reduce(1, *)
    let values = (0..<count).map { index in
        let position = (index + offset) * 37 % 101
        return Double(position) * 0.039 - 1.9 + 0.0013 * Double(index)
    }
    return try Tensor(values, shape: shape)
}

/// The same, all positive.
func positive(_ shape: [Int], offset: Int = 0) throws -> Tensor { try sample(shape, offset: offset).squared() + 0.3 }
