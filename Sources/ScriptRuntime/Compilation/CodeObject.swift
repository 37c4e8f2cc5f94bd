package import ScriptSyntax

/// The compiled form of one function, class body, comprehension or module input.
///
/// The pointers own their memory and live as long as the object; every index in an instruction was produced by the
/// compiler and is in bounds.
package final class CodeObject {
    package let name: String
    package let qualifiedName: String
    package let source: SourceText
    let doc: String?
    let instructions: UnsafeMutablePointer<UInt64>
    package let instructionCount: Int
    let constants: UnsafeMutablePointer<Value>
    package let constantCount: Int
    /// Where each instruction stands in the source.
    package let spans: [Span]
    package let handlers: [Handler]
    let caches: UnsafeMutablePointer<InlineCache>
    let cacheCount: Int
    package let codes: [CodeObject]
    /// Attribute, keyword and global names used by instructions.
    package let symbols: [Symbol]
    /// Names of the registers that hold variables.
    package let variables: [Symbol]
    let registerCount: Int

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
    /// The register that keeps the exception handled by the caller, or -1 when there is no handler.
    let handledRegister: Int
    let annotations: [(name: String, text: String)]
    /// Names of the variables taken from enclosing functions, for messages.
    package let freeNames: [Symbol]
    /// The asserted comparison's registers, for the report.
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
        cacheCount = parts.cacheCount
        caches = .allocate(capacity: Swift.max(parts.cacheCount, 1))
        caches.initialize(repeating: InlineCache(), count: parts.cacheCount)
        spans = parts.spans
        handlers = parts.handlers
        codes = parts.codes
        symbols = parts.symbols
        variables = parts.variables
        registerCount = parts.registerCount
        positionalOnlyCount = parts.positionalOnlyCount
        positionalCount = parts.positionalCount
        keywordOnlyCount = parts.keywordOnlyCount
        hasVariadic = parts.hasVariadic
        hasKeywords = parts.hasKeywords
        parameterCount =
            parts.positionalCount + parts.keywordOnlyCount + (parts.hasVariadic ? 1 : 0) + (parts.hasKeywords ? 1 : 0)
        isGenerator = parts.isGenerator
        isSimple = parameterCount == parts.positionalCount && !parts.isGenerator
        handledRegister = parts.handledRegister
        annotations = parts.annotations
        freeNames = parts.freeNames
        assertions = parts.assertions
    }

    deinit {
        instructions.deallocate()
        constants.deinitialize(count: constantCount)
        constants.deallocate()
        caches.deinitialize(count: cacheCount)
        caches.deallocate()
    }

    /// A range of instructions whose exceptions go to `target`, with the exception in register `register`.
    package struct Handler {
        package let start: Int
        package let end: Int
        package let target: Int
        package let register: Int
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
    var spans: [Span] = []
    var handlers: [CodeObject.Handler] = []
    var cacheCount = 0
    var codes: [CodeObject] = []
    var symbols: [Symbol] = []
    var variables: [Symbol] = []
    var registerCount = 0
    var positionalOnlyCount = 0
    var positionalCount = 0
    var keywordOnlyCount = 0
    var hasVariadic = false
    var hasKeywords = false
    var isGenerator = false
    var handledRegister = -1
    var annotations: [(name: String, text: String)] = []
    var freeNames: [Symbol] = []
    var assertions: [AssertionParts] = []
}

/// The parts of an `assert` test whose values its failure report shows.
struct AssertionParts {
    let spans: [(span: Span, register: Int)]
}

/// What an attribute access found last time.
struct InlineCache {
    /// Id of the shape, type or module it is valid for; 0 none.
    var key = 0
    /// Slot of the attribute, or -1 when `value` is the class's function.
    var slot = -1
    /// For stores that add an attribute: the shape after it.
    unowned(unsafe) var next: Shape?
    var value: Value = .undefined
}
