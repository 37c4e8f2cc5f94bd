import ScriptRuntime
import Tensors

extension TensorFunction {
    /// Every function of `carpedm.tensor`, in the order of its documentation.
    static var all: [TensorFunction] { creation + elementwise + reductions + statistics + products + shapes + order }
}

extension Engine {
    /// The class `Tensor`; its methods are the functions that are marked so, and those below.
    func defineTensors() -> TypeObject {
        defineUpdates()
        let type = interpreter.define(
            NativeType(
                "Tensor",
                doc:
                    "Numbers in a box of any rank. Operators broadcast as in NumPy and give new tensors; nothing changes a tensor.",
                module: "carpedm.tensor", methods: TensorFunction.all.compactMap { $0.method(self) } + ownMethods,
                properties: tensorProperties, isInheritable: false))
        tensorType = type
        return type
    }

    private var tensorProperties: [NativeProperty] {
        func property(_ name: String, _ doc: String, _ get: @escaping (TensorObject) throws -> Value) -> NativeProperty {
            NativeProperty(name, doc, get: { try get($0.host(0, as: TensorObject.self)) })
        }
        return [
            property("shape", "The sizes of the axes, a tuple.") { .tuple($0.tensor.shape.map { .int($0) }) },
            property("dtype", "What the elements are, by name: 'float32', 'int64', 'bool', ...") { .str($0.tensor.dtype.name) },
            property("ndim", "The number of axes.") { .int($0.tensor.rank) },
            property("size", "The number of elements.") { .int($0.tensor.count) },
            property("nbytes", "The memory of the elements.") { .int($0.tensor.byteCount) },
            property("T", "The axes turned around.") { [unowned self] in try result($0.tensor.transposed()) },
            property("at", "Changed copies: t.at[index].set(values), .add, .mul, .min, .max, ...") { [unowned self] in
                interpreter.value(of: TensorPlaces($0))
            },
        ]
    }

    private var ownMethods: [Native] {
        func method(_ declaration: String, _ doc: String, _ body: @escaping (Tensor, Call) throws -> Value) -> Native {
            Native(declaration, doc) { call in try body(call.host(0, as: TensorObject.self).tensor, call) }.namingMistakes
        }
        return [
            method("reshape(self, *shape)", "The same elements in another shape, given as sizes or as one tuple; one may be -1.") {
                [unowned self] tensor, call in try result(tensor.reshaped(try sizes(call.tuple(1).items)))
            },
            method(
                "transpose(self, *axes)", "The axes in another order, given one by one or as one tuple; without: turned around."
            ) {
                [unowned self] tensor, call in
                let axes = try call.tuple(1).items
                if axes.isEmpty || axes.count == 1 && axes[0].isNone { return try result(tensor.transposed()) }
                return try result(tensor.transposed(sizes(axes)))
            },
            method("item(self, *index)", "The one element, or the one at index, as a number of Python's.") {
                [unowned self] tensor, call in
                let index = try call.tuple(1).items
                let chosen = index.isEmpty ? tensor : try tensor.indexed(indices(index.count == 1 ? index[0] : .tuple(index)))
                guard chosen.count == 1 else { throw TensorError.notOneElement(operation: "item", shape: chosen.shape) }
                return list(try chosen.reshaped([]))
            },
            method("tolist(self)", "The elements as numbers in nested lists.") { [unowned self] tensor, call in
                // The numbers and every level's lists: those of axes of size 0 are lists too.
                var (lists, bytes) = (1, tensor.count.multipliedReportingOverflow(by: 32).partialValue)
                for size in tensor.shape.dropLast() {
                    lists = lists.multipliedReportingOverflow(by: size).overflow ? .max / 256 : lists * size
                    bytes = min(.max / 2, bytes) + 128 * min(lists, .max / 256)
                }
                try MemoryPool.ensureRoom(bytes, "tolist")
                try call.interpreter.charge(bytes: bytes)
                return list(tensor)
            },
            method("copy(self)", "The same tensor: it cannot be changed.") { _, call in call[0] },
            method("__float__(self)", "float(self), for one element.") { tensor, _ in .float(try tensor.item()) },
            method("__int__(self)", "int(self), for one element.") { [unowned self] tensor, _ in
                let value = list(try tensor.one("int"))
                return try interpreter.call(.type(interpreter.types.int), [value])
            },
            method("__index__(self)", "The one whole number.") { [unowned self] tensor, _ in
                guard tensor.count == 1, tensor.dtype.isInteger, case .int(let value) = list(try tensor.reshaped([])) else {
                    throw Raised.type(
                        "only an integer tensor of one element can be an index, not \(TensorObject.text(tensor.shape)) \(tensor.dtype)"
                    )
                }
                return .int(value)
            },
            method("__abs__(self)", "abs(self).") { [unowned self] tensor, _ in try result(tensor.absolute()) },
            method("__round__(self, ndigits=None)", "round(self), for one element.") { [unowned self] tensor, call in
                let value = list(try tensor.one("round"))
                guard case .native(let round)? = interpreter.builtins["round"] else { return value }
                return try interpreter.call(.native(round), call[1].isNone ? [value] : [value, call[1]])
            },
            method("__format__(self, spec)", "A tensor of one element takes the formats of its number.") {
                [unowned self] tensor, call in
                let spec = try call.str(1)
                if spec.count == 0 { return .str(try interpreter.str(call[0])) }
                guard tensor.count == 1 else {
                    throw Raised(
                        .typeError, "a tensor of shape \(TensorObject.text(tensor.shape)) has no format '\(spec.string)'",
                        hint: "Format its elements: t.tolist(), or reduce it to one number.")
                }
                return .str(try interpreter.format(list(try tensor.reshaped([])), spec))
            },
        ]
    }

    /// Sizes given one by one, or as one tuple or list.
    private func sizes(_ items: [Value]) throws -> [Int] {
        if items.count == 1, interpreter.method(items[0], "__index__") == nil || asTensor(items[0]).map({ $0.rank > 0 }) ?? false {
            return try self.items(of: items[0], for: "tensor").map { try interpreter.index($0) }
        }
        return try items.map { try interpreter.index($0) }
    }
}

extension Tensor {
    /// The same as a scalar.
    fileprivate func one(_ operation: String) throws -> Tensor {
        guard count == 1 else { throw TensorError.notOneElement(operation: operation, shape: shape) }
        return try reshaped([])
    }
}
