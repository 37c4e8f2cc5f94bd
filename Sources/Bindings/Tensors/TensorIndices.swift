import ScriptRuntime
import Tensors

/// `t[...]`, read.
extension TensorObject: HostIndexable {
    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        if case .int(let position) = index { return try engine.result(tensor.indexed(.at(position))) }
        return try engine.result(tensor.indexed(engine.indices(index)))
    }

    func setItem(at index: Value, to value: Value, _ interpreter: Interpreter) throws {
        throw Raised(
            .typeError, "tensors cannot be changed: 'Tensor' object does not support item assignment",
            hint: "Write x = x.at[\(try engine.text(ofIndex: index))].set(value); .add, .mul, .min and .max combine old and new.")
    }

    func deleteItem(at index: Value, _ interpreter: Interpreter) throws {
        throw Raised(
            .typeError, "tensors cannot be changed: 'Tensor' object doesn't support item deletion",
            hint: "Index what shall stay, or join the parts around it with concat.")
    }
}

extension Engine {
    /// What stands between the brackets.
    func indices(_ value: Value) throws -> [TensorIndex] {
        guard case .tuple(let tuple) = value else { return [try index(value)] }
        return try tuple.items.map { try index($0) }
    }

    private func index(_ value: Value) throws -> TensorIndex {
        switch value {
        case .int(let position): return .at(position)
        case .none: return .newAxis
        case .ellipsis: return .ellipsis
        case .slice(let slice):
            let step = try bound(slice.step) ?? 1
            if step == 0 { throw Raised.value("slice step cannot be zero") }
            return .slice(from: try bound(slice.start), to: try bound(slice.stop), by: step)
        case .bool(let flag):
            throw Raised(
                .indexError, "\(flag ? "True" : "False") is no index of a tensor",
                hint: "Use a bool tensor, or None for a new axis.")
        case .list, .tuple, .range:
            let numbers = try NestedData(value, self, "index").tensor(nil)
            return try positions(numbers.count == 0 ? numbers.converted(to: .int64) : numbers)
        case .host:
            if let tensor = asTensor(value) { return try positions(tensor) }
        default: break
        }
        guard interpreter.method(value, "__index__") != nil else {
            throw Raised(
                .indexError, "a tensor cannot be indexed with \(interpreter.typeName(of: value))",
                hint: "Use ints, slices, None, ..., lists, int tensors or bool tensors.")
        }
        return .at(try interpreter.index(value))
    }

    private func positions(_ tensor: Tensor) throws -> TensorIndex {
        if tensor.dtype == .bool {
            guard tensor.rank > 0 else {
                throw Raised(
                    .indexError, "a bool scalar is no index of a tensor", hint: "Use a bool tensor with an axis, or None for a new axis.")
            }
            return .mask(tensor)
        }
        guard tensor.dtype.isInteger else {
            throw Raised(
                .indexError, "a \(tensor.dtype) tensor is no index",
                hint: "Convert it with astype('int64'), or compare it for a bool mask.")
        }
        return .positions(tensor)
    }

    private func bound(_ value: Value) throws -> Int? {
        switch value {
        case .none: nil
        // Bounds beyond the axis are cut off, however large they are.
        case .bigInt: try interpreter.double(value) < 0 ? Int.min + 1 : Int.max
        default: try interpreter.index(value)
        }
    }

    /// An index as the script wrote it, for messages.
    func text(ofIndex value: Value) throws -> String {
        switch value {
        case .tuple(let tuple): return try tuple.items.map { try text(ofIndex: $0) }.joined(separator: ", ")
        case .slice(let slice):
            func part(_ value: Value) throws -> String { value.isNone ? "" : try interpreter.repr(value).string }
            let step = slice.step.isNone ? "" : ":" + (try part(slice.step))
            return try part(slice.start) + ":" + part(slice.stop) + step
        case .ellipsis: return "..."
        case .host: return "index"
        default: return try interpreter.repr(value).string
        }
    }
}

/// `t.at`: takes an index, so that `t.at[index].set(value)` reads like an assignment.
final class TensorPlaces: HostIndexable {
    let source: TensorObject

    init(_ source: TensorObject) { self.source = source }

    var scriptTypeName: String { "TensorPlaces" }
    var scriptSummary: String { "<at of a tensor of shape \(TensorObject.text(source.tensor.shape))>" }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        interpreter.value(of: TensorUpdate(source, try source.engine.indices(index)))
    }

    func setItem(at index: Value, to value: Value, _ interpreter: Interpreter) throws {
        throw Raised(
            .typeError, "tensors cannot be changed: t.at[...] gives a changed copy",
            hint: "Write x = x.at[\(try source.engine.text(ofIndex: index))].set(value).")
    }
}

/// Elements of a tensor that are about to be combined with others.
final class TensorUpdate: HostObject {
    let source: TensorObject
    let indices: [TensorIndex]

    init(_ source: TensorObject, _ indices: [TensorIndex]) { (self.source, self.indices) = (source, indices) }

    var scriptTypeName: String { "TensorUpdate" }
    var scriptSummary: String { "<elements of a tensor of shape \(TensorObject.text(source.tensor.shape))>" }
}

extension Engine {
    /// The classes behind `t.at` and `t.at[index]`.
    func defineUpdates() {
        interpreter.define(
            NativeType(
                "TensorPlaces", doc: "t.at: index it to say which elements change.", module: "carpedm.tensor",
                isInheritable: false))
        let rules: [(String, UpdateRule, String)] = [
            ("set", .set, "replaced by values; of elements named several times the last wins"),
            ("add", .add, "with values added; elements named several times get every contribution"),
            ("mul", .multiply, "multiplied by values"), ("multiply", .multiply, "multiplied by values"),
            ("divide", .divide, "divided by values"), ("power", .power, "raised to the power values"),
            ("min", .minimum, "replaced by values where those are smaller"),
            ("max", .maximum, "replaced by values where those are greater"),
        ]
        let updates = rules.map { name, rule, meaning in
            Native("\(name)(self, values)", "A copy of the tensor with these elements \(meaning).") { [unowned self] call in
                let update = try call.host(0, as: TensorUpdate.self)
                let target = update.source.tensor
                // The values take the tensor's dtype: an element cannot change it.
                let values = try pair(.host(target, self), call[1], ("the tensor", "values")).1
                return try result(target.updated(at: update.indices, rule, with: values))
            }
        }
        let get = Native("get(self)", "The elements themselves, as t[index].") { [unowned self] call in
            let update = try call.host(0, as: TensorUpdate.self)
            return try result(update.source.tensor.indexed(update.indices))
        }
        interpreter.define(
            NativeType(
                "TensorUpdate", doc: "t.at[index]: gives changed copies of the tensor.", module: "carpedm.tensor",
                methods: updates + [get],
                isInheritable: false))
    }
}

extension Value {
    fileprivate static func host(_ tensor: Tensor, _ engine: Engine) -> Value { engine.tensorValue(tensor) }
}
