/// A value of a setting, as scripts, files and command lines give it.
public enum Setting: Equatable, Hashable, Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
}

extension Setting: CustomStringConvertible {
    /// As in a script: `None`, `True`, `1`, `0.5`, `'sgd'`.
    public var description: String {
        switch self {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): "'\(value)'"
        }
    }
}

/// A group of named, typed and checked settings.
public protocol Settings: Sendable {
    /// Name of the group in errors: `HParams`.
    static var title: String { get }
    /// Its settings, in the order in which they are shown.
    static var fields: [SettingField<Self>] { get }
    /// The defaults.
    init()
    /// Rules that concern more than one setting; `given` are those that were set.
    func validate(given: Set<String>) throws
}

extension Settings {
    /// The defaults, changed by `values`.
    ///
    /// - Throws: `TrainingError.unknownName` for a name that does not exist, `.invalidSetting` for a value out of range.
    public init(_ values: [(name: String, value: Setting)]) throws {
        self.init()
        for (name, value) in values { try set(name, to: value) }
        try validate(given: Set(values.map(\.name)))
    }

    /// The value of the setting `name`.
    public func value(_ name: String) throws -> Setting {
        try Self.field(name).read(self)
    }

    /// Changes one setting.
    public mutating func set(_ name: String, to value: Setting) throws {
        try Self.field(name).write(&self, value)
    }

    /// Every name with its value, in order.
    public var values: [(name: String, value: Setting)] { Self.fields.map { ($0.name, $0.read(self)) } }

    public func validate(given: Set<String>) throws {}

    private static func field(_ name: String) throws -> SettingField<Self> {
        guard let field = fields.first(where: { $0.name == name }) else {
            throw TrainingError.unknownName(kind: "\(title) setting", name: name, known: fields.map(\.name))
        }
        return field
    }
}

/// One setting of a group: its name, what it means, and how it is read and written.
public struct SettingField<Owner: Settings>: Sendable {
    public let name: String
    /// One sentence for `help`.
    public let summary: String
    let read: @Sendable (Owner) -> Setting
    let write: @Sendable (inout Owner, Setting) throws -> Void
    /// The words it may be, where these are a few.
    public private(set) var choices: [String] = []
}

extension SettingField {
    typealias Path<Value> = any WritableKeyPath<Owner, Value> & Sendable

    static func integer(_ name: String, _ path: Path<Int>, atLeast least: Int, _ summary: String) -> SettingField {
        SettingField(name: name, summary: summary, read: { .integer($0[keyPath: path]) }) { owner, value in
            guard case .integer(let number) = value, number >= least else {
                throw refusal(name, value, "a whole number of at least \(least)")
            }
            owner[keyPath: path] = number
        }
    }

    static func optionalInteger(_ name: String, _ path: Path<Int?>, atLeast least: Int, _ summary: String) -> SettingField {
        SettingField(name: name, summary: summary, read: { $0[keyPath: path].map { .integer($0) } ?? .none }) { owner, value in
            switch value {
            case .none: owner[keyPath: path] = nil
            case .integer(let number) where number >= least: owner[keyPath: path] = number
            default: throw refusal(name, value, "None or a whole number of at least \(least)")
            }
        }
    }

    static func number(
        _ name: String, _ path: Path<Double>, _ rule: String, _ summary: String, _ holds: @escaping @Sendable (Double) -> Bool
    ) -> SettingField {
        SettingField(name: name, summary: summary, read: { .number($0[keyPath: path]) }) { owner, value in
            guard let number = value.asNumber, number.isFinite, holds(number) else { throw refusal(name, value, rule) }
            owner[keyPath: path] = number
        }
    }

    static func optionalNumber(
        _ name: String, _ path: Path<Double?>, _ rule: String, _ summary: String, _ holds: @escaping @Sendable (Double) -> Bool
    ) -> SettingField {
        SettingField(name: name, summary: summary, read: { $0[keyPath: path].map { .number($0) } ?? .none }) { owner, value in
            if value == .none {
                owner[keyPath: path] = nil
                return
            }
            guard let number = value.asNumber, number.isFinite, holds(number) else {
                throw refusal(name, value, "None or \(rule)")
            }
            owner[keyPath: path] = number
        }
    }

    static func bool(_ name: String, _ path: Path<Bool>, _ summary: String) -> SettingField {
        SettingField(name: name, summary: summary, read: { .bool($0[keyPath: path]) }) { owner, value in
            guard case .bool(let flag) = value else { throw refusal(name, value, "True or False") }
            owner[keyPath: path] = flag
        }
    }

    static func optionalText(_ name: String, _ path: Path<String?>, _ summary: String) -> SettingField {
        SettingField(name: name, summary: summary, read: { $0[keyPath: path].map { .text($0) } ?? .none }) { owner, value in
            switch value {
            case .none: owner[keyPath: path] = nil
            case .text(let text) where !text.isEmpty: owner[keyPath: path] = text
            default: throw refusal(name, value, "None or a text that is not empty")
            }
        }
    }

    /// One of a few words.
    static func choice(
        _ name: String, _ path: Path<String>, of known: [String], kind: String, _ summary: String
    ) -> SettingField {
        var field = SettingField(name: name, summary: summary, read: { .text($0[keyPath: path]) }) { owner, value in
            guard case .text(let text) = value else {
                throw refusal(name, value, "one of " + known.map { "'\($0)'" }.joined(separator: ", "))
            }
            guard known.contains(text) else { throw TrainingError.unknownName(kind: kind, name: text, known: known) }
            owner[keyPath: path] = text
        }
        field.choices = known
        return field
    }

    private static func refusal(_ name: String, _ value: Setting, _ rule: String) -> TrainingError {
        .invalidSetting(owner: Owner.title, name: name, value: value, rule: rule)
    }
}

extension Setting {
    var asNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
