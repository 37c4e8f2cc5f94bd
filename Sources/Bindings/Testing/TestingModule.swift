import ScriptRuntime
import Tensors

/// `carpedm.testing`: what tests of scripts are written with. `carpedm test` runs them.
extension Engine {
    func testingModule() -> NativeModule {
        NativeModule(
            "carpedm.testing",
            doc:
                "For tests: functions called test_... and their assert statements, as with pytest. Run them with 'carpedm test'.",
            functions: [
                Native(
                    "raises(expected, match=None)",
                    "with raises(ValueError, match='axis'): the block must raise it; match is searched in its text."
                ) {
                    [unowned self] call in
                    guard Self.isException(call[0], interpreter) else {
                        throw Raised(
                            .typeError,
                            "raises: expected must be an exception class or a tuple of them, not \(try interpreter.repr(call[0]).string)",
                            hint: "Write raises(ValueError).")
                    }
                    return interpreter.value(of: RaisesObject(call[0], match: call[1]))
                },
                Native(
                    "approx(expected, rel=None, abs=None, nan_ok=False)",
                    "Equal to what is within max(rel * |expected|, abs) of it, 1e-6 and 1e-12 if left out: numbers, tensors, lists, tuples, dicts."
                ) { [unowned self] call in
                    func tolerance(_ index: Int, _ name: String) throws -> Double? {
                        guard !call[index].isNone else { return nil }
                        let value = try call.double(index)
                        guard value >= 0 else {
                            throw Raised.value("approx: \(name) must be 0 or more, not \(FloatText.repr(value))")
                        }
                        return value
                    }
                    return call.interpreter.value(
                        of: ApproximateObject(
                            call[0], relative: try tolerance(1, "rel"), absolute: try tolerance(2, "abs"),
                            acceptsNaN: try call.truth(3), self))
                },
                Native(
                    "parametrize(names, values)",
                    "A decorator: the test runs once for each row of values. names is 'a, b' or a list of names. The rows are kept in the "
                        + "function's attribute parametrize: a list of (names, rows), the decorator nearest to def first."
                ) { [unowned self] call in try parametrization(call[0], call[1]) },
                Native(
                    "fixture(function)",
                    "A decorator: tests get its value for a parameter of its name; what follows a yield runs after the test."
                ) {
                    [unowned self] call in
                    try interpreter.setAttribute(call[0], "fixture", .true)
                    return call[0]
                },
                Native("skip(reason='')", "Ends the test as skipped.") { [unowned self] call in
                    let made = try interpreter.call(.type(skipped()), [call[0]])
                    guard case .instance(let exception) = made else { return .none }
                    throw Raised(exception: exception)
                },
                Native("temp_dir()", "with temp_dir() as path: a new folder, removed with all that is in it when the block ends.") {
                    [unowned self] _ in
                    interpreter.value(of: TemporaryFolder(self))
                },
            ],
            members: { [unowned self] _ in [("Skipped", .type(try skipped()))] })
    }

    private static func isException(_ value: Value, _ interpreter: Interpreter) -> Bool {
        switch value {
        case .type(let type): type.isSubtype(of: interpreter.types.exception(.baseException))
        case .tuple(let tuple): tuple.count > 0 && tuple.items.allSatisfy { isException($0, interpreter) }
        default: false
        }
    }

    private func skipped() throws -> TypeObject {
        if let type = skippedType { return type }
        let type = try interpreter.makeClass(
            "Skipped", base: interpreter.types.exception(.exception), module: "carpedm.testing", doc: "Raised by skip().")
        skippedType = type
        return type
    }

    private func parametrization(_ names: Value, _ values: Value) throws -> Value {
        let list: [String]
        if case .str(let text) = names {
            list = text.string.split { $0 == "," || $0 == " " }.map(String.init)
        } else {
            list = try interpreter.strings(names, name: "parametrize: names")
        }
        guard !list.isEmpty else { throw Raised.value("parametrize: names must name at least one parameter") }
        let rows = try interpreter.items(of: values).enumerated().map { number, row in
            if list.count == 1 { return Value.tuple([row]) }
            let items = try interpreter.items(of: row)
            guard items.count == list.count else {
                throw Raised.value(
                    "parametrize: row \(number) has \(items.count) values for \(list.count) names (\(list.joined(separator: ", ")))"
                )
            }
            return .tuple(items)
        }
        let entry = Value.tuple([.list(list.map { .str($0) }), .list(rows)])
        return interpreter.value(
            of: Native("parametrize(function)", "Keeps the rows in the function's attribute parametrize.") { call in
                let interpreter = call.interpreter
                var entries: [Value] = []
                if case .list(let known)? = try interpreter.find(call[0], "parametrize") { entries = known.items }
                try interpreter.setAttribute(call[0], "parametrize", .list(entries + [entry]))
                return call[0]
            })
    }
}
