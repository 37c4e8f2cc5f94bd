public import NeuralNetworks
import Randomness

/// What a model is made of: layer by layer, the shape of the output, the learnt numbers and the work.
public struct ModelSummary: Sendable, Equatable {
    public var model: String
    /// Examples of the batch that the layers saw.
    public var examples: Int
    public var layers: [LayerRecord]
    /// Learnt numbers, also those outside of layers.
    public var parameterCount: Int

    /// Runs `model` once over `batch`; variables made for it are forgotten.
    public init(_ model: any Model, batch: Batch) throws {
        let store = ParameterStore(key: Key(seed: 0))
        let pass = Pass(inference: store)
        pass.isDescribing = true
        _ = try pass.scoped(model.name) { try model.forward(batch.features, pass) }
        (self.model, examples, layers, parameterCount) = (model.name, batch.count, pass.layers, store.trainableCount)
    }

    /// Multiplications with an addition, for one example.
    public var multiplyAdds: Int { layers.reduce(0) { $0 + $1.multiplyAdds } / max(1, examples) }

    /// The table for people; `n` stands for the number of examples.
    public var text: String {
        let header = ["layer", "output shape", "parameters", "multiply-adds"]
        var rows = layers.map { layer in
            [
                Self.short(layer.name, model), shape(layer.outputShape), Self.grouped(layer.parameterCount),
                Self.grouped(layer.multiplyAdds / max(1, examples)),
            ]
        }
        let inLayers = layers.reduce(0) { $0 + $1.parameterCount }
        if parameterCount > inLayers {
            rows.append(["(variables outside of layers)", "", Self.grouped(parameterCount - inLayers), ""])
        }
        rows.append(["total", "", Self.grouped(parameterCount), Self.grouped(multiplyAdds)])
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([header] + rows).map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column < 2 ? row[column] + space : space + row[column]
            }.joined(separator: "  ")
        }
        let rule = String(repeating: "-", count: widths.reduce(0, +) + 2 * (widths.count - 1))
        return ([model, rule, lines[0], rule] + lines.dropFirst().dropLast() + [rule, lines[lines.count - 1]]).joined(
            separator: "\n")
    }

    private func shape(_ shape: [Int]) -> String {
        let rest = shape.dropFirst().map(String.init)
        return "(" + ((shape.first == examples ? ["n"] : shape.prefix(1).map(String.init)) + rest).joined(separator: ", ") + ")"
    }

    private static func short(_ name: String, _ model: String) -> String {
        name.hasPrefix(model + "/") ? String(name.dropFirst(model.count + 1)) : name
    }

    /// `917702` → `917,702`.
    private static func grouped(_ number: Int) -> String {
        var digits = Array(String(number))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return String(digits)
    }
}
