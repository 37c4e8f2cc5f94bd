import ScriptRuntime
import TextDistance
import Training

/// What constructors of tasks and models do with keyword arguments that they have no parameter for.
///
/// Scripts in the original's way may keep the settings of a run in one dict and give it to the task and to the model alike. So a
/// constructor lets pass what is a setting of another part: of a registered task or model, of `HParams` or of `RunConfig`. What no part
/// knows is misspelled.
extension Engine {
    /// A constructor whose last parameter, `**settings`, gets what other parts may know.
    func constructor(_ name: String, _ parameters: String, _ doc: String, _ make: @escaping (Call) throws -> Value) -> Native {
        let declaration = "\(name)(\(parameters), **settings)"
        return Native(declaration, doc) { [unowned self] call in
            let given = interpreter.keywords(call[call.count - 1]).map(\.name)
            if !given.isEmpty { try refuseUnknown(given, declaration) }
            return try make(call)
        }.namingArguments.hintingWords
    }

    /// - Throws: `TypeError` for a name that no part knows.
    private func refuseUnknown(_ given: [String], _ declaration: String) throws {
        let native = NativeFunction(Native(declaration) { _ in .none })
        let own = native.signature.parameters.dropLast().map(\.name.name)
        var foreign = Set(HParams.fields.map(\.name) + RunConfig.fields.map(\.name) + ["session_config"])
        for registry in [tasks, models] {
            for name in registry.names {
                let parameters = interpreter.parameters(of: try registry.entry(name))
                foreign.formUnion(parameters.lazy.filter { !$0.isCollecting }.map(\.name))
            }
        }
        for name in given {
            if foreign.contains(name) {
                log(.info, "\(native.name) does not use \(name)")
                continue
            }
            let close = nearest(to: name, among: own) ?? nearest(to: name, among: foreign.sorted())
            throw Raised(
                .typeError, "\(native.name)() got an unexpected keyword argument '\(name)'",
                hint: close.map { "Did you mean '\($0)'?" } ?? "It takes \(own.joined(separator: ", ")).")
        }
    }
}
