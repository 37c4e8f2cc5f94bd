import ScriptSyntax

/// A function written in script.
public final class FunctionObject {
    let code: CodeObject
    /// The same without a count, for the machine.
    let codeReference: Unmanaged<CodeObject>
    let module: ModuleObject
    let closure: [CellObject]
    /// The same without counts, for the machine.
    let cells: UnsafeMutablePointer<Unmanaged<CellObject>>
    /// Of the last parameters that can be given by position.
    var defaults: [Value]
    /// One per keyword-only parameter; `.undefined` where there is none.
    var keywordDefaults: [Value]
    public internal(set) var name: String
    public internal(set) var qualifiedName: String
    /// `f.attribute = value`, `__annotations__`, a changed `__doc__`.
    var attributes: DictObject?

    init(
        _ code: CodeObject, module: ModuleObject, closure: [CellObject], defaults: [Value], keywordDefaults: [Value]
    ) {
        self.code = code
        codeReference = Unmanaged.passUnretained(code)
        self.module = module
        self.closure = closure
        cells = .allocate(capacity: Swift.max(closure.count, 1))
        for (index, cell) in closure.enumerated() { (cells + index).initialize(to: Unmanaged.passUnretained(cell)) }
        self.defaults = defaults
        self.keywordDefaults = keywordDefaults
        name = code.name
        qualifiedName = code.qualifiedName
    }

    deinit {
        defer { cells.deallocate() }
        if defaults.isEmpty && keywordDefaults.isEmpty && attributes == nil && !hasNestedCells { return }
        var work: [Value] = []
        drain(into: &work)
        Drain.drain(&work)
    }

    public var doc: String? { code.doc }

    /// The file it was defined in.
    public var fileName: String { code.source.name }

    /// The parameters as `help` shows them: `(a, b: int = 1, *args) -> str`. Defaults are told by the caller's `repr`.
    public func signatureText(_ repr: (Value) throws -> String) rethrows -> String {
        var parts: [String] = []
        let names = code.variables.map(\.name)
        func shown(_ index: Int, _ value: Value?) throws -> String {
            let annotation = code.annotations.first { $0.name == names[index] }?.text
            let head = names[index] + (annotation.map { ": " + $0 } ?? "")
            guard let value, !value.isUndefined else { return head }
            return head + (annotation == nil ? "=" : " = ") + (try repr(value))
        }
        for index in 0..<code.positionalCount {
            let position = index - (code.positionalCount - defaults.count)
            parts.append(try shown(index, position >= 0 ? defaults[position] : nil))
            if index + 1 == code.positionalOnlyCount { parts.append("/") }
        }
        let named = code.positionalCount + code.keywordOnlyCount
        if code.hasVariadic { parts.append("*" + (try shown(named, nil))) } else if code.keywordOnlyCount > 0 { parts.append("*") }
        for index in 0..<code.keywordOnlyCount {
            parts.append(try shown(code.positionalCount + index, index < keywordDefaults.count ? keywordDefaults[index] : nil))
        }
        if code.hasKeywords { parts.append("**" + (try shown(named + (code.hasVariadic ? 1 : 0), nil))) }
        let result = code.annotations.first { $0.name == "return" }.map { " -> " + $0.text } ?? ""
        return "(" + parts.joined(separator: ", ") + ")" + result
    }

    /// `f.__defaults__ = values`.
    func replaceDefaults(_ values: TupleObject) { defaults = values.items.suffix(code.positionalCount) }

    /// `f.__kwdefaults__ = dict`.
    func replaceKeywordDefaults(_ dict: DictObject) {
        keywordDefaults = (0..<code.keywordOnlyCount).map { dict[code.variables[code.positionalCount + $0].text] ?? .undefined }
    }

    /// Whether a cell that only this function has could go deep.
    private var hasNestedCells: Bool {
        for index in closure.indices where Reference.isUnique(cells[index].toOpaque()) {
            if cells[index]._withUnsafeGuaranteedRef({ Drain.isNested($0.slot) }) { return true }
        }
        return false
    }

    func drain(into work: inout [Value]) {
        work += defaults
        work += keywordDefaults
        // Cells that only this function has, which it keeps until the end.
        for index in closure.indices where Reference.isUnique(cells[index].toOpaque()) {
            cells[index]._withUnsafeGuaranteedRef { Drain.take($0.slot, 1, to: &work) }
        }
        if let attributes { work.append(.dict(attributes)) }
        (defaults, keywordDefaults, attributes) = ([], [], nil)
    }
}

/// A module: names in slots, so that its functions reach globals without a dictionary.
///
/// `slots[0 ..< names.count]` are initialized; a slot that no name is bound to holds `.undefined`.
public final class ModuleObject {
    public let name: String
    public internal(set) var file: String?
    public internal(set) var doc: String?
    private(set) var names: [Symbol] = []
    private var table: [Symbol: Int] = [:]
    @exclusivity(unchecked) private(set) var slots: UnsafeMutablePointer<Value>
    private var capacity = 16
    /// Unique in the session.
    let id: Int
    /// Fills the module at the first look at it.
    private var pending: ((ModuleObject) -> Void)?
    /// Asked for names that are not there (host modules with computed members).
    var missing: ((Symbol) throws -> Value?)?

    init(_ name: String, id: Int, file: String? = nil, doc: String? = nil, fill: ((ModuleObject) -> Void)? = nil) {
        self.name = name
        self.id = id
        self.file = file
        self.doc = doc
        pending = fill
        slots = UnsafeMutablePointer<Value>.allocate(capacity: 16)
    }

    deinit {
        Drain.release(slots, names.count)
        slots.deallocate()
    }

    /// The slot of a name, made (unbound) when it is new.
    func slot(for name: Symbol) -> Int {
        materialize()
        if let known = table[name] { return known }
        let slot = names.count
        if slot == capacity {
            let fresh = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
            fresh.moveInitialize(from: slots, count: slot)
            slots.deallocate()
            slots = fresh
            capacity *= 2
        }
        (slots + slot).initialize(to: .undefined)
        table[name] = slot
        names.append(name)
        return slot
    }

    func existingSlot(for name: Symbol) -> Int? {
        materialize()
        return table[name]
    }

    /// The value that the module binds to a name.
    public subscript(name: Symbol) -> Value? {
        get {
            guard let slot = existingSlot(for: name), !slots[slot].isUndefined else { return nil }
            return slots[slot]
        }
        set {
            let slot = slot(for: name)
            let old = slots[slot]
            slots[slot] = newValue ?? .undefined
            _ = consume old
        }
    }

    /// Lets go of everything, at the end of a session.
    func clear() {
        pending = nil
        missing = nil
        Drain.clear(slots, names.count)
    }

    /// Bound names with their values, in order of first mention.
    public var members: [(name: Symbol, value: Value)] {
        materialize()
        return names.indices.compactMap { slots[$0].isUndefined ? nil : (names[$0], slots[$0]) }
    }

    private func materialize() {
        guard let fill = pending else { return }
        pending = nil
        fill(self)
    }
}
