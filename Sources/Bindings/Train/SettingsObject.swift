import ScriptRuntime
import Training

/// A group of settings as a script's object: `HParams`, `RunConfig`, `SessionConfig`. Settings are attributes.
final class SettingsObject<Group: Settings>: HostMembers, HostDisplay {
    var settings: Group
    /// Members that are no settings.
    private let extras: [String: (Group) -> Value]

    init(_ settings: Group, extras: [String: (Group) -> Value] = [:]) {
        (self.settings, self.extras) = (settings, extras)
    }

    var scriptTypeName: String { Group.title }
    var scriptSummary: String {
        "\(Group.title)(" + settings.values.map { "\($0.name)=\($0.value)" }.joined(separator: ", ") + ")"
    }

    var memberNames: [String] { Group.fields.map(\.name) + extras.keys.sorted() }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        if let extra = extras[name] { return extra(settings) }
        guard Group.fields.contains(where: { $0.name == name }) else { return nil }
        return interpreter.value(of: try settings.value(name))
    }

    func setMember(_ name: String, to value: Value, _ interpreter: Interpreter) throws -> Bool {
        guard Group.fields.contains(where: { $0.name == name }) else { return false }
        try settings.set(name, to: try interpreter.setting(value, name: name))
        return true
    }

    func displayText(_ interpreter: Interpreter) throws -> String { scriptSummary }
}

extension Settings {
    /// The declaration of the constructor: every setting by keyword.
    static var declaration: String {
        let parameters = fields.map { "\($0.name)=<unset>" }
        return "\(title)(*, \(parameters.joined(separator: ", ")))"
    }

    /// Every setting with its default, for completion.
    static var hints: [ParameterHint] {
        let standard = Self().values
        return zip(fields, standard).map { field, setting in
            ParameterHint(field.name, standard: setting.value.description, choices: { field.choices })
        }
    }

    static var documentation: String {
        fields.map { "\($0.name): \($0.summary)" }.joined(separator: "\n")
    }
}
