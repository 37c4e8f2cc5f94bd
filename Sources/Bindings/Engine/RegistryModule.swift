import Foundation
import ScriptRuntime
import Training

/// `carpedm.util.registry`: tasks and models by name, built-in ones and those of scripts alike.
extension Engine {
    func registryModule() -> NativeModule {
        NativeModule(
            "carpedm.util.registry", doc: "Tasks and models by name.",
            functions: [
                decorator("register_task", tasks, "Register a task class under its name in snake case, or under the given name."),
                decorator("register_model", models, "Register a model class under its name in snake case, or under the given name."),
                lookup("task", tasks, "The task class registered under a name."),
                lookup("model", models, "The model class registered under a name."),
                listing("list_tasks", tasks, "Names of all tasks, sorted."),
                listing("list_models", models, "Names of all models, sorted."),
                Native("help_string()", "What is registered, as text.") { [unowned self] _ in
                    .str(registryHelp([("Models", models.names), ("Tasks", tasks.names)]))
                },
                Native("display_list_by_prefix(names, starting_spaces=0)", "Names in groups that share their first word.") { call in
                    let spaces = try call.int(1)
                    guard (0...1000).contains(spaces) else { throw Raised.value("starting_spaces must be from 0 to 1000, not \(spaces)") }
                    return .str(groupedByPrefix(try call.interpreter.strings(call[0], name: "names"), indentation: spaces))
                },
            ].map(\.namingArguments))
    }

    /// `@register_task`, `@register_task("name")` and `register_task("name")(cls)`.
    private func decorator(_ name: String, _ registry: Registry<Value>, _ doc: String) -> Native {
        Native("\(name)(name_or_class=None)", doc) { [unowned self] call in
            if case .type(let type) = call[0] { return try register(type, nil, registry) }
            let chosen = try call.optionalString(0)
            return call.interpreter.value(
                of: Native("\(name)(cls)", doc) { [unowned self] call in try register(try call.type(0), chosen, registry) })
        }
    }

    private func register(_ type: TypeObject, _ name: String?, _ registry: Registry<Value>) throws -> Value {
        if registry === tasks { try checkTask(type) } else { try checkModel(type) }
        try registry.register(.type(type), typeName: type.name, name: name)
        return .type(type)
    }

    private func lookup(_ name: String, _ registry: Registry<Value>, _ doc: String) -> Native {
        Native("\(name)(name)", doc) { call in try registry.entry(try call.string(0)) }
            .hinting(isLookup: true) { [ParameterHint("name", choices: { registry.names })] }
    }

    private func listing(_ name: String, _ registry: Registry<Value>, _ doc: String) -> Native {
        Native("\(name)()", doc) { _ in .list(registry.names.map { .str($0) }) }
    }
}
