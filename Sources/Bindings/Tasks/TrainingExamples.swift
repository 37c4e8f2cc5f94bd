import Corpus
import Recognition
import ScriptRuntime
import TextDistance

/// How scripts say what is done to training examples.
extension Engine {
    /// `{"rotation": 0.15, "shear": 0.2}`: the greatest extent of each change; None for no change.
    func augmentation(_ value: Value) throws -> Augmentation? {
        if value.isNone { return nil }
        let extents = Augmentation.extents
        var augmentation = Augmentation()
        for (name, value) in try entries(value, "augmentation", extents.map(\.name)) {
            guard let path = extents.first(where: { $0.name == name })?.path else { continue }
            augmentation[keyPath: path] = try interpreter.double(value)
        }
        try augmentation.validate()
        return augmentation
    }

    /// `{"count": 1000, "shortest": 1, "longest": 5, "real_share": 0.5}`: made-up sequences in each epoch; None for none.
    func choose(composed value: Value, _ settings: inout TaskSettings) throws {
        if value.isNone { return }
        var recipe = StripComposer.Recipe(shortest: 3, longest: 3)
        for (name, value) in try entries(value, "composed", ["count", "shortest", "longest", "real_share"]) {
            switch name {
            case "count": settings.composedExamples = try interpreter.index(value)
            case "shortest": recipe.shortest = try interpreter.index(value)
            case "longest": recipe.longest = try interpreter.index(value)
            default: recipe.realShare = try interpreter.double(value)
            }
        }
        guard settings.composedExamples >= 1 else {
            throw Raised.value("composed needs a 'count' of at least 1: made-up sequences in each epoch")
        }
        try recipe.validate()
        settings.composition = recipe
    }

    /// The entries of a dict with these keys, in their order.
    private func entries(_ value: Value, _ what: String, _ known: [String]) throws -> [(String, Value)] {
        guard case .dict(let dict) = interpreter.plain(value) else {
            throw Raised.type("\(what) must be None or a dict, not \(interpreter.typeName(of: value))")
        }
        return try dict.entries.map { key, value in
            guard case .str(let name) = key, known.contains(name.string) else {
                let text = try interpreter.str(key).string
                throw Raised(
                    .valueError, "\(what) has no entry \(try interpreter.repr(key).string)",
                    hint: nearest(to: text, among: known).map { "Did you mean '\($0)'?" }
                        ?? "Known entries: \(known.joined(separator: ", ")).")
            }
            return (name.string, value)
        }
    }
}
