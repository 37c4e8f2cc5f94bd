import ScriptRuntime
import TextDistance
import Training

/// What constructors of tasks and models do with keyword arguments that they have no parameter for.
///
/// Scripts in the original's way may keep the settings of a run in one dict and give it to the task and to the model alike. So a
/// constructor lets pass what is a setting of another part: of a registered task or model, of `HParams` or of `RunConfig`. What no part
/// knows is misspelled.
extension Engine {
    /// - Parameters:
    ///   - collected: what the constructor's `**` parameter got.
    ///   - own: the constructor's parameters.
    /// - Throws: `TypeError` for a name that no part knows.
    func refuseUnknown(_ collected: Value, _ owner: String, own: [String]) throws {
        let given = interpreter.keywords(collected).map(\.name)
        guard !given.isEmpty else { return }
        var foreign = Set(HParams.fields.map(\.name) + RunConfig.fields.map(\.name) + ["session_config"])
        for registry in [tasks, models] {
            for name in registry.names {
                let parameters = interpreter.parameters(of: try registry.entry(name))
                foreign.formUnion(parameters.lazy.filter { !$0.isCollecting }.map(\.name))
            }
        }
        for name in given {
            if foreign.contains(name) {
                log(.info, "\(owner) does not use \(name)")
                continue
            }
            throw Raised(
                .typeError, "\(owner)() got an unexpected keyword argument '\(name)'",
                hint: (nearest(to: name, among: own) ?? nearest(to: name, among: foreign.sorted())).map { "Did you mean '\($0)'?" }
                    ?? "It takes \(own.joined(separator: ", ")).")
        }
    }

    /// A constructor whose last parameter, `**settings`, gets what other parts may know.
    func constructor(_ name: String, _ parameters: String, _ doc: String, _ make: @escaping (Call) throws -> Value) -> Native {
        let declaration = "\(name)(\(parameters), **settings)"
        let own = NativeFunction(Native(declaration) { _ in .none }).signature.parameters.dropLast().map(\.name.name)
        return Native(declaration, doc) { [unowned self] call in
            try refuseUnknown(call[own.count], name, own: own)
            return try make(call)
        }.hintingWords
    }
}
