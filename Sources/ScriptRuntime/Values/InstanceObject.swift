import ScriptSyntax

/// An object of a script class or of an exception class, or of a native class that keeps Swift state.
///
/// `slots[0 ..< shape.count]` are initialized; slot `i` belongs to the attribute that `shape` numbers `i`, and holds
/// `.undefined` when that attribute was deleted. The shape is owned by the type, which the instance retains.
public final class InstanceObject {
    public internal(set) var type: TypeObject
    /// The shape without a count: the type owns it.
    @exclusivity(unchecked) var shapeReference: Unmanaged<Shape>
    var shape: Shape {
        get { shapeReference.takeUnretainedValue() }
        set { shapeReference = Unmanaged.passUnretained(newValue) }
    }
    @inline(__always) var shapeID: Int { shapeReference._withUnsafeGuaranteedRef { $0.id } }
    @exclusivity(unchecked) var slots: UnsafeMutablePointer<Value>
    var capacity: Int32
    @exclusivity(unchecked) private var room = SmallRoom()
    /// What only few instances have.
    @exclusivity(unchecked) var extra: InstanceExtra?

    /// A blank instance: no attributes, `__init__` not called.
    public init(_ type: TypeObject) {
        self.type = type
        shapeReference = Unmanaged.passUnretained(type.rootShape)
        let expected = type.expectedAttributes
        if expected <= SmallRoom.capacity {
            capacity = Int32(truncatingIfNeeded: SmallRoom.capacity)
            slots = HashTable.noValues
            slots = roomSlots
        } else {
            capacity = Int32(truncatingIfNeeded: expected)
            slots = UnsafeMutablePointer<Value>.allocate(capacity: expected)
        }
    }

    /// Where the session keeps it as a possible part of a cycle.
    @exclusivity(unchecked) var trackingSlot: UnsafeMutablePointer<Int>?

    deinit {
        trackingSlot?.pointee = 0
        if let extra, extra.isNested {
            var work: [Value] = []
            extra.drain(into: &work)
            Drain.drain(&work)
        }
        Drain.release(slots, shapeReference._withUnsafeGuaranteedRef { $0.count })
        if slots != roomSlots { slots.deallocate() }
    }

    /// Where the first attributes live while they are few.
    @inline(__always)
    private var roomSlots: UnsafeMutablePointer<Value> { withUnsafeMutablePointer(to: &room) { SmallRoom.values($0) } }

    func drain(into work: inout [Value]) {
        Drain.take(slots, shape.count, to: &work)
        extra?.drain(into: &work)
    }
}

final class InstanceExtra {
    /// The built-in value or host object that an instance of a subclass of a built-in or host type stands for.
    @exclusivity(unchecked) var base: Value = .undefined
    /// Swift state of a native class.
    var native: AnyObject?
    /// Attributes beyond the shape's limit; all of them once the program has asked for `__dict__`.
    var overflow: DictObject?

    // Exceptions
    @exclusivity(unchecked) var arguments: TupleObject?
    @exclusivity(unchecked) var cause: Value = .none
    @exclusivity(unchecked) var context: Value = .none
    @exclusivity(unchecked) var suppressContext = false
    /// What only some kinds of exceptions have: `e.name`, `e.obj`, `e.path`, and a `value` or `code` that was set.
    var details: DictObject?
    @exclusivity(unchecked) var trace: [TraceEntry] = []
    /// The object for the first so many entries of `trace`, once somebody asked for it.
    var traceback: HostBox?
    /// What the reporter shows beside the message: the values of a failed assertion's parts, a host's hint.
    var values: [ErrorReport.PartValue] = []
    var hint: String?

    /// Whether letting go of it could go deep: a long chain of exceptions, say.
    var isNested: Bool {
        overflow != nil || details != nil || arguments?.isNested == true || withUnsafeMutablePointer(to: &base) { Drain.isNested($0) }
            || withUnsafeMutablePointer(to: &cause) { Drain.isNested($0) } || withUnsafeMutablePointer(to: &context) { Drain.isNested($0) }
    }

    func drain(into work: inout [Value]) {
        work += [base, cause, context]
        if let overflow { work.append(.dict(overflow)) }
        if let details { work.append(.dict(details)) }
        if let arguments { work.append(.tuple(arguments)) }
        (base, cause, context, overflow, details, arguments) = (.undefined, .none, .none, nil, nil, nil)
    }
}

/// Where an exception passed: a function and the span it was at.
public struct TraceEntry {
    let code: CodeObject
    let instruction: Int

    var span: SourceSpan { instruction < code.spans.count ? code.spans[instruction] : .zero }
}

extension InstanceObject {
    static let shapeLimit = 128

    private func ensureExtra() -> InstanceExtra {
        if let extra { return extra }
        let fresh = InstanceExtra()
        extra = fresh
        return fresh
    }

    /// The built-in value this instance stands for, `.undefined` for an ordinary object.
    public var base: Value {
        get { extra?.base ?? .undefined }
        set { ensureExtra().base = newValue }
    }

    /// Swift state attached by a native class.
    public var native: AnyObject? {
        get { extra?.native }
        set { ensureExtra().native = newValue }
    }

    /// State of an exception; made when missing.
    var exception: InstanceExtra { ensureExtra() }

    /// The instance's own attribute (not its class's).
    public func attribute(_ name: Symbol) -> Value? {
        if let slot = shape.slot(of: name) {
            let value = slots[slot]
            return value.isUndefined ? nil : value
        }
        return extra?.overflow?[name.text]
    }

    /// Binds a name in the instance itself, past descriptors and `__setattr__`.
    public func setAttribute(_ name: Symbol, _ value: Value) {
        if let slot = shape.slot(of: name) {
            let old = slots[slot]
            slots[slot] = value
            _ = consume old
            return
        }
        if !shape.canGrow {
            let extra = ensureExtra()
            let overflow = extra.overflow ?? DictObject()
            extra.overflow = overflow
            overflow[name.text] = value
            return
        }
        append(shape.adding(name), value)
    }

    /// Adds the last attribute of `newShape`, which has one more than the present shape.
    func append(_ newShape: Shape, _ value: Value) {
        let index = shapeReference._withUnsafeGuaranteedRef { $0.count }
        if index == Int(capacity) { grow() }
        (slots + index).initialize(to: value)
        shape = newShape
    }

    /// The same with a copy of a register.
    @inline(__always)
    func append(_ newShape: Unmanaged<Shape>, copying register: UnsafeMutablePointer<Value>) {
        let index = shapeReference._withUnsafeGuaranteedRef { $0.count }
        if index == Int(capacity) { grow() }
        (slots + index).copy(from: register)
        shapeReference = newShape
    }

    private func grow() {
        let count = shape.count
        let fresh = UnsafeMutablePointer<Value>.allocate(capacity: count * 2 + 2)
        fresh.moveInitialize(from: slots, count: count)
        if slots != roomSlots { slots.deallocate() }
        slots = fresh
        capacity = Int32(count * 2 + 2)
        type.expectedAttributes = Swift.max(type.expectedAttributes, count + 1)
    }

    /// False when there was none.
    public func deleteAttribute(_ name: Symbol) -> Bool {
        if let slot = shape.slot(of: name) {
            if slots[slot].isUndefined { return false }
            let old = slots[slot]
            slots[slot] = .undefined
            _ = consume old
            return true
        }
        guard let overflow = extra?.overflow, overflow[name.text] != nil else { return false }
        overflow[name.text] = nil
        return true
    }

    /// `__dict__`: from now on the attributes live in this dict, so that what is put into it is one, and the reverse.
    var dictionary: DictObject {
        get {
            if shape.isDictionary, let overflow = extra?.overflow { return overflow }
            let dict = DictObject()
            for (name, value) in attributes { dict[name.text] = value }
            keepAttributes(in: dict)
            return dict
        }
        set { keepAttributes(in: newValue) }
    }

    private func keepAttributes(in dict: DictObject) {
        ensureExtra().overflow = dict
        let count = shape.count
        shape = type.dictionaryShape
        // The slots that the old shape counted are initialized, and nobody counts them any more.
        Drain.release(slots, count)
    }

    /// Belongs to another class from now on, whose instances are laid out like those of its own.
    func become(_ other: TypeObject) {
        if shape.isDictionary {
            shape = other.dictionaryShape
        } else {
            // The same names in the same slots.
            shape = shape.names.reduce(other.rootShape) { $0.adding($1) }
        }
        type = other
    }

    /// Own attributes in the order they were first set.
    public var attributes: [(name: Symbol, value: Value)] {
        var result: [(name: Symbol, value: Value)] = []
        for (index, name) in shape.names.enumerated() where !slots[index].isUndefined {
            result.append((name, slots[index]))
        }
        for entry in extra?.overflow?.entries ?? [] {
            if case .str(let name) = entry.key { result.append((Symbol(name), entry.value)) }
        }
        return result
    }
}

/// Which attribute is in which slot: instances that set the same attributes in the same order share one.
final class Shape {
    /// Unique as long as the process lives; changes when a class on the way is changed, so that caches notice.
    var id: Int
    let count: Int
    let names: [Symbol]
    /// Of instances whose attributes are all in a dict.
    let isDictionary: Bool
    private let table: [Symbol: Int]
    private var next: [Symbol: Shape] = [:]
    private let ids: IDSource

    init(_ ids: IDSource, names: [Symbol] = [], isDictionary: Bool = false) {
        self.ids = ids
        self.isDictionary = isDictionary
        id = ids.next()
        count = names.count
        self.names = names
        table = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    }

    @inline(__always)
    func slot(of name: Symbol) -> Int? { count == 0 ? nil : table[name] }

    /// Whether an instance of this shape may get another attribute in a slot.
    var canGrow: Bool { count < InstanceObject.shapeLimit && !isDictionary }

    func adding(_ name: Symbol) -> Shape {
        if let known = next[name] { return known }
        let fresh = Shape(ids, names: names + [name])
        next[name] = fresh
        return fresh
    }

    /// New ids for this shape and all that grew out of it.
    func renew() {
        var work = [self]
        while let shape = work.popLast() {
            shape.id = ids.next()
            work += shape.next.values
        }
    }
}

/// Numbers for shapes, types and modules; each is given once in a session.
final class IDSource {
    private var last = 0

    func next() -> Int {
        last += 1
        return last
    }
}
