import Foundation
import Tensors
import Testing

/// Every operation against NumPy and PyTorch, from `Fixtures/operations.json`, which `Scripts/fixtures/tensor_reference.py` made.
struct OperationTests {
    @Test func everyCaseEqualsItsReference() throws {
        let file = try Reference.load()
        #expect(file.cases.count > 450 && file.cases.count { $0.gradients != nil } > 200)
        for (number, item) in file.cases.enumerated() {
            let name = "case \(number): \(item.operation) \(item.settings)"
            do {
                let result = try item.run()
                let expected = try item.result.tensor()
                #expect(result.shape == expected.shape, "\(name)")
                guard result.shape == expected.shape else { continue }
                let isSingle = item.inputs.contains { $0.dtype == "float32" }
                expectEqual(result, expected, tolerance: isSingle ? 2e-6 : 1e-12, name)
                try expectGradients(item, tolerance: isSingle ? 2e-5 : 1e-9, name)
            } catch {
                Issue.record("\(name): \(error)")
            }
        }
    }

    @Test func updatesLeaveOtherElementsAlone() throws {
        let x = try Tensor([-0.0, -0.0] as [Double]).updated(at: [.at(0)], .add, with: Tensor(1.0))
        #expect(x.elements(as: Double.self)[1].sign == .minus)
    }

    @Test func printingEqualsNumPy() throws {
        for (number, text) in try Reference.load().texts.enumerated() {
            let tensor = try text.input.tensor()
            #expect(tensor.text == text.str, "text \(number)")
            let body = ArrayText(separator: ", ", prefix: "tensor(", suffix: ")").text(of: tensor)
            #expect(body == text.repr_body, "text \(number)")
        }
    }

    /// The gradients of sum(result · weights) with weights[i] = 1 + (i mod 7) / 7, as in the file.
    private func expectGradients(_ item: Reference.Case, tolerance: Double, _ name: String) throws {
        guard let gradients = item.gradients else { return }
        let tape = Tape()
        let inputs = try item.inputs.map { try tape.watch($0.tensor()) }
        let result = try item.run(inputs)
        let weights = try Tensor((0..<result.count).map { 1 + Double($0 % 7) / 7 }, shape: result.shape).converted(
            to: result.dtype)
        let slopes = try tape.gradient(of: (result * weights).sum(), for: inputs)
        for (place, (slope, wanted)) in zip(slopes, gradients).enumerated() {
            #expect(slope.shape == wanted.shape, "\(name): gradient \(place)")
            expectEqual(slope, try wanted.tensor(), tolerance: tolerance, "\(name): gradient \(place)")
        }
    }

    /// Relative to the larger of 1 and the number; NaN equals NaN.
    private func expectEqual(_ result: Tensor, _ expected: Tensor, tolerance: Double, _ name: String) {
        let pairs = zip(result.elements(as: Double.self), expected.elements(as: Double.self))
        for (position, (found, wanted)) in pairs.enumerated() {
            let isSame = found == wanted || found.isNaN && wanted.isNaN || abs(found - wanted) <= tolerance * max(1, abs(wanted))
            if !isSame {
                Issue.record("\(name)[\(position)]: \(found), not \(wanted)")
                return
            }
        }
    }
}

/// The file and how its operations are called here.
private struct Reference: Decodable {
    struct Array_: Decodable {
        let dtype: String
        let shape: [Int]
        let values: [Value]

        func tensor() throws -> Tensor {
            let kind = DType(name: dtype) ?? .float64
            return try Tensor(values.map(\.number), shape: shape).converted(to: kind)
        }
    }

    struct Value: Decodable {
        let number: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let truth = try? container.decode(Bool.self) {
                number = truth ? 1 : 0
            } else if let text = try? container.decode(String.self) {
                number = Double(text) ?? .nan
            } else {
                number = try container.decode(Double.self)
            }
        }
    }

    enum Entry: Decodable {
        case number(Int), slice([Int?]), new, ellipsis, numbers(Array_), mask(Array_)

        enum Keys: CodingKey { case slice, numbers, mask }

        init(from decoder: any Decoder) throws {
            if let container = try? decoder.singleValueContainer() {
                if let number = try? container.decode(Int.self) {
                    self = .number(number)
                    return
                }
                if let text = try? container.decode(String.self) {
                    self = text == "new" ? .new : .ellipsis
                    return
                }
            }
            let keyed = try decoder.container(keyedBy: Keys.self)
            if let slice = try keyed.decodeIfPresent([Int?].self, forKey: .slice) {
                self = .slice(slice)
            } else if let numbers = try keyed.decodeIfPresent(Array_.self, forKey: .numbers) {
                self = .numbers(numbers)
            } else {
                self = .mask(try keyed.decode(Array_.self, forKey: .mask))
            }
        }

        func index() throws -> TensorIndex {
            switch self {
            case .number(let number): .at(number)
            case .slice(let parts): .slice(from: parts[0], to: parts[1], by: parts[2] ?? 1)
            case .new: .newAxis
            case .ellipsis: .ellipsis
            case .numbers(let array): .positions(try array.tensor())
            case .mask(let array): .mask(try array.tensor())
            }
        }
    }

    struct Settings: Decodable {
        let axes: [Int]?
        let axis: Int?
        let keepdims: Bool?
        let equation: String?
        let sizes: [Int]?
        let part: Int?
        let widths: [[Int]]?
        let value: Double?
        let repeats: [Int]?
        let count: Int?
        let shift: Int?
        let diagonal: Int?
        let depth: Int?
        let k: Int?
        let start: Double?
        let stop: Double?
        let step: Double?
        let rows: Int?
        let columns: Int?
        let numbers: Array_?
        let index: [Entry]?
    }

    struct Case: Decodable {
        let operation: String
        let inputs: [Array_]
        let settings: Settings
        let result: Array_
        let gradients: [Array_]?
    }

    struct Text: Decodable {
        let input: Array_
        let str: String
        let repr_body: String
    }

    let cases: [Case]
    let texts: [Text]

    static func load() throws -> Reference {
        guard let url = Bundle.module.url(forResource: "operations", withExtension: "json", subdirectory: "Fixtures") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    }
}

extension Reference.Case {
    struct Unknown: Error {
        let operation: String
    }

    func run() throws -> Tensor { try run(inputs.map { try $0.tensor() }) }

    func run(_ inputs: [Tensor]) throws -> Tensor {
        if let comparison = Comparison(rawValue: operation) { return try inputs[0].compared(comparison, inputs[1]) }
        if let bits = BitOperation(rawValue: operation) { return try inputs[0].bits(bits, inputs[1]) }
        if let result = try arithmetic(inputs) ?? function(inputs) ?? reduction(inputs) ?? shaping(inputs) ?? order(inputs) {
            return result
        }
        return try making(inputs)
    }

    private func arithmetic(_ x: [Tensor]) throws -> Tensor? {
        switch operation {
        case "+": try x[0] + x[1]
        case "-": try x[0] - x[1]
        case "*": try x[0] * x[1]
        case "/": try x[0] / x[1]
        case "//": try x[0].floorDivided(by: x[1])
        case "%": try x[0].remainder(dividingBy: x[1])
        case "**": try x[0].power(x[1])
        case "maximum": try x[0].maximum(x[1])
        case "minimum": try x[0].minimum(x[1])
        case "where": try Tensor.select(x[0], x[1], x[2])
        case "~": try x[0].inverted()
        case "matmul": try x[0].matmul(x[1])
        case "einsum": try Tensor.einsum(settings.equation ?? "", x)
        default: nil
        }
    }

    private func function(_ x: [Tensor]) throws -> Tensor? {
        guard let x = x.first else { return nil }
        let axis = settings.axis ?? -1
        switch operation {
        case "exp": return try x.exp()
        case "expm1": return try x.expm1()
        case "log": return try x.log()
        case "log1p": return try x.log1p()
        case "log2": return try x.log2()
        case "log10": return try x.log10()
        case "trunc": return try x.truncated()
        case "sqrt": return try x.squareRoot()
        case "reciprocal": return try x.reciprocal()
        case "sin": return try x.sine()
        case "cos": return try x.cosine()
        case "tanh": return try x.tanh()
        case "sigmoid": return try x.sigmoid()
        case "softplus": return try x.softplus()
        case "erf": return try x.errorFunction()
        case "relu": return try x.relu()
        case "gelu": return try x.gelu()
        case "abs": return try x.absolute()
        case "sign": return try x.sign()
        case "floor": return try x.floor()
        case "ceil": return try x.ceiling()
        case "round": return try x.rounded()
        case "square": return try x.squared()
        case "neg": return try x.negated()
        case "softmax": return try x.softmax(axis: axis)
        case "log_softmax": return try x.logSoftmax(axis: axis)
        case "logsumexp": return try x.logSumExp(axes: [axis])
        default: return nil
        }
    }

    private func reduction(_ x: [Tensor]) throws -> Tensor? {
        guard let x = x.first else { return nil }
        let (axes, keep) = (settings.axes, settings.keepdims ?? false)
        switch operation {
        case "sum": return try x.sum(axes: axes, keepDims: keep)
        case "mean": return try x.mean(axes: axes, keepDims: keep)
        case "var": return try x.variance(axes: axes, keepDims: keep)
        case "max": return try x.maximum(axes: axes, keepDims: keep)
        case "min": return try x.minimum(axes: axes, keepDims: keep)
        case "prod": return try x.product(axes: axes, keepDims: keep)
        case "any": return try x.any(axes: axes, keepDims: keep)
        case "all": return try x.all(axes: axes, keepDims: keep)
        case "argmax": return try x.argmax(axis: settings.axis)
        case "argmin": return try x.argmin(axis: settings.axis)
        default: return nil
        }
    }

    private func shaping(_ x: [Tensor]) throws -> Tensor? {
        guard let first = x.first else { return nil }
        let axis = settings.axis ?? 0
        switch operation {
        case "transpose": return try first.transposed(settings.axes)
        case "concat": return try Tensor.concatenated(x, axis: axis)
        case "stack": return try Tensor.stacked(x, axis: axis)
        case "split": return try first.split(settings.sizes ?? [], axis: axis)[settings.part ?? 0]
        case "pad": return try first.padded((settings.widths ?? []).map { ($0[0], $0[1]) }, with: settings.value ?? 0)
        case "tile": return try first.tiled(settings.repeats ?? [])
        case "repeat": return try first.repeated(settings.count ?? 0, axis: settings.axis)
        case "flip": return try first.flipped(settings.axes)
        case "roll": return try first.rolled(settings.shift ?? 0, axis: axis)
        case "tril", "triu": return try first.triangle(lower: operation == "tril", diagonal: settings.diagonal ?? 0)
        case "diag": return try first.diagonal()
        case "one_hot": return try Tensor.oneHot(first, depth: settings.depth ?? 0)
        default: return nil
        }
    }

    private func order(_ x: [Tensor]) throws -> Tensor? {
        guard let first = x.first else { return nil }
        let axis = settings.axis ?? -1
        let index = try (settings.index ?? []).map { try $0.index() }
        switch operation {
        case "argsort": return try first.argsorted(axis: axis)
        case "sort": return try first.sorted(axis: axis)
        case "topk": return try first.top(settings.k ?? 0, axis: axis).values
        case "topk_positions": return try first.top(settings.k ?? 0, axis: axis).positions
        case "cumsum": return try first.cumulativeSum(axis: settings.axis)
        case "index": return try first.indexed(index)
        case "at_set": return try first.updated(at: index, .set, with: x[1])
        case "at_add": return try first.updated(at: index, .add, with: x[1])
        case "take": return try settings.numbers.map { try first.gathered($0.tensor(), axis: axis) }
        case "take_along": return try settings.numbers.map { try first.takenAlong($0.tensor(), axis: axis) }
        default: return nil
        }
    }

    private func making(_ x: [Tensor]) throws -> Tensor {
        let (start, stop) = (settings.start ?? 0, settings.stop ?? 0)
        switch operation {
        case "arange": return try Tensor.range(from: start, to: stop, by: settings.step ?? 1, .float64)
        case "linspace": return try Tensor.linear(from: start, to: stop, count: settings.count ?? 0, .float64)
        case "eye": return try Tensor.eye(settings.rows ?? 0, settings.columns, diagonal: settings.diagonal ?? 0)
        default: throw Unknown(operation: operation)
        }
    }
}
