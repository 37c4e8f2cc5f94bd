import Foundation
import ScriptSyntax

/// What instructions do when their fast path does not fit.
extension Interpreter {
    private var currentCode: CodeObject { frames[depth].code.takeUnretainedValue() }

    // MARK: - Unbound names

    @inline(never)
    func unboundLocal(_ register: Int) -> Raised {
        let code = currentCode
        let name = register < code.variables.count ? code.variables[register].name : "?"
        if code.name == "<module>" { return detailed(Raised(.nameError, "name '\(name)' is not defined"), [("name", .str(name))]) }
        return Raised(.unboundLocalError, "cannot access local variable '\(name)' where it is not associated with a value")
    }

    @inline(never)
    func unboundFree(_ index: Int) -> Raised {
        let code = currentCode
        let name = index < code.freeNames.count ? code.freeNames[index].name : "?"
        return Raised(
            .nameError, "cannot access free variable '\(name)' where it is not associated with a value in enclosing scope")
    }

    @inline(never)
    func unboundGlobal(_ slot: Int) -> Raised {
        let module = frames[depth].function.takeUnretainedValue().module
        let name = module.names[slot].name
        let known = module.members.map(\.name.name) + builtins.members.map(\.name.name)
        let hint = nearest(to: name, among: known).map { "Did you mean '\($0)'?" }
        return detailed(Raised(.nameError, "name '\(name)' is not defined", hint: hint), [("name", .str(name))])
    }

    // MARK: - Operators

    @inline(never)
    func slowBinary(
        _ word: UInt64, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>, _ c: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        let code = UInt8(truncatingIfNeeded: word) - Operation.add.rawValue
        let operation = BinaryOperation(rawValue: code) ?? .add
        if operation == .add, b.tag == Tag.str, c.tag == Tag.str {
            return try addStrings(word, a, b, c)
        } else if b.tag <= Tag.float && c.tag <= Tag.float, mixed(operation, a, b, c) {
            return
        } else if let x = wide(b), let y = wide(c), let result = Interpreter.wideIntegers(operation, x, y) {
            a.put(result)
            return
        } else if !isInPlace(word, operation, b), try hostBinary(operation, a, b, c) {
            return
        }
        if Word.d(word) & 4 != 0 {
            a.pointee = try binaryInPlace(operation, b.pointee, c.pointee)
        } else {
            a.pointee = try binary(operation, b.pointee, c.pointee)
        }
    }

    /// An augmented assignment to a host object that has a method for it.
    private func isInPlace(_ word: UInt64, _ operation: BinaryOperation, _ register: UnsafeMutablePointer<Value>) -> Bool {
        guard Word.d(word) & 4 != 0, case .host(let box) = register.pointee else { return false }
        return box.type.lookup(Symbol(Interpreter.inPlace(operation))) != nil
    }

    /// An int that 128 bits hold.
    @inline(__always)
    private func wide(_ register: UnsafeMutablePointer<Value>) -> Int128? {
        if register.tag == Tag.int { return Int128(register.bits) }
        return register.tag == Tag.bigInt ? register.object(BigIntObject.self)._withUnsafeGuaranteedRef { $0.wide } : nil
    }

    /// Arithmetic of an int and a float; false when it needs more care.
    @inline(__always)
    private func mixed(
        _ operation: BinaryOperation, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>,
        _ c: UnsafeMutablePointer<Value>
    ) -> Bool {
        if b.tag == Tag.int && c.tag == Tag.int {
            guard operation == .trueDivide, c.bits != 0, b.bits.magnitude < 1 << 53, c.bits.magnitude < 1 << 53 else { return false }
            a.set(Double(b.bits) / Double(c.bits))
            return true
        }
        let x = b.tag == Tag.float ? b.double : Double(b.bits)
        let y = c.tag == Tag.float ? c.double : Double(c.bits)
        switch operation {
        case .add: a.set(x + y)
        case .subtract: a.set(x - y)
        case .multiply: a.set(x * y)
        case .trueDivide:
            if y == 0 { return false }
            a.set(x / y)
        case .power:
            // Positive, finite and not too large: no error to look for.
            let result = pow(x, y)
            if x <= 0 || !result.isFinite { return false }
            a.set(result)
        default: return false
        }
        return true
    }

    /// Operators of host objects (tensors above all), when no class of either side has a say; false else.
    private func hostBinary(
        _ operation: BinaryOperation, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>,
        _ c: UnsafeMutablePointer<Value>
    ) throws(Raised) -> Bool {
        let isReflected: Bool
        if b.tag == Tag.host, c.tag != Tag.instance {
            isReflected = false
        } else if c.tag == Tag.host, b.tag <= Tag.bool {
            isReflected = true
        } else {
            return false
        }
        let box = (isReflected ? c : b).object(HostBox.self).takeUnretainedValue()
        let method = isReflected ? Interpreter.reflected(operation) : Interpreter.dunder(operation)
        guard box.type.lookup(method) == nil, let object = box.object.asArithmetic else { return false }
        do {
            guard let result = try object.binary(operation, (isReflected ? b : c).pointee, reflected: isReflected, self) else {
                return false
            }
            a.put(result)
            return true
        } catch { throw convert(error) }
    }

    /// `a = b + c` for strings: grows the left one in place when it goes away and nobody else has it.
    private func addStrings(
        _ word: UInt64, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>, _ c: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        let (left, right) = (b.object(StrObject.self), c.object(StrObject.self))
        if a == b || Word.d(word) & Word.dyingFlag != 0, Reference.isUnique(b.address),
            left._withUnsafeGuaranteedRef({ left in right._withUnsafeGuaranteedRef { left.appendInPlace($0) } })
        {
            if a != b { b.handOver(to: a) }
            return
        }
        let (count, other) = (left._withUnsafeGuaranteedRef { $0.count }, right._withUnsafeGuaranteedRef { $0.count })
        try charge(bytes: count &+ other)
        let isGrowing = a == b && count > 64
        let sum = left._withUnsafeGuaranteedRef { left in
            right._withUnsafeGuaranteedRef { isGrowing ? StrObject.concatenateWithRoom(left, $0) : left + $0 }
        }
        a.put(.str(sum))
    }

    // MARK: - Displays

    @inline(never)
    func buildSet(_ first: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> Value {
        let set = SetObject()
        for index in 0..<count { try insert(set, first[index]) }
        return .set(set)
    }

    @inline(never)
    func joinStrings(_ first: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> StrObject {
        var total = 0
        var width = 1
        for index in 0..<count {
            if case .str(let text) = first[index] {
                total += text.count
                width = Swift.max(width, text.width)
            }
        }
        try charge(bytes: total * width)
        let result = StrObject.allocate(count: total, width: width)
        var position = 0
        for index in 0..<count {
            if case .str(let text) = first[index] {
                result.copy(text, from: 0, count: text.count, to: position)
                position += text.count
            }
        }
        return result
    }

    /// `separator.join(list)`
    public func joined(_ list: ListObject, _ separator: StrObject) throws(Raised) -> StrObject {
        try joined(list.storage, list.count, separator)
    }

    /// `separator.join(tuple)`
    public func joined(_ tuple: TupleObject, _ separator: StrObject) throws(Raised) -> StrObject {
        try joined(tuple.storage, tuple.count, separator)
    }

    /// No script code runs meanwhile: the items stay where they are.
    private func joined(_ first: UnsafeMutablePointer<Value>, _ count: Int, _ separator: StrObject) throws(Raised) -> StrObject {
        var total = 0
        var width = separator.width
        for index in 0..<count {
            guard let text = text(first + index) else {
                throw .type("sequence item \(index): expected str instance, \(typeName(of: first[index])) found")
            }
            let (length, own) = text._withUnsafeGuaranteedRef { ($0.count, $0.width) }
            let (sum, overflow) = total.addingReportingOverflow(length + (index == 0 ? 0 : separator.count))
            if overflow { throw Raised(.memoryError, "") }
            total = sum
            width = Swift.max(width, own)
        }
        if count == 1, case .str(let only) = first.pointee { return only }
        try charge(count: total, of: width)
        if total == 0 { return .empty }
        let result = StrObject.allocate(count: total, width: width)
        var position = 0
        for index in 0..<count {
            if index > 0, separator.count > 0 {
                result.copy(separator, from: 0, count: separator.count, to: position)
                position += separator.count
            }
            text(first + index)?._withUnsafeGuaranteedRef { part in
                result.copy(part, from: 0, count: part.count, to: position)
                position += part.count
            }
        }
        return total == 1 ? .character(result.unit(0)) : result
    }

    /// The text in a register, also of an instance of a subclass of `str`.
    @inline(__always)
    private func text(_ register: UnsafeMutablePointer<Value>) -> Unmanaged<StrObject>? {
        if register.tag == Tag.str { return register.object(StrObject.self) }
        guard case .instance(let instance) = register.pointee, case .str(let text) = instance.base else { return nil }
        // The instance keeps it.
        return Unmanaged.passUnretained(text)
    }

    @inline(never)
    func extendDisplay(_ list: Value, _ iterable: Value) throws(Raised) {
        guard case .list(let list) = list else { return }
        do { try extend(list, iterable) } catch {
            guard case .pending(.typeError, let message, _, _) = error.content, message.hasSuffix("object is not iterable") else { throw error }
            throw .type("Value after * must be an iterable, not \(typeName(of: iterable))")
        }
    }

    @inline(never)
    func setDisplayItem(_ dict: Value, _ key: Value, _ value: Value, callee: Value?) throws(Raised) {
        guard case .dict(let dict) = dict else { return }
        if let callee, try contains(dict, key) { throw repeatedKeyword(key, callee) }
        if dict.count & 63 == 63 { try charge(bytes: 64 * 64) }
        try set(dict, key, value)
    }

    private func repeatedKeyword(_ key: Value, _ callee: Value) -> Raised {
        guard case .str(let name) = plain(key) else { return .type("\(callText(callee)) keywords must be strings") }
        return .type("\(callText(callee)) got multiple values for keyword argument '\(name.string)'")
    }

    @inline(never)
    func mergeDisplay(_ dict: Value, _ other: Value, callee: Value?) throws(Raised) {
        guard case .dict(let dict) = dict else { return }
        var isMapping = false
        if case .dict = plain(other) { isMapping = true } else { isMapping = try find(other, "keys") != nil }
        guard isMapping else {
            if let callee { throw .type("\(callText(callee)) argument after ** must be a mapping, not \(typeName(of: other))") }
            throw .type("'\(typeName(of: other))' object is not a mapping")
        }
        if let callee {
            let given = DictObject()
            try merge(given, other)
            for key in given.keys where try contains(dict, key) { throw repeatedKeyword(key, callee) }
            try merge(dict, .dict(given))
        } else {
            try merge(dict, other)
        }
    }

    @inline(never)
    func formatted(_ value: Value, _ specification: StrObject, _ conversion: Int) throws(Raised) -> StrObject {
        switch conversion {
        case 115: return try format(.str(str(value)), specification)
        case 114: return try format(.str(repr(value)), specification)
        case 97: return try format(.str(ascii(value)), specification)
        default: return try format(value, specification)
        }
    }

    /// `ascii(value)`: `repr` with everything beyond ASCII escaped.
    public func ascii(_ value: Value) throws(Raised) -> StrObject {
        let text = try repr(value)
        var builder = StrBuilder(capacity: text.count)
        for index in 0..<text.count {
            let unit = text.unit(index)
            if unit < 128 { builder.append(unit) } else { builder.append(Quoting.escape(unit)) }
        }
        return builder.finish()
    }

    // MARK: - Attributes

    @inline(never)
    func slowAttribute(_ value: Value, _ cache: UnsafeMutablePointer<InlineCache>) throws(Raised) -> Value {
        let name = cache.pointee.name
        if case .instance(let instance) = value, let slot = instance.shape.slot(of: name), !instance.slots[slot].isUndefined,
            instance.type.overrides(.__getattribute__) == nil
        {
            if case .descriptor(let descriptor)? = instance.type.lookup(name), descriptor.kind == .property {
                return try attribute(value, name)
            }
            cache.renew()
            cache.pointee.key = instance.shape.id
            cache.pointee.slot = slot
            return instance.slots[slot]
        }
        return try attribute(value, name)
    }

    @inline(never)
    func slowSetAttribute(_ value: Value, _ cache: UnsafeMutablePointer<InlineCache>, _ newValue: Value) throws(Raised) {
        let name = cache.pointee.name
        guard case .instance(let instance) = value, instance.type.isScriptClass, instance.type.layout != .hostWrapper,
            instance.type.overrides(.__setattr__) == nil, name != Symbol(.__class__), name != Symbol(.__dict__)
        else { return try setAttribute(value, name, newValue) }
        if case .descriptor(let descriptor)? = instance.type.lookup(name), descriptor.kind == .property {
            return try setAttribute(value, name, newValue)
        }
        let shape = instance.shape
        cache.renew()
        if let slot = shape.slot(of: name) {
            cache.pointee.key = shape.id
            cache.pointee.slot = slot
            cache.pointee.next = nil
            instance.setAttribute(name, newValue)
        } else if shape.canGrow {
            let next = shape.adding(name)
            cache.pointee.key = shape.id
            cache.pointee.next = Unmanaged.passUnretained(next)
            allocated = allocated &+ 16
            instance.append(next, newValue)
        } else {
            try setAttribute(value, name, newValue)
        }
    }

    /// Fills the two registers before a method call.
    @inline(never)
    func slowMethod(_ value: Value, _ a: UnsafeMutablePointer<Value>, _ cache: UnsafeMutablePointer<InlineCache>) throws(Raised) {
        let name = cache.pointee.name
        switch value {
        case .instance(let instance):
            guard let method = instance.type.lookup(name), Interpreter.isMethod(method), instance.attribute(name) == nil,
                instance.type.overrides(.__getattribute__) == nil
            else { break }
            // An attribute in a dict does not change the shape, so the absence of one cannot be remembered.
            if instance.shape.canGrow {
                cache.renew()
                cache.pointee.key = instance.shape.id
                cache.pointee.slot = -1
                cache.pointee.value = method
            }
            (a + 1).pointee = value
            a.pointee = method
            return
        case .str, .list, .tuple, .dict, .set, .bytes, .int, .float, .iterator:
            guard let method = type(of: value).lookup(name), Interpreter.isMethod(method) else { break }
            (a + 1).pointee = value
            let key = builtinKey(a + 1)
            if key > -1_000 {
                cache.pointee.key = key
                cache.pointee.slot = -1
                cache.pointee.value = method
            }
            a.pointee = method
            return
        case .host(let box):
            guard let method = box.type.lookup(name), Interpreter.isMethod(method) else { break }
            (a + 1).pointee = value
            a.pointee = method
            return
        case .descriptor(let descriptor) where descriptor.kind == .superObject:
            if let (method, receiver) = superMethod(descriptor, name) {
                if case .type(let start) = descriptor.second {
                    cache.pointee.key = Interpreter.superKey(start)
                    cache.pointee.slot = -1
                    cache.pointee.value = method
                }
                (a + 1).pointee = receiver
                a.pointee = method
                return
            }
        default: break
        }
        let found = try attribute(value, name)
        (a + 1).pointee = .undefined
        a.pointee = found
    }

    private static func isMethod(_ value: Value) -> Bool {
        switch value {
        case .function: return true
        case .native(let native): return native.owner != nil
        default: return false
        }
    }

    private func superMethod(_ descriptor: DescriptorObject, _ name: Symbol) -> (Value, Value)? {
        guard case .type(let start) = descriptor.second else { return nil }
        if case .type = descriptor.first { return nil }
        var search = start.base
        while let type = search {
            if let method = type.own(name) { return Interpreter.isMethod(method) ? (method, descriptor.first) : nil }
            search = type.base
        }
        return nil
    }

    // MARK: - Unpacking

    @inline(never)
    func unpack(_ value: Value, _ a: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) {
        switch value {
        case .tuple(let tuple) where tuple.count == count:
            for index in 0..<count { (a + index).assign(from: tuple.storage + index) }
            return
        case .list(let list) where list.count == count:
            for index in 0..<count { (a + index).assign(from: list.storage + index) }
            return
        default: break
        }
        let iterator: Value
        do { iterator = try iterate(value) } catch {
            guard case .pending(.typeError, let message, _, _) = error.content, message.hasSuffix("is not iterable") else { throw error }
            throw .type("cannot unpack non-iterable \(typeName(of: value)) object")
        }
        for index in 0..<count {
            guard let item = try next(iterator) else {
                throw .value("not enough values to unpack (expected \(count), got \(index))")
            }
            a[index] = item
        }
        if try next(iterator) != nil { throw .value("too many values to unpack (expected \(count))") }
    }

    @inline(never)
    func unpackStarred(_ value: Value, _ a: UnsafeMutablePointer<Value>, _ before: Int, _ after: Int) throws(Raised) {
        let items: [Value]
        do { items = try self.items(of: value) } catch {
            guard case .pending(.typeError, let message, _, _) = error.content, message.hasSuffix("is not iterable") else { throw error }
            throw .type("cannot unpack non-iterable \(typeName(of: value)) object")
        }
        guard items.count >= before + after else {
            throw .value("not enough values to unpack (expected at least \(before + after), got \(items.count))")
        }
        for index in 0..<before { a[index] = items[index] }
        try charge(count: items.count, of: MemoryLayout<Value>.stride)
        a[before] = .list(ListObject(items[before..<(items.count - after)]))
        for index in 0..<after { a[before + 1 + index] = items[items.count - after + index] }
    }

    // MARK: - Exceptions and contexts

    func raise(_ value: Value, from cause: Value?) throws(Raised) -> Raised {
        let exception = try raised(value)
        if let cause {
            exception.exception.suppressContext = true
            if cause.isNone {
                exception.exception.cause = .none
            } else {
                switch cause {
                case .instance(let instance) where instance.type.layout == .exception: exception.exception.cause = cause
                case .type(let type) where type.layout == .exception:
                    let made = try instantiate(type, [])
                    guard case .instance(let instance) = made, instance.type.layout == .exception else { fallthrough }
                    exception.exception.cause = made
                default: throw .type("exception causes must derive from BaseException")
                }
            }
        }
        return Raised(exception: exception)
    }

    @inline(never)
    func enterContext(_ context: Value, _ a: UnsafeMutablePointer<Value>) throws(Raised) {
        let type = type(of: context)
        if let enter = type.lookup(.__enter__), let exit = type.lookup(.__exit__) {
            a.pointee = try bind(exit, context, type)
            (a + 1).pointee = try callMethod(enter, context)
            return
        }
        if case .host(let box) = plain(context), let object = box.object as? any HostContext {
            a.pointee = .native(
                NativeFunction(
                    Native("__exit__(type, value, traceback, /)") { call in .bool(try object.exit(call[1], call.interpreter)) }))
            (a + 1).pointee = try converting { try object.enter(self) }
            return
        }
        throw .type(
            type.lookup(.__enter__) == nil
                ? "'\(type.name)' object does not support the context manager protocol"
                : "'\(type.name)' object does not support the context manager protocol (missed __exit__ method)")
    }

    @inline(never)
    func exitContext(_ exit: UnsafeMutablePointer<Value>, _ exception: Value) throws(Raised) -> Bool {
        let method = exit.pointee
        switch exception {
        case .undefined:
            try call(method, [.none, .none, .none])
            return false
        case .instance(let instance):
            let traceback = try attribute(exception, Symbol(.__traceback__))
            return try truth(call(method, [.type(instance.type), exception, traceback]))
        default:
            // A limit or cancellation: the context may clean up, but cannot go on.
            let kind = types.exception(.keyboardInterrupt)
            try call(method, [.type(kind), .instance(InstanceObject(kind)), .none])
            return false
        }
    }

    // MARK: - Definitions

    func makeFunction(_ word: UInt64, _ a: UnsafeMutablePointer<Value>, _ registers: UnsafeMutablePointer<Value>) throws(Raised) -> Value {
        let frame = frames[depth]
        let code = frame.code.takeUnretainedValue().codes[Word.b(word)]
        let around = frame.function.takeUnretainedValue()
        var closure: [CellObject] = []
        for capture in code.captures {
            switch capture {
            case .register(let register): if case .cell(let cell) = registers[register] { closure.append(cell) }
            case .free(let index): closure.append(around.closure[index])
            }
        }
        var defaults: [Value] = []
        if Word.d(word) & 1 != 0, case .tuple(let tuple) = (a + 1).pointee { defaults = tuple.items }
        var keywordDefaults: [Value] = []
        if Word.d(word) & 2 != 0, case .tuple(let tuple) = (a + 2).pointee { keywordDefaults = tuple.items }
        try note(256)
        return .function(
            FunctionObject(code, module: around.module, closure: closure, defaults: defaults, keywordDefaults: keywordDefaults))
    }

    /// The names that a class body bound, as a dict; the cell `__class__` among them.
    func namespace() -> Value {
        let frame = frames[depth]
        let dict = DictObject()
        for (register, name) in frame.code.takeUnretainedValue().variables.enumerated() {
            switch frame.registers[register] {
            case .undefined: break
            case .cell(let cell) where name == Symbol(.__class__): dict["__classcell__"] = .cell(cell)
            case .cell(let cell): if !cell.value.isUndefined { dict[name.text] = cell.value }
            case let value: dict[name.text] = value
            }
        }
        return .dict(dict)
    }

    @inline(never)
    func makeClass(_ body: Value, _ parent: Value) throws(Raised) -> Value {
        guard case .function(let function) = body else { return .none }
        var base = types.object
        switch parent {
        case .undefined: break
        case .type(let type): base = type
        case .host(let box) where box.object is GenericAlias: base = (box.object as? GenericAlias)?.origin ?? base
        default: throw .type("bases must be types, not \(typeName(of: parent))")
        }
        guard base.isInheritable else { throw notABase(base) }
        guard case .dict(let names) = try call(body) else { return .none }
        let type = try makeClass(function.code.name, base: base, module: function.module.name, doc: function.code.doc)
        type.qualifiedName = function.code.qualifiedName
        for (key, value) in names.entries {
            guard case .str(let name) = key else { continue }
            if case .cell(let cell) = value, name == StrObject.make("__classcell__") {
                cell.value = .type(type)
                continue
            }
            if name == StrObject.make("__doc__"), case .str(let doc) = value { type.doc = doc.string }
            if name == StrObject.make("__qualname__"), case .str(let text) = value { type.qualifiedName = text.string }
            if case .function = value, ["__init_subclass__", "__class_getitem__"].contains(name.string) {
                type.set(Symbol(name), .descriptor(DescriptorObject(.classMethod, value)))
                continue
            }
            type.set(Symbol(name), value)
        }
        if type.own(Symbol(.__eq__)) != nil && type.own(Symbol(.__hash__)) == nil { type.set(Symbol(.__hash__), .none) }
        if case .descriptor(let hook)? = base.lookup(.__init_subclass__) {
            try call(hook.first, [.type(type)])
        }
        return .type(type)
    }
}
