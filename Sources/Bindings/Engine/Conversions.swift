import Imaging
import ScriptRuntime
import Tensors
import Training

extension Interpreter {
    /// A setting as scripts give it.
    ///
    /// - Throws: `TypeError` for values that no setting has.
    func setting(_ value: Value, name: String) throws(Raised) -> Setting {
        switch value {
        case .none: return Setting.none
        case .bool(let flag): return .bool(flag)
        case .int(let number): return .integer(number)
        case .float(let number): return .number(number)
        case .str(let text): return .text(text.string)
        default: throw .type("\(name) must be None, a bool, a number or a string, not \(typeName(of: value))")
        }
    }

    func value(of setting: Setting) -> Value {
        switch setting {
        case .none: .none
        case .bool(let flag): .bool(flag)
        case .integer(let number): .int(number)
        case .number(let number): .float(number)
        case .text(let text): .str(text)
        }
    }

    /// Keyword arguments collected by a `**` parameter.
    func keywords(_ value: Value) -> [(name: String, value: Value)] {
        guard case .dict(let dict) = value else { return [] }
        return dict.entries.compactMap { entry in
            guard case .str(let name) = entry.0 else { return nil }
            return (name.string, entry.1)
        }
    }

    func settings(_ value: Value) throws(Raised) -> [(name: String, value: Setting)] {
        var result: [(name: String, value: Setting)] = []
        for (name, value) in keywords(value) { result.append((name, try setting(value, name: name))) }
        return result
    }

    /// `(64, None)`, `(0.5, 0.5)` or None.
    ///
    /// - Throws: `TypeError`; `ImagingError.badShape` for sizes below 1.
    func shape(_ value: Value, name: String) throws -> Imaging.Shape {
        if value.isNone { return .unchanged }
        let sides: [Value]
        switch value {
        case .tuple(let tuple): sides = tuple.items
        case .list(let list): sides = list.items
        default: sides = []
        }
        guard sides.count == 2 else {
            throw Raised.type("\(name) must be None or (height, width), not \(try repr(value).string)")
        }
        return try Imaging.Shape(height: try side(sides[0], name), width: try side(sides[1], name))
    }

    private func side(_ value: Value, _ name: String) throws -> ImageExtent {
        switch value {
        case .none: return .free
        case .int(let count): return .pixels(count)
        case .float(let factor): return .factor(factor)
        default: throw Raised.type("each side in \(name) must be an int, a float or None, not \(typeName(of: value))")
        }
    }

    /// Strings of a list, tuple or other iterable.
    func strings(_ value: Value, name: String) throws -> [String] {
        try items(of: value).map { item in
            guard case .str(let text) = plain(item) else {
                throw Raised.type("\(name) must hold strings, not \(typeName(of: item))")
            }
            return text.string
        }
    }

    /// The same where a single string is sure to be a mistake: its characters would be taken.
    func stringList(_ value: Value, name: String) throws -> [String] {
        switch plain(value) {
        case .str, .int, .float: throw Raised.type("\(name) must be a list of strings, not \(typeName(of: value))")
        default: return try strings(value, name: name)
        }
    }

    /// A dict with string keys, in the given order.
    func dict(_ entries: [(String, Value)]) -> Value {
        let dict = DictObject()
        for (name, value) in entries { dict[name] = value }
        return .dict(dict)
    }
}
