import ScriptRuntime

/// What a class of a script must define to be a task or a model; everything that is missing is said at once.
extension Engine {
    private static let taskMembers: [(Symbol, String)] = [
        ("image_scope", "the part of a page in one example: 'char', 'seq', 'line' or 'page'"),
        ("loss_fn", "how wrong the model's output is: loss_fn(self, features, model_output, targets, is_training)"),
        (
            "results",
            "what is logged, predicted and measured: results(self, loss, tower_features, tower_preds, tower_targets, is_training)"
        ),
    ]
    private static let modelMembers: [(Symbol, String)] = [
        ("forward_pass", "the output for a batch: forward_pass(self, features, data_format, axes_order, is_training)")
    ]

    /// - Throws: `TypeError` that names all missing members. Classes that derive from a built-in task lack nothing.
    func checkTask(_ type: TypeObject) throws {
        guard let open = taskTypes.first, let native = type.lineage.first(where: { !$0.isScriptClass }),
            native === open || native === interpreter.types.object
        else { return }
        try check(type, Self.taskMembers, "task")
    }

    func checkModel(_ type: TypeObject) throws {
        guard let open = modelTypes.first, let native = type.lineage.first(where: { !$0.isScriptClass }),
            native === open || native === interpreter.types.object
        else { return }
        try check(type, Self.modelMembers, "model")
    }

    private func check(_ type: TypeObject, _ members: [(Symbol, String)], _ kind: String) throws {
        let own = type.lineage.prefix { $0.isScriptClass }
        let missing = members.filter { member in !own.contains { $0.own(member.0) != nil } }
        guard !missing.isEmpty else { return }
        let names = missing.map { "'\($0.0.name)'" }
        let list = names.count == 1 ? names[0] : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
        throw Raised(
            .typeError, "\(kind) class \(type.name) does not define \(list)",
            hint: "Define in the class " + missing.map { "\($0.0.name): \($0.1)" }.joined(separator: "; ") + ".")
    }
}
