import Recognition
import ScriptRuntime
import Tensors
import Training

// How the parts of a training step look in scripts, and how what a hook returns is read.
extension Engine {
    /// Tensors by name.
    func featuresValue(_ features: [String: Tensor]) -> Value {
        interpreter.dict(features.sorted { $0.key < $1.key }.map { ($0.key, tensorValue($0.value)) })
    }

    /// A tensor, or a dict of tensors.
    func outputValue(_ output: ModelOutput) -> Value {
        switch output {
        case .tensor(let tensor): tensorValue(tensor)
        case .named(let tensors): featuresValue(tensors)
        }
    }

    /// A tensor of ids, a list of lists for sequences of their own lengths, or None.
    func targetsValue(_ targets: Targets) throws -> Value {
        switch targets {
        case .dense(let tensor): tensorValue(tensor)
        case .sequences(let sequences): .list(sequences.map { .list($0.map { .int($0) }) })
        case .unknown: .none
        }
    }

    /// What a script gave as targets: the reverse of `targetsValue`.
    func targets(_ value: Value) throws -> Targets {
        if case .host(let box) = value, let object = box.object as? TensorObject { return .dense(object.tensor) }
        return .sequences(
            try interpreter.items(of: value).map { row in try interpreter.items(of: row).map { try interpreter.index($0) } })
    }

    /// What a model gave: a tensor or a dict of tensors.
    func output(_ value: Value, _ what: String) throws -> ModelOutput {
        guard case .dict(let dict) = interpreter.plain(value) else { return .tensor(try tensor(value, what)) }
        return .named(try features(.dict(dict), what))
    }

    func features(_ value: Value, _ what: String) throws -> [String: Tensor] {
        guard case .dict(let dict) = interpreter.plain(value) else {
            throw Raised.type("\(what) must be a dict of tensors, not \(interpreter.typeName(of: value))")
        }
        var features: [String: Tensor] = [:]
        for (key, value) in dict.entries {
            guard case .str(let name) = key else { throw Raised.type("\(what) must have strings as keys") }
            features[name.string] = try tensor(value, "\(what)['\(name.string)']")
        }
        return features
    }

    /// The three dicts that a `results` hook returns: what to log, predictions, metrics.
    func stepResults(_ value: Value, _ what: String) throws -> StepResults {
        guard case .tuple(let parts) = value, parts.count == 3 else {
            throw Raised(
                .typeError, "\(what) must return three dicts, not \(interpreter.typeName(of: value))",
                hint: "Return (what to log, predictions, metrics).")
        }
        var results = StepResults()
        for (name, item) in try entries(parts[0], what) { results.logged[name] = try number(item, "\(what): '\(name)'") }
        for (name, item) in try entries(parts[1], what) {
            if case .list = item {
                results.texts[name] = try interpreter.strings(item, name: "\(what): '\(name)'")
            } else {
                results.predictions[name] = try tensor(item, "\(what): '\(name)'")
            }
        }
        for (name, item) in try entries(parts[2], what) { results.metrics[name] = try metric(item, "\(what): '\(name)'") }
        return results
    }

    private func entries(_ value: Value, _ what: String) throws -> [(String, Value)] {
        guard case .dict(let dict) = interpreter.plain(value) else {
            throw Raised.type("\(what) must return three dicts, but one is \(interpreter.typeName(of: value))")
        }
        return try dict.entries.map { key, value in
            guard case .str(let name) = key else { throw Raised.type("\(what) must use strings as keys") }
            return (name.string, value)
        }
    }

    private func number(_ value: Value, _ what: String) throws -> Double {
        if case .host(let box) = value {
            if let object = box.object as? TensorObject { return try object.tensor.item() }
            if let object = box.object as? MetricObject { return object.metric.value }
        }
        return try interpreter.double(value)
    }

    /// A metric object; plain numbers and tensors are averaged.
    private func metric(_ value: Value, _ what: String) throws -> any Metric {
        if case .host(let box) = value, let object = box.object as? MetricObject { return object.metric }
        return MeanMetric([try number(value, what)])
    }
}
