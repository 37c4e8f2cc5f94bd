import ScriptRuntime
import Tensors

/// `dm.grad(f)` or `dm.value_and_grad(f)`: a function that gives the slopes of a script's function.
final class GradientFunction: HostCallable {
    private let function: Value
    /// Places of the arguments that are differentiated; one place gives one gradient, several a tuple.
    private let places: [Int]
    private let isSingle: Bool
    private let givesValue: Bool
    /// Whether `f` returns (loss, anything else).
    private let hasExtra: Bool
    private unowned let engine: Engine

    init(_ function: Value, places: [Int], isSingle: Bool, givesValue: Bool, hasExtra: Bool, _ engine: Engine) {
        (self.function, self.places, self.isSingle) = (function, places, isSingle)
        (self.givesValue, self.hasExtra, self.engine) = (givesValue, hasExtra, engine)
    }

    private var name: String { givesValue ? "value_and_grad" : "grad" }
    var scriptTypeName: String { "GradientFunction" }

    var scriptSummary: String {
        if case .function(let function) = function { return "<\(name) of \(function.name)>" }
        return "<\(name)>"
    }

    func call(_ arguments: [Value], _ keywords: [(name: String, value: Value)], _ interpreter: Interpreter) throws -> Value {
        let tape = Tape()
        var variables: [Tensor] = []
        var arguments = arguments
        for place in places {
            let index = place < 0 ? arguments.count + place : place
            guard arguments.indices.contains(index) else {
                throw Raised(
                    .typeError,
                    "\(name): there is no argument \(place) to differentiate: \(arguments.count) were given by position",
                    hint: "Give the arguments that argnums names by position.")
            }
            arguments[index] = try watched(arguments[index], "argument \(index)", tape, &variables)
        }
        let originals = arguments
        guard !variables.isEmpty else {
            throw Raised(
                .typeError, "\(name): there are no float tensors to differentiate in the arguments",
                hint: "Convert them with astype('float32').")
        }
        let answer = try interpreter.call(function, arguments, keywords: keywords.map { (Symbol($0.name), $0.value) })
        let (loss, extra) = try parts(of: answer)
        let slopes = try tape.gradient(of: loss, for: variables)
        var next = 0
        let gradients = try places.map { place in
            try replaced(originals[place < 0 ? originals.count + place : place], slopes, &next)
        }
        let gradient = isSingle ? gradients[0] : .tuple(gradients)
        guard givesValue || hasExtra else { return gradient }
        let value = engine.tensorValue(loss.peeled(from: tape))
        if !givesValue { return .tuple([gradient, extra]) }
        return .tuple([hasExtra ? .tuple([value, extra]) : value, gradient])
    }

    /// The loss, which must be one float number, and what `f` returns beside it.
    private func parts(of answer: Value) throws -> (Tensor, Value) {
        var (result, extra) = (answer, Value.none)
        if hasExtra {
            guard case .tuple(let pair) = answer, pair.count == 2 else {
                throw Raised.type(
                    "\(name): with has_aux=True the function must return (loss, anything), not \(engine.interpreter.typeName(of: answer))"
                )
            }
            (result, extra) = (pair[0], pair[1])
        }
        let loss = try engine.tensor(result, "\(name): what the function returns")
        guard loss.count == 1 else {
            throw Raised(
                .typeError,
                "\(name): the function must return one number, but it returned shape \(TensorObject.text(loss.shape))",
                hint: "Reduce it, for example with .sum() or .mean().")
        }
        guard loss.dtype.isFloating else {
            throw Raised(
                .typeError, "\(name): the function returned \(loss.dtype), which has no gradient", hint: "Return a float tensor.")
        }
        return (loss, extra)
    }

    /// The same structure with every float tensor (and float) watched; the tensors in order go to `variables`.
    private func watched(_ value: Value, _ what: String, _ tape: Tape, _ variables: inout [Tensor]) throws -> Value {
        try engine.interpreter.checkStack()
        switch value {
        case .list(let list):
            return .list(try list.items.enumerated().map { try watched($1, "\(what)[\($0)]", tape, &variables) })
        case .tuple(let tuple):
            return .tuple(try tuple.items.enumerated().map { try watched($1, "\(what)[\($0)]", tape, &variables) })
        case .dict(let dict):
            let copy = DictObject()
            for (key, item) in dict.entries {
                let place = "\(what)[\(try engine.interpreter.repr(key).string)]"
                try engine.interpreter.set(copy, key, watched(item, place, tape, &variables))
            }
            return .dict(copy)
        default: break
        }
        guard case .host = value, let tensor = engine.asTensor(value) else {
            guard case .float(let number) = value else {
                throw Raised.type("\(name): \(what) must hold float tensors, not \(engine.interpreter.typeName(of: value))")
            }
            let variable = try tape.watch(Tensor(Float(number)))
            variables.append(variable)
            return engine.tensorValue(variable)
        }
        guard tensor.dtype.isFloating else {
            throw Raised(
                .typeError, "\(name): \(what) is \(tensor.dtype), which has no gradient",
                hint: "Convert it with astype('float32'), or leave its argument out of argnums.")
        }
        let variable = try tape.watch(tensor)
        variables.append(variable)
        return engine.tensorValue(variable)
    }

    /// The structure of `value` with the gradients in the places of the tensors.
    private func replaced(_ value: Value, _ slopes: [Tensor], _ next: inout Int) throws -> Value {
        switch value {
        case .list(let list): return .list(try list.items.map { try replaced($0, slopes, &next) })
        case .tuple(let tuple): return .tuple(try tuple.items.map { try replaced($0, slopes, &next) })
        case .dict(let dict):
            let copy = DictObject()
            for (key, item) in dict.entries { try engine.interpreter.set(copy, key, replaced(item, slopes, &next)) }
            return .dict(copy)
        default:
            next += 1
            return engine.tensorValue(slopes[next - 1])
        }
    }
}

extension Engine {
    /// The functions of `carpedm` itself.
    var gradientFunctions: [Native] {
        let rules =
            " argnums says which positional arguments, an int or a tuple; each may be a float tensor, or lists, tuples and dicts of them. "
            + "An argument that the result does not depend on has gradient 0."
        return [
            Native(
                "grad(f, argnums=0, has_aux=False)",
                "A function that gives the gradient of f, which must return one number." + rules
            ) {
                [unowned self] call in try gradientFunction(call, givesValue: false)
            },
            Native("value_and_grad(f, argnums=0, has_aux=False)", "A function that gives (f(...), its gradient)." + rules) {
                [unowned self] call in try gradientFunction(call, givesValue: true)
            },
        ].map(\.namingMistakes)
    }

    private func gradientFunction(_ call: Call, givesValue: Bool) throws -> Value {
        guard interpreter.isCallable(call[0]) else {
            throw Raised.type(
                "\(givesValue ? "value_and_grad" : "grad"): f must be a function, not \(interpreter.typeName(of: call[0]))")
        }
        var isSingle = true
        var places: [Int]
        switch call[1] {
        case .tuple(let tuple):
            isSingle = false
            places = try tuple.items.map { try interpreter.index($0) }
        case .list(let list):
            isSingle = false
            places = try list.items.map { try interpreter.index($0) }
        default: places = [try call.int(1)]
        }
        guard !places.isEmpty, Set(places).count == places.count else {
            throw Raised.value("argnums must name every argument once, and at least one")
        }
        return interpreter.value(
            of: GradientFunction(
                call[0], places: places, isSingle: isSingle, givesValue: givesValue, hasExtra: try call.truth(2), self))
    }
}
