import Foundation
public import Randomness

extension Tensor {
    public static func zeros(_ shape: [Int], _ dtype: DType = .float32) throws -> Tensor { try filled(shape, 0, dtype, "zeros") }
    public static func zeros(like other: Tensor) throws -> Tensor { try filled(other.shape, 0, other.dtype, "zeros_like") }
    public static func ones(_ shape: [Int], _ dtype: DType = .float32) throws -> Tensor { try filled(shape, 1, dtype, "ones") }

    /// Every element the same.
    public static func full(_ shape: [Int], _ value: Double, _ dtype: DType = .float32) throws -> Tensor {
        try filled(shape, value, dtype, "full")
    }

    /// The same for the operation that an error names.
    static func filled(_ shape: [Int], _ value: Double, _ dtype: DType, _ operation: String) throws -> Tensor {
        let result = try uninitialized(shape, dtype, operation)
        switch dtype {
        case .bool: result.fill(Bool(double: value))
        case .uint8: result.fill(UInt8(double: value))
        case .int32: result.fill(Int32(double: value))
        case .int64: result.fill(Int64(double: value))
        case .float32: result.fill(Float(value))
        case .float64: result.fill(value)
        }
        return result
    }

    /// Every element the same whole number.
    public static func full(_ shape: [Int], _ value: Int, _ dtype: DType = .int64) throws -> Tensor {
        guard dtype == .int64 else { return try full(shape, Double(value), dtype) }
        let result = try uninitialized(shape, dtype, "full")
        result.fill(Int64(value))
        return result
    }

    /// `start, start + step, ...` below `stop` (above it for a negative step).
    public static func range(from start: Double = 0, to stop: Double, by step: Double = 1, _ dtype: DType) throws -> Tensor {
        guard step != 0, start.isFinite, stop.isFinite, step.isFinite else {
            throw TensorError.valueOutOfRange(operation: "arange", value: "step \(step)", rule: "finite ends and a step other than 0")
        }
        let size = max(0, ((stop - start) / step).rounded(.up))
        guard size < 0x1p62 else { throw TensorError.countOverflow(operation: "arange", shape: [.max]) }
        let values = try uninitialized([Int(size)], .float64, "arange")
        let target = values.float64
        for index in 0..<values.count { target[index] = start + Double(index) * step }
        return try values.converted(to: dtype)
    }

    /// `count` numbers from `start` to `stop`, both included.
    public static func linear(from start: Double, to stop: Double, count: Int, _ dtype: DType = .float32) throws -> Tensor {
        let values = try uninitialized([count], .float64, "linspace")
        let target = values.float64
        let step = count > 1 ? (stop - start) / Double(count - 1) : 0
        for index in 0..<count { target[index] = index == count - 1 && count > 1 ? stop : start + Double(index) * step }
        return try values.converted(to: dtype)
    }

    /// Ones where column - row = `diagonal`, else zeros.
    public static func eye(_ rows: Int, _ columns: Int? = nil, diagonal: Int = 0, _ dtype: DType = .float32) throws -> Tensor {
        let width = columns ?? rows
        let values = try filled([rows, width], 0, .uint8, "eye")
        let target = values.start(of: UInt8.self)
        for row in 0..<(width == 0 ? 0 : rows) {
            let (column, overflow) = row.addingReportingOverflow(diagonal)
            if !overflow, column >= 0, column < width { target[row * width + column] = 1 }
        }
        return try values.converted(to: dtype)
    }

    private func fill<Element: TensorElement>(_ value: Element) {
        start(of: Element.self).update(repeating: value, count: count)
    }
}

// MARK: - Random draws

extension Tensor {
    /// Uniform draws in [low, high). Element i depends on the key and i alone.
    public static func uniform(
        _ key: Key, _ shape: [Int], from low: Double = 0, to high: Double = 1, _ dtype: DType = .float32
    ) throws -> Tensor {
        guard low.isFinite, high.isFinite else {
            throw TensorError.valueOutOfRange(operation: "uniform", value: "\(low)..\(high)", rule: "finite ends")
        }
        return try draw(key, shape, dtype, "uniform", float32: { low + (high - low) * Double($0) }, float64: { low + (high - low) * $0 })
    }

    /// Normal draws, by Box and Muller's method.
    public static func normal(
        _ key: Key, _ shape: [Int], mean: Double = 0, deviation: Double = 1, _ dtype: DType = .float32
    ) throws -> Tensor {
        let result = try uninitialized(shape, .float64, "normal")
        let target = result.float64
        Parallel.ranges((result.count + 1) / 2, grain: Parallel.elementGrain / 2) { pairs in
            for pair in pairs {
                let words = key.block(UInt64(pair))
                let draws = Self.normalPair(Key.unit(words[0], words[1]), Key.unit(words[2], words[3]))
                target[2 * pair] = mean + deviation * draws.0
                if 2 * pair + 1 < result.count { target[2 * pair + 1] = mean + deviation * draws.1 }
            }
        }
        return try result.converted(to: dtype)
    }

    /// Whole numbers in `low..<high`.
    public static func integers(_ key: Key, _ shape: [Int], from low: Int, to high: Int, _ dtype: DType = .int64) throws -> Tensor {
        let (span, overflow) = high.subtractingReportingOverflow(low)
        guard span > 0, !overflow else {
            throw TensorError.valueOutOfRange(operation: "integers", value: "\(low)..<\(high)", rule: "an end above the start")
        }
        let result = try uninitialized(shape, .int64, "integers")
        let target = result.int64
        for index in 0..<result.count { target[index] = Int64(low + key.integer(below: span, at: UInt64(index))) }
        return try result.converted(to: dtype)
    }

    /// Bools that are true with `probability`.
    public static func bernoulli(_ key: Key, _ shape: [Int], probability: Double) throws -> Tensor {
        guard (0...1).contains(probability) else {
            throw TensorError.valueOutOfRange(operation: "bernoulli", value: "\(probability)", rule: "a probability from 0 to 1")
        }
        return try uniform(key, shape, .float64).isLess(than: probability)
    }

    private static func draw(
        _ key: Key, _ shape: [Int], _ dtype: DType, _ operation: String,
        float32: (Float) -> Double, float64: (Double) -> Double
    ) throws -> Tensor {
        guard dtype.isFloating else {
            throw TensorError.wrongDType(operation: operation, found: dtype, needed: [.float32, .float64])
        }
        let result = try uninitialized(shape, dtype, operation)
        let count = result.count
        // A block of four words gives four float32 or two float64.
        let each = dtype == .float32 ? 4 : 2
        Parallel.ranges((count + each - 1) / each, grain: Parallel.elementGrain / each) { blocks in
            for block in blocks {
                let words = key.block(UInt64(block))
                for lane in 0..<min(each, count - block * each) {
                    if dtype == .float32 {
                        result.float32[block * each + lane] = Float(float32(Key.unit(words[lane])))
                    } else {
                        result.float64[block * each + lane] = float64(Key.unit(words[2 * lane], words[2 * lane + 1]))
                    }
                }
            }
        }
        return result
    }

    private static func normalPair(_ first: Double, _ second: Double) -> (Double, Double) {
        let radius = (-2 * Foundation.log(1 - first)).squareRoot()
        return (radius * Foundation.cos(2 * .pi * second), radius * Foundation.sin(2 * .pi * second))
    }
}
