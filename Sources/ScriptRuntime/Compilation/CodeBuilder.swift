import ScriptSyntax

/// Collects the code of one function, class body, comprehension or module.
final class CodeBuilder {
    enum Kind { case module, function, classBody }

    /// A place to jump to, known now or later.
    final class Label {
        var position = -1
        var references: [Int] = []
    }

    /// What `return`, `break` and `continue` must undo on their way out.
    enum Block {
        case loop(breakLabel: Label, continueLabel: Label)
        case protected(Region)
        case finally(Region, body: [StatementNode])
        case handler(saved: Int, name: String?)
        case context(Region, exit: Int)
        /// Inside the copy of a `finally` body that runs because of an exception.
        case finallyCopy(saved: Int)
    }

    /// A protected stretch of instructions, interrupted where `finally` bodies are copied in.
    final class Region {
        var parts: [(start: Int, end: Int)] = []
        var start: Int

        init(start: Int) { self.start = start }
    }

    let kind: Kind
    let shared: Compilation
    let scope: Scope
    let parent: CodeBuilder?
    var parts: CodeParts
    var blocks: [Block] = []
    var span = SourceSpan.zero

    var registers: [String: Int] = [:]
    var cells: Set<String> = []
    var free: [String: Int] = [:]
    var freeNames: [String] = []
    /// Variables known to be bound at this point, so that reading them needs no check.
    var bound: Set<Int> = []
    /// Variables that `del` or `except ... as` unbinds somewhere: never known to be bound.
    var unbound: Set<String> = []
    private(set) var nextTemporary = 0
    private var constantIndex: [ConstantKey: Int] = [:]
    /// What the compiler could not express; thrown at the end.
    var problem: CompilationError?

    private enum ConstantKey: Hashable {
        case int(Int), float(UInt64), string(StrObject), none, ellipsis, bool(Bool)
    }

    init(_ kind: Kind, _ scope: Scope, parent: CodeBuilder?, _ shared: Compilation) {
        self.kind = kind
        self.shared = shared
        self.scope = scope
        self.parent = parent
        parts = CodeParts(source: shared.source)
        parts.name = scope.name
        parts.qualifiedName = CodeBuilder.qualifiedName(scope.name, parent)
    }

    private static func qualifiedName(_ name: String, _ parent: CodeBuilder?) -> String {
        guard let parent, parent.kind != .module else { return name }
        return parent.parts.qualifiedName + (parent.kind == .classBody ? "." : ".<locals>.") + name
    }

    // MARK: - Instructions

    var position: Int { parts.instructions.count }

    @discardableResult
    func emit(_ operation: Operation, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, _ d: Int = 0) -> Int {
        if a > Word.none || b > Word.none || c > Word.none { fail("values") }
        parts.instructions.append(Word.make(operation, a & 0xFFFF, b & 0xFFFF, c & 0xFFFF, d & 0xFF))
        parts.spans.append(span)
        return position - 1
    }

    func fail(_ what: String) {
        if problem == nil { problem = .tooLarge(what: what, span: span) }
    }

    /// A jump whose target is in `Bx`.
    func jump(_ operation: Operation, _ a: Int = 0, to label: Label) {
        let index = emit(operation, a)
        refer(index, label)
    }

    /// A fused jump whose target is in `T`.
    func jump(_ operation: Operation, _ a: Int, _ b: Int, constant: Bool = false, sense: Bool = false, to label: Label) {
        let index = emit(operation, a, b)
        if constant { parts.instructions[index] |= Word.constantFlag }
        if sense { parts.instructions[index] |= Word.senseFlag }
        refer(index, label)
    }

    private func refer(_ index: Int, _ label: Label) {
        if label.position >= 0 { patch(index, label.position) } else { label.references.append(index) }
    }

    func place(_ label: Label) {
        label.position = position
        for index in label.references { patch(index, position) }
        label.references = []
    }

    private func patch(_ index: Int, _ target: Int) {
        if target > Word.largestTarget { return fail("instructions") }
        let word = parts.instructions[index]
        guard let operation = Operation(rawValue: UInt8(truncatingIfNeeded: word)) else { return }
        parts.instructions[index] |= UInt64(target) << (operation.hasTargetInBx ? 24 : 40)
    }

    // MARK: - Registers

    func finishVariables() { nextTemporary = parts.registerCount }

    func variable(_ name: String) -> Int {
        if let known = registers[name] { return known }
        let register = parts.variables.count
        registers[name] = register
        parts.variables.append(Symbol(name))
        parts.registerCount = Swift.max(parts.registerCount, register + 1)
        return register
    }

    func temporary() -> Int {
        let register = nextTemporary
        nextTemporary += 1
        parts.registerCount = Swift.max(parts.registerCount, nextTemporary)
        if nextTemporary >= Word.none - 8 {
            fail("values")
            nextTemporary = parts.variables.count
        }
        return register
    }

    func temporaries(_ count: Int) -> Int {
        let first = nextTemporary
        for _ in 0..<count { _ = temporary() }
        return first
    }

    /// Frees every temporary from `register` on.
    func release(to register: Int) { nextTemporary = register }

    func isVariable(_ register: Int) -> Bool { register < parts.variables.count }

    // MARK: - Tables

    func constant(_ value: Value) -> Int {
        let key: ConstantKey?
        switch value {
        case .int(let value): key = .int(value)
        case .float(let value): key = .float(value.bitPattern)
        case .str(let text): key = .string(text)
        case .bool(let value): key = .bool(value)
        case .none: key = ConstantKey.none
        case .ellipsis: key = .ellipsis
        default: key = nil
        }
        if let key, let known = constantIndex[key] { return known }
        parts.constants.append(value)
        let index = parts.constants.count - 1
        if let key { constantIndex[key] = index }
        return index
    }

    /// A new inline cache for an attribute name.
    func cache(_ name: String) -> Int {
        parts.caches.append(Symbol(scope.mangled(name)))
        if parts.caches.count > Word.none { fail("attribute accesses") }
        return parts.caches.count - 1
    }

    func code(_ code: CodeObject) -> Int {
        parts.codes.append(code)
        if parts.codes.count > Word.none { fail("functions") }
        return parts.codes.count - 1
    }

    // MARK: - Regions

    func open() -> Region { Region(start: position) }

    func suspend(_ region: Region) {
        if region.start < position { region.parts.append((region.start, position)) }
        region.start = .max
    }

    func resume(_ region: Region) { region.start = position }

    /// Ends the region: its exceptions go to the present position.
    func close(_ region: Region, handler: Int, register: Int, catchesStops: Bool) {
        if region.start != .max { suspend(region) }
        for part in region.parts {
            parts.handlers.append(
                CodeObject.Handler(
                    start: part.start, end: part.end, target: handler, register: register, catchesStops: catchesStops))
        }
    }
}

extension Operation {
    var hasTargetInBx: Bool {
        switch self {
        case .jump, .loop, .jumpIfTrue, .jumpIfFalse, .jumpIfBound: true
        default: false
        }
    }
}
