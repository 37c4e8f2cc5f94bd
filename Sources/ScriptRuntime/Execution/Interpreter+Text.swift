import BigInt
import ScriptSyntax

/// `repr`, `str` and `format`.
extension Interpreter {
    /// `repr(value)`.
    public func repr(_ value: Value) throws(Raised) -> StrObject {
        switch value {
        case .int(let value): return .make(decimal: value)
        case .bigInt, .float, .str, .bytes:
            return try reprOfScalar(value)
        case .bool(let value): return .make(value ? "True" : "False")
        case .none, .undefined: return .make("None")
        case .ellipsis: return .make("Ellipsis")
        case .notImplemented: return .make("NotImplemented")
        case .list, .tuple, .dict, .set: return try reprOfContainer(value)
        case .range(let range):
            let step = range.step == 1 ? "" : ", \(range.step)"
            return .make("range(\(range.start), \(range.stop)\(step))")
        case .slice(let slice):
            return .make("slice(\(try repr(slice.start).string), \(try repr(slice.stop).string), \(try repr(slice.step).string))")
        case .instance(let instance): return try repr(instance, value)
        case .host(let box): return try repr(box, value)
        default: return .make(try describe(value))
        }
    }

    /// `str(value)`.
    public func str(_ value: Value) throws(Raised) -> StrObject {
        switch value {
        case .str(let text): return text
        case .instance(let instance):
            if let method = instance.type.lookup(.__str__) {
                return try text(callMethod(method, value), "__str__")
            }
            if instance.type.overrides(.__repr__) == nil, case .str(let text) = instance.base { return text }
            return try repr(value)
        case .host(let box):
            if let object = box.object as? any HostDisplay { return .make(try converting { try object.displayText(self) }) }
            if let method = box.type.lookup(.__str__) { return try text(callMethod(method, value), "__str__") }
            return try repr(value)
        default: return try repr(value)
        }
    }

    /// `format(value, spec)`.
    public func format(_ value: Value, _ spec: StrObject) throws(Raised) -> StrObject {
        if spec.isEmpty {
            switch value {
            case .str(let text): return text
            case .int, .float, .bool, .none: return try str(value)
            default: break
            }
        }
        if let method = type(of: value).lookup(.__format__) {
            return try text(callMethod(method, value, .str(spec)), "__format__")
        }
        if !spec.isEmpty {
            throw .type("unsupported format string passed to \(typeName(of: value)).__format__")
        }
        return try str(value)
    }

    private func text(_ value: Value, _ method: String) throws(Raised) -> StrObject {
        guard case .str(let text) = plain(value) else {
            throw .type("\(method) returned non-string (type \(typeName(of: value)))")
        }
        return text
    }

    // MARK: - Implementation

    /// The first integer that Python refuses to write out.
    private static let longestShown = BigUInt(10).power(4_300)

    private func reprOfScalar(_ value: Value) throws(Raised) -> StrObject {
        switch value {
        case .float(let value): return .make(FloatText.repr(value))
        case .str(let text):
            // The builder grows by half, and has what it had meanwhile.
            if text.count >= SystemMemory.largeBlock / 64 { try requireRoom(for: Quoting.length(of: text), of: 3 * text.width) }
            return Quoting.repr(text)
        case .bytes(let bytes):
            if bytes.count >= SystemMemory.largeBlock / 64 { try requireRoom(for: Quoting.length(of: bytes.bytes), of: 3) }
            return Quoting.repr(bytes.bytes)
        case .bigInt(let object):
            if object.value.magnitude >= Interpreter.longestShown {
                throw .value("Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit")
            }
            return .make(object.value.description)
        default: return .empty
        }
    }

    private func reprOfContainer(_ value: Value) throws(Raised) -> StrObject {
        let identity = value.identity
        if beingShown.contains(identity) {
            switch value {
            case .list: return .make("[...]")
            case .dict: return .make("{...}")
            case .tuple: return .make("(...)")
            default: return .make("\(typeName(of: value))(...)")
            }
        }
        try checkStack()
        if beingShown.count >= recursionLimit {
            throw .recursion("maximum recursion depth exceeded while getting the repr of an object")
        }
        beingShown.append(identity)
        defer { beingShown.removeLast() }
        switch value {
        case .list(let list):
            var builder = StrBuilder()
            builder.append(91)
            var index = 0
            while index < list.count {
                if index > 0 { builder.append(", ") }
                try append(repr(list[index]), to: &builder)
                index += 1
                try charge(steps: 1)
            }
            builder.append(93)
            return builder.finish()
        case .tuple(let tuple):
            var builder = StrBuilder()
            builder.append(40)
            for index in 0..<tuple.count {
                if index > 0 { builder.append(", ") }
                try append(repr(tuple[index]), to: &builder)
                try charge(steps: 1)
            }
            builder.append(tuple.count == 1 ? ",)" : ")")
            return builder.finish()
        case .dict(let dict): return try repr(dict)
        case .set(let set): return try repr(set)
        default: return .empty
        }
    }

    private func repr(_ dict: DictObject) throws(Raised) -> StrObject {
        var builder = StrBuilder()
        builder.append(123)
        var number = 0
        var isFirst = true
        while let entry = dict.nextEntry(from: number) {
            if !isFirst { builder.append(", ") }
            isFirst = false
            try append(repr(entry.key), to: &builder)
            builder.append(": ")
            try append(repr(entry.value), to: &builder)
            number = entry.number + 1
            try charge(steps: 1)
        }
        builder.append(125)
        return builder.finish()
    }

    private func repr(_ set: SetObject) throws(Raised) -> StrObject {
        if set.count == 0 { return .make(set.isFrozen ? "frozenset()" : "set()") }
        var builder = StrBuilder()
        builder.append(set.isFrozen ? "frozenset({" : "{")
        var number = 0
        var isFirst = true
        while let entry = set.nextItem(from: number) {
            if !isFirst { builder.append(", ") }
            isFirst = false
            try append(repr(entry.item), to: &builder)
            number = entry.number + 1
            try charge(steps: 1)
        }
        builder.append(set.isFrozen ? "})" : "}")
        return builder.finish()
    }

    private func repr(_ instance: InstanceObject, _ value: Value) throws(Raised) -> StrObject {
        if let method = instance.type.lookup(.__repr__) {
            try checkStack()
            return try text(callMethod(method, value), "__repr__")
        }
        switch instance.type.layout {
        case .wrapper: return try reprOfBase(instance)
        default: return try plainRepr(value)
        }
    }

    /// What the built-in class behind an instance shows; a set names the class that it is of.
    public func reprOfBase(_ instance: InstanceObject) throws(Raised) -> StrObject {
        guard case .set(let set) = instance.base else { return try repr(instance.base) }
        let name = instance.type.name
        if set.count == 0 { return .make("\(name)()") }
        if beingShown.contains(instance.base.identity) { return .make("\(name)(...)") }
        let shown = try repr(instance.base)
        return .make(name) + (set.isFrozen ? shown.slice(9, shown.count) : .character(40) + shown + .character(41))
    }

    private func repr(_ box: HostBox, _ value: Value) throws(Raised) -> StrObject {
        if box.type !== types.range, let method = box.type.lookup(.__repr__) { return try text(callMethod(method, value), "__repr__") }
        switch box.object {
        case let alias as GenericAlias: return try repr(alias)
        case let union as UnionObject: return try repr(union)
        default: return .make(box.object.scriptSummary)
        }
    }

    /// The name with its module, unless that is the built-in one.
    func shownName(of type: TypeObject) -> String {
        type.moduleName == "builtins" ? type.qualifiedName : "\(type.moduleName).\(type.qualifiedName)"
    }

    /// Functions, classes, modules: no addresses, so that output is the same in every run.
    private func describe(_ value: Value) throws(Raised) -> String {
        switch value {
        case .function(let function): return "<function \(function.qualifiedName)>"
        case .native(let native):
            if let owner = native.owner, Interpreter.isWrapper(native) { return "<slot wrapper '\(native.name)' of '\(owner.name)' objects>" }
            if let owner = native.owner { return "<method '\(native.name)' of '\(owner.name)' objects>" }
            return "<built-in function \(native.name)>"
        case .boundMethod(let method):
            if case .native(let native) = method.function {
                if Interpreter.isWrapper(native) { return "<method-wrapper '\(native.name)' of \(typeName(of: method.receiver)) object>" }
                return "<built-in method \(native.name) of \(typeName(of: method.receiver)) object>"
            }
            try checkStack()
            let name: String
            if case .function(let function) = method.function { name = function.qualifiedName } else { name = "?" }
            return "<bound method \(name) of \(try repr(method.receiver).string)>"
        case .type(let type): return "<class '\(shownName(of: type))'>"
        case .module(let module):
            if let file = module.file { return "<module '\(module.name)' from '\(file)'>" }
            return "<module '\(module.name)' (built-in)>"
        case .iterator(let iterator):
            if let generator = iterator as? GeneratorObject { return "<generator object \(generator.name)>" }
            if let shown = try converting({ try iterator.shown(self) }) { return shown }
            return "<\(iterator.typeName) object>"
        case .descriptor(let descriptor):
            try checkStack()
            switch descriptor.kind {
            case .property: return "<property object>"
            case .staticMethod: return "<staticmethod(\(try repr(descriptor.first).string))>"
            case .classMethod: return "<classmethod(\(try repr(descriptor.first).string))>"
            case .superObject:
                let start = if case .type(let type) = descriptor.second { type.name } else { "object" }
                return "<super: <class '\(start)'>, <\(typeName(of: descriptor.first)) object>>"
            }
        default: return "<\(typeName(of: value)) object>"
        }
    }
}

/// Python's `repr` of a float: shortest digits, exponent form below 1e-4 and from 1e16.
public enum FloatText {
    /// The shortest text that reads back as the same number.
    public static func repr(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
        let (digits, exponent) = shortest(value.magnitude)
        let sign = value < 0 ? "-" : ""
        let point = exponent + 1
        if point > 16 || point < -3 {
            let tail = digits.count > 1 ? "." + digits.dropFirst() : ""
            let magnitude = String(abs(exponent))
            let padded = magnitude.count < 2 ? "0" + magnitude : magnitude
            return sign + digits.prefix(1) + tail + "e" + (exponent < 0 ? "-" : "+") + padded
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point { return sign + digits + String(repeating: "0", count: point - digits.count) + ".0" }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// The shortest digits that read back as the (positive, finite) value, and the decimal exponent of the first.
    public static func shortest(_ value: Double) -> (digits: String, exponent: Int) {
        // Swift's description has the shortest digits; only its layout differs from Python's.
        let text = value.description
        let parts = text.split(separator: "e", maxSplits: 1)
        let written = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let fraction = mantissa.count == 2 ? mantissa[1] : ""
        let all = whole + fraction
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
        return (digits, whole.count - 1 - leading + written)
    }
}

/// Python's `repr` of strings and bytes.
public enum Quoting {
    /// The most code points that `repr` of bytes may have.
    static func length(of bytes: [UInt8]) -> Int {
        bytes.reduce(3) { length, byte in length + ((32..<127).contains(byte) && byte != 39 && byte != 92 ? 1 : 4) }
    }

    /// The most code points that `repr` of a string may have.
    static func length(of text: StrObject) -> Int {
        var length = text.count + 2
        for index in 0..<text.count {
            switch text.unit(index) {
            case 39, 92: length += 1
            case 32..<127: break
            case 0..<0x100: length += 3
            case 0..<0x10000: length += 5
            default: length += 9
            }
        }
        return length
    }

    /// A string in quotes, with what cannot be printed escaped.
    public static func repr(_ text: StrObject) -> StrObject {
        var hasSingle = false
        var hasDouble = false
        for index in 0..<text.count {
            let unit = text.unit(index)
            if unit == 39 { hasSingle = true }
            if unit == 34 { hasDouble = true }
        }
        let quote: UInt32 = hasSingle && !hasDouble ? 34 : 39
        var builder = StrBuilder(capacity: text.count + 2)
        builder.append(quote)
        for index in 0..<text.count {
            let unit = text.unit(index)
            switch unit {
            case 92, quote:
                builder.append(92)
                builder.append(unit)
            case 10: builder.append("\\n")
            case 13: builder.append("\\r")
            case 9: builder.append("\\t")
            case 32..<127: builder.append(unit)
            default:
                if unit >= 127 && isPrintable(unit) { builder.append(unit) } else { builder.append(escape(unit)) }
            }
        }
        builder.append(quote)
        return builder.finish()
    }

    /// `b'...'`
    public static func repr(_ bytes: [UInt8]) -> StrObject {
        let quote: UInt8 = bytes.contains(39) && !bytes.contains(34) ? 34 : 39
        var builder = StrBuilder(capacity: bytes.count + 3)
        builder.append(98)
        builder.append(UInt32(quote))
        for byte in bytes {
            switch byte {
            case 92, quote:
                builder.append(92)
                builder.append(UInt32(byte))
            case 10: builder.append("\\n")
            case 13: builder.append("\\r")
            case 9: builder.append("\\t")
            case 32..<127: builder.append(UInt32(byte))
            default: builder.append("\\x" + hex(UInt32(byte), 2))
            }
        }
        builder.append(UInt32(quote))
        return builder.finish()
    }

    /// `\xhh`, `\uhhhh` or `\Uhhhhhhhh`.
    public static func escape(_ unit: UInt32) -> String {
        if unit < 0x100 { return "\\x" + hex(unit, 2) }
        if unit < 0x10000 { return "\\u" + hex(unit, 4) }
        return "\\U" + hex(unit, 8)
    }

    static func hex(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }

    /// Python's `str.isprintable` for one code point.
    public static func isPrintable(_ unit: UInt32) -> Bool {
        if unit < 127 { return unit >= 32 }
        guard let scalar = Unicode.Scalar(unit) else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
            return false
        default: return NormalForm.isKnownToPython(scalar)
        }
    }
}
