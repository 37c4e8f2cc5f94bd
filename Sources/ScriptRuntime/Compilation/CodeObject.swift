package import ScriptSyntax

/// The compiled form of one function, class body, comprehension or module input.
///
/// The pointers own their memory and live as long as the object; every index in an instruction was produced by the
/// compiler and is in bounds.
package final class CodeObject {
    // What a call reads, side by side.
    let instructions: UnsafeMutablePointer<UInt64>
    let constants: UnsafeMutablePointer<Value>
    let caches: UnsafeMutablePointer<InlineCache>
    let registerCount: Int
    /// Arguments that a call can put straight into the first registers; -1 when it is not as simple as that.
    let directCount: Int

    package let name: String
    package let qualifiedName: String
    package let source: SourceText
    let doc: String?
    /// As the values of `__qualname__` and `__doc__`: the same one each time.
    private(set) lazy var qualifiedText = StrObject.make(qualifiedName)
    private(set) lazy var docText = doc.map { StrObject.make($0) }
    package let instructionCount: Int
    /// The body of a class: it ends with the names that it bound.
    var isClassBody: Bool {
        instructionCount > 0 && instructions[instructionCount - 1] & 0xFF == UInt64(Operation.returnNamespace.rawValue)
    }
    package let constantCount: Int
    /// Where each instruction stands in the source.
    package let spans: [SourceSpan]
    package var handlers: [Handler] { Array(UnsafeBufferPointer(start: handlerTable, count: handlerCount)) }
    private let handlerTable: UnsafeMutablePointer<Handler>
    let handlerCount: Int
    let cacheCount: Int
    package let codes: [CodeObject]
    /// Names of the keyword arguments of calls.
    let keywordSets: [[Symbol]]
    /// Where the closure's cells come from when the function is made.
    let captures: [Capture]
    /// Names of the registers that hold variables.
    package let variables: [Symbol]

    // Parameters: positional first, then keyword-only, then `*args`, `**kwargs`, in the first registers.
    let positionalOnlyCount: Int
    let positionalCount: Int
    let keywordOnlyCount: Int
    let hasVariadic: Bool
    let hasKeywords: Bool
    /// Only positional parameters, and the body can start right away.
    let isSimple: Bool
    let parameterCount: Int
    package let isGenerator: Bool
    let annotations: [(name: String, text: String)]
    /// Names of the variables taken from enclosing functions, for messages.
    package let freeNames: [Symbol]
    /// Parts of failed assertions to show.
    let assertions: [AssertionParts]

    init(_ parts: CodeParts) {
        name = parts.name
        qualifiedName = parts.qualifiedName
        source = parts.source
        doc = parts.doc
        instructionCount = parts.instructions.count
        instructions = .allocate(capacity: Swift.max(parts.instructions.count, 1))
        for (index, word) in parts.instructions.enumerated() { (instructions + index).initialize(to: word) }
        constantCount = parts.constants.count
        constants = .allocate(capacity: Swift.max(parts.constants.count, 1))
        for (index, value) in parts.constants.enumerated() { (constants + index).initialize(to: value) }
        cacheCount = parts.caches.count
        caches = .allocate(capacity: Swift.max(parts.caches.count * InlineCache.ways, 1))
        for index in 0..<(parts.caches.count * InlineCache.ways) {
            (caches + index).initialize(to: InlineCache(parts.caches[index / InlineCache.ways]))
        }
        spans = parts.spans
        handlerCount = parts.handlers.count
        handlerTable = .allocate(capacity: Swift.max(parts.handlers.count, 1))
        for (index, handler) in parts.handlers.enumerated() { (handlerTable + index).initialize(to: handler) }
        codes = parts.codes
        keywordSets = parts.keywordSets
        captures = parts.captures
        variables = parts.variables
        // Never none: what a class body returns goes into the first.
        registerCount = Swift.max(parts.registerCount, 1)
        positionalOnlyCount = parts.positionalOnlyCount
        positionalCount = parts.positionalCount
        keywordOnlyCount = parts.keywordOnlyCount
        hasVariadic = parts.hasVariadic
        hasKeywords = parts.hasKeywords
        parameterCount =
            parts.positionalCount + parts.keywordOnlyCount + (parts.hasVariadic ? 1 : 0) + (parts.hasKeywords ? 1 : 0)
        isGenerator = parts.isGenerator
        isSimple = parameterCount == parts.positionalCount && !parts.isGenerator
        directCount = isSimple ? parts.positionalCount : -1
        annotations = parts.annotations
        freeNames = parts.freeNames
        assertions = parts.assertions
    }

    deinit {
        instructions.deallocate()
        constants.deinitialize(count: constantCount)
        constants.deallocate()
        caches.deinitialize(count: cacheCount * InlineCache.ways)
        caches.deallocate()
        handlerTable.deallocate()
    }

    /// The innermost handler of what instruction `index` raises.
    @inline(__always)
    func handler(of index: Int, isStop: Bool) -> Handler? {
        var handler = handlerTable
        let end = handlerTable + handlerCount
        while handler < end {
            if index >= handler.pointee.start && index < handler.pointee.end && (!isStop || handler.pointee.catchesStops) {
                return handler.pointee
            }
            handler += 1
        }
        return nil
    }

    /// A range of instructions whose exceptions go to `target`, with the exception in register `register`.
    package struct Handler {
        package let start: Int
        package let end: Int
        package let target: Int
        package let register: Int
        /// `finally` and `with`: entered also when a limit or cancellation ends the run.
        package let catchesStops: Bool
    }
}

/// What the compiler collects for one `CodeObject`.
struct CodeParts {
    var name = ""
    var qualifiedName = ""
    var source: SourceText
    var doc: String?
    var instructions: [UInt64] = []
    var constants: [Value] = []
    var spans: [SourceSpan] = []
    var handlers: [CodeObject.Handler] = []
    var caches: [Symbol] = []
    var codes: [CodeObject] = []
    var keywordSets: [[Symbol]] = []
    var captures: [Capture] = []
    var variables: [Symbol] = []
    var registerCount = 0
    var positionalOnlyCount = 0
    var positionalCount = 0
    var keywordOnlyCount = 0
    var hasVariadic = false
    var hasKeywords = false
    var isGenerator = false
    var annotations: [(name: String, text: String)] = []
    var freeNames: [Symbol] = []
    var assertions: [AssertionParts] = []
}

/// The parts of an `assert` test whose values its failure report shows, in the order they are computed.
struct AssertionParts {
    var spans: [(span: SourceSpan, register: Int)] = []
}

/// Where a closure cell comes from, seen from the function around.
enum Capture {
    case register(Int)
    case free(Int)
}

/// The name of an attribute access, and what it found last time. Each access has two, the newer first: many a call site
/// sees objects of two classes in turn.
struct InlineCache {
    static let ways = 2

    let name: Symbol
    /// Id of the shape, type or module it is valid for; 0 none.
    var key = 0
    /// Slot of the attribute, or -1 when `value` is the class's function.
    var slot = -1
    /// For stores that add an attribute: the shape after it.
    var next: Unmanaged<Shape>?
    var value: Value = .undefined

    init(_ name: Symbol) { self.name = name }
}

extension UnsafeMutablePointer<InlineCache> {
    /// The cache for objects of `key`, if one is.
    @inline(__always)
    func way(_ key: Int) -> UnsafeMutablePointer<InlineCache>? {
        if pointee.key == key { return self }
        return (self + 1).pointee.key == key ? self + 1 : nil
    }

    /// Makes the older way the new one, to be filled.
    func renew() {
        let older = (self + 1).pointee
        (self + 1).pointee = pointee
        pointee = InlineCache(older.name)
    }

    @inline(__always)
    func copyValue(to register: UnsafeMutablePointer<Value>) {
        withUnsafeMutablePointer(to: &pointee.value) { register.assign(from: $0) }
    }
}
