/// A built-in iterator. Subclass it, give `typeName`, and return nil from `next` at the end.
open class IteratorObject {
    /// What `type(it).__name__` says.
    open var typeName: String { "iterator" }

    /// Built-in iterators that the VM steps without a call, and those that draw on others.
    enum Kind { case other, list, range, tuple, string, generator, drawing }
    let kind: Kind

    /// An iterator that draws on no other one; for one that does, see `DrawingIterator`.
    public init() {
        kind = .other
    }

    init(kind: Kind) {
        self.kind = kind
    }

    /// The next item, nil at the end (and ever after).
    open func next(_ interpreter: Interpreter) throws -> Value? { nil }

    /// What `repr` shows, where it shows more than the name of its type.
    open func shown(_ interpreter: Interpreter) throws -> String? { nil }

    /// How many items are left, when that is known.
    open func lengthHint(_ interpreter: Interpreter) throws -> Int? { nil }

    /// Another one that gives the same items from here on, for `copy`; nil for one that cannot be copied. `change` makes
    /// the copy of what it walks over.
    package func copied(_ change: (Value) throws -> Value) throws -> IteratorObject? { nil }

    /// Hands over the values it holds, for release without recursion.
    func drain(into work: inout [Value]) {}
}

final class ListIterator: IteratorObject {
    @exclusivity(unchecked) private(set) var list: ListObject?
    /// The same without a count, for the machine.
    @exclusivity(unchecked) private(set) var reference: Unmanaged<ListObject>?
    @exclusivity(unchecked) var index = 0

    init(_ list: ListObject) {
        self.list = list
        reference = Unmanaged.passUnretained(list)
        super.init(kind: .list)
    }

    override var typeName: String { "list_iterator" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        guard let list else { return nil }
        if index < list.count {
            index += 1
            return list[index - 1]
        }
        end()
        return nil
    }

    func end() {
        reference = nil
        list = nil
    }

    override func lengthHint(_ interpreter: Interpreter) -> Int? { list.map { max($0.count - index, 0) } ?? 0 }

    override func copied(_ change: (Value) throws -> Value) throws -> IteratorObject? {
        guard let list, case .list(let walked) = try change(.list(list)) else { return ListIterator(ListObject([])) }
        let copy = ListIterator(walked)
        copy.index = index
        return copy
    }

    override func drain(into work: inout [Value]) {
        if let list { work.append(.list(list)) }
        end()
    }
}

final class TupleIterator: IteratorObject {
    @exclusivity(unchecked) var tuple: TupleObject?
    @exclusivity(unchecked) var index = 0

    init(_ tuple: TupleObject) {
        self.tuple = tuple
        super.init(kind: .tuple)
    }

    override var typeName: String { "tuple_iterator" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        guard let tuple else { return nil }
        if index < tuple.count {
            index += 1
            return tuple[index - 1]
        }
        self.tuple = nil
        return nil
    }

    override func lengthHint(_ interpreter: Interpreter) -> Int? { tuple.map { $0.count - index } ?? 0 }

    override func copied(_ change: (Value) throws -> Value) throws -> IteratorObject? {
        guard let tuple, case .tuple(let walked) = try change(.tuple(tuple)) else { return TupleIterator(TupleObject([])) }
        let copy = TupleIterator(walked)
        copy.index = index
        return copy
    }

    override func drain(into work: inout [Value]) {
        if let tuple { work.append(.tuple(tuple)) }
        tuple = nil
    }
}

final class RangeIterator: IteratorObject {
    /// The next item, and how many are left with it.
    @exclusivity(unchecked) var current: Int
    @exclusivity(unchecked) var left: Int
    let step: Int

    init(_ range: RangeObject) {
        current = range.start
        left = range.count
        step = range.step
        super.init(kind: .range)
    }

    private init(_ other: RangeIterator) {
        (current, left, step) = (other.current, other.left, other.step)
        super.init(kind: .range)
    }

    override func copied(_ change: (Value) throws -> Value) throws -> IteratorObject? { RangeIterator(self) }

    override var typeName: String { "range_iterator" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        if left == 0 { return nil }
        left -= 1
        let value = current
        current = current &+ step
        return .int(value)
    }

    override func lengthHint(_ interpreter: Interpreter) -> Int? { left }
}

final class StrIterator: IteratorObject {
    let text: StrObject
    var index = 0

    private let ofSubclass: Bool

    init(_ text: StrObject, ofSubclass: Bool = false) {
        self.text = text
        self.ofSubclass = ofSubclass
        super.init(kind: .string)
    }

    /// CPython walks the text of a subclass in the general way, whatever it holds.
    override var typeName: String { text.isASCII && !ofSubclass ? "str_ascii_iterator" : "str_iterator" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        if index >= text.count { return nil }
        index += 1
        return .str(.character(text.unit(index - 1)))
    }

    override func lengthHint(_ interpreter: Interpreter) -> Int? { text.count - index }

    override func copied(_ change: (Value) throws -> Value) throws -> IteratorObject? {
        let copy = StrIterator(text, ofSubclass: ofSubclass)
        copy.index = index
        return copy
    }
}

/// An iterator that draws on other values: iterators, functions that it calls, objects that it asks.
///
/// A chain of them may have any length: it is released link by link. Stepping one calls the next on the Swift stack, so
/// `next` must begin with `Interpreter.checkStack()`.
open class DrawingIterator: IteratorObject {
    /// What it draws on. Nothing else may keep these values on its behalf, or a long chain is released recursively.
    @exclusivity(unchecked) public final var sources: [Value]

    /// An iterator over what these give.
    public init(drawingOn sources: [Value]) {
        self.sources = sources
        super.init(kind: .drawing)
    }

    deinit {
        var work = sources
        sources = []
        Drain.drain(&work)
    }

    override func drain(into work: inout [Value]) {
        work += sources
        sources = []
    }
}

/// Steps by a Swift closure; for hosts and the library.
public final class ClosureIterator: DrawingIterator {
    private let name: String
    private var step: ((Interpreter, [Value]) throws -> Value?)?
    private let hint: () -> Int?
    /// What `repr` shows of it.
    public var shows: (Interpreter) throws -> String? = { _ in nil }

    /// An iterator whose `step` gives the next value, nil at the end; `hint` says how many are left, where that is known.
    /// `step` is handed the values that it draws on, so that it need not keep them.
    public init(
        _ typeName: String, drawingOn sources: [Value], hint: @escaping () -> Int? = { nil },
        _ step: @escaping (Interpreter, [Value]) throws -> Value?
    ) {
        name = typeName
        self.hint = hint
        self.step = step
        super.init(drawingOn: sources)
    }

    /// The same for one that draws on nothing of the script's.
    public convenience init(
        _ typeName: String, hint: @escaping () -> Int? = { nil }, _ step: @escaping (Interpreter) throws -> Value?
    ) {
        self.init(typeName, drawingOn: [], hint: hint) { interpreter, _ in try step(interpreter) }
    }

    public override var typeName: String { name }

    public override func next(_ interpreter: Interpreter) throws -> Value? {
        guard let step else { return nil }
        try interpreter.checkStack()
        if let value = try step(interpreter, sources) { return value }
        self.step = nil
        sources = []
        return nil
    }

    public override func lengthHint(_ interpreter: Interpreter) -> Int? { step == nil ? 0 : hint() }
    public override func shown(_ interpreter: Interpreter) throws -> String? { try shows(interpreter) }
}

/// Keys, values or items of a dict, or items of a set; notices changes while it runs.
final class TableIterator: IteratorObject {
    enum Part { case keys, values, items }

    private var dict: DictObject?
    private var set: SetObject?
    private let part: Part
    private let count: Int
    /// How many items there were, less those given: when a change of equal size brings more, that is noticed too.
    private var left: Int
    private var number = 0
    private let isReversed: Bool
    private let isOfSet: Bool

    init(_ dict: DictObject, _ part: Part, isReversed: Bool = false) {
        self.dict = dict
        isOfSet = false
        self.part = part
        self.isReversed = isReversed
        count = dict.count
        left = count
        if isReversed { number = dict.table.used }
        super.init(kind: .other)
    }

    init(_ set: SetObject) {
        self.set = set
        isOfSet = true
        part = .keys
        isReversed = false
        count = set.count
        left = count
        super.init(kind: .other)
    }

    override var typeName: String {
        if isOfSet { return "set_iterator" }
        let name = part == .keys ? "dict_key" : part == .values ? "dict_value" : "dict_item"
        return isReversed ? "dict_reverse\(name.dropFirst(5))iterator" : name + "iterator"
    }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        if let dict {
            if dict.count != count { throw Raised(.runtimeError, "dictionary changed size during iteration") }
            let found = isReversed ? dict.previousEntry(below: number) : dict.nextEntry(from: number)
            if let entry = found {
                if left == 0 { throw Raised(.runtimeError, "dictionary keys changed during iteration") }
                left -= 1
                number = isReversed ? entry.number : entry.number + 1
                switch part {
                case .keys: return entry.key
                case .values: return entry.value
                case .items: return .tuple(TupleObject(entry.key, entry.value))
                }
            }
            self.dict = nil
        } else if let set {
            if set.count != count { throw Raised(.runtimeError, "Set changed size during iteration") }
            if let entry = set.nextItem(from: number) {
                number = entry.number + 1
                left -= 1
                return entry.item
            }
            self.set = nil
        }
        return nil
    }

    override func lengthHint(_ interpreter: Interpreter) -> Int? { (dict?.count ?? set?.count) == count ? left : 0 }

    override func drain(into work: inout [Value]) {
        if let dict { work.append(.dict(dict)) }
        if let set { work.append(.set(set)) }
        (dict, set) = (nil, nil)
    }
}
