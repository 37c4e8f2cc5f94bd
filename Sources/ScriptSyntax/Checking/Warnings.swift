/// What is allowed, but seldom meant.
public enum Warnings {
    /// In source order. The source must be free of errors.
    public static func find(in parsed: ParsedSource, _ scopes: ScopeAnalysis.Result) -> [Diagnostic] {
        var finder = WarningFinder(source: parsed.source)
        finder.statements(parsed.module.body)
        let found = finder.found + captures(scopes) + unused(scopes)
        return found.sorted { $0.primary.span.start < $1.primary.span.start }
    }

    /// Functions made in a loop that look its variable up when they are called.
    private static func captures(_ scopes: ScopeAnalysis.Result) -> [Diagnostic] {
        var found: [Diagnostic] = []
        for capture in scopes.captures {
            for symbol in scopes.table.scopes[capture.scope].symbols where capture.names.contains(symbol.name) {
                let isOutside = symbol.binding == .free || symbol.binding == .globalImplicit
                if isOutside, symbol.isUsed, symbol.span != .zero {
                    found.append(.loopVariableCapture(symbol.span, symbol.name))
                }
            }
        }
        return found
    }

    /// Names of a function, and imports of the file, that nothing reads.
    private static func unused(_ scopes: ScopeAnalysis.Result) -> [Diagnostic] {
        var found: [Diagnostic] = []
        var reported: Set<String> = []
        let everywhere = namesUsedAnywhere(scopes.table)
        for binding in scopes.bindings where !binding.name.hasPrefix("_") {
            let scope = scopes.table.scopes[binding.scope]
            guard let position = scope.position(of: binding.name) else { continue }
            let symbol = scope.symbols[position]
            if symbol.isUsed || symbol.isParameter { continue }
            let isCandidate =
                scope.kind == .function
                ? symbol.binding == .local : scope.kind == .module && binding.what == .import && !everywhere.contains(binding.name)
            guard isCandidate, reported.insert("\(binding.scope) \(binding.name)").inserted else { continue }
            found.append(.unusedName(binding.span, binding.name, isImport: binding.what == .import))
        }
        return found
    }

    private static func namesUsedAnywhere(_ table: ScopeTable) -> Set<String> {
        var names: Set<String> = []
        for scope in table.scopes {
            for symbol in scope.symbols where symbol.isUsed { names.insert(symbol.name) }
        }
        return names
    }
}

/// Walks a tree for warnings that need no names.
private struct WarningFinder {
    let source: SourceText
    var found: [Diagnostic] = []

    init(source: SourceText) { self.source = source }

    mutating func statements(_ body: [StatementNode]) {
        for statement in body {
            TreeWalk.expressions(of: statement).forEach { expression($0) }
            if case .functionDef(let node) = statement.kind { defaults(node.arguments) }
            TreeWalk.blocks(of: statement).forEach { statements($0) }
        }
    }

    private mutating func expression(_ value: ExpressionNode) {
        if case .lambda(let node) = value.kind { defaults(node.arguments) }
        if case .compare(let left, let ops, let comparators) = value.kind { identity(left, ops, comparators) }
        TreeWalk.children(of: value).forEach { expression($0) }
    }

    private mutating func defaults(_ arguments: ArgumentsNode) {
        for value in arguments.defaults + arguments.keywordDefaults.compactMap({ $0 }) where value.isMutableDisplay {
            found.append(.mutableDefault(value.span))
        }
    }

    private mutating func identity(_ left: ExpressionNode, _ ops: [ComparisonOperator], _ right: [ExpressionNode]) {
        var before = left
        for (op, after) in zip(ops, right) {
            if op == .is || op == .isNot, before.isPlainLiteral || after.isPlainLiteral {
                let literal = after.isPlainLiteral ? after : before
                let fix = operatorEdit(between: before.span, after.span, isNegated: op == .isNot)
                found.append(.literalIdentity(literal.span, isNegated: op == .isNot, fix))
            }
            before = after
        }
    }

    /// Replaces `is` or `is not`, when nothing but blanks stands around it.
    private func operatorEdit(between left: SourceSpan, _ right: SourceSpan, isNegated: Bool) -> Diagnostic.Edit? {
        let gap = SourceSpan(start: left.end, end: right.start)
        let words = source.text(of: gap).split(separator: " ")
        guard words == (isNegated ? ["is", "not"] : ["is"]) else { return nil }
        return Diagnostic.Edit(gap, isNegated ? " != " : " == ")
    }
}

extension ExpressionNode {
    /// A fresh list, dict or set, which a default would share between calls.
    fileprivate var isMutableDisplay: Bool {
        switch kind {
        case .list, .dict, .set, .listComp, .dictComp, .setComp: true
        case .call(let function, let arguments, let keywords):
            if case .name(let name) = function.kind, ["list", "dict", "set"].contains(name) {
                arguments.isEmpty && keywords.isEmpty
            } else {
                false
            }
        default: false
        }
    }

    /// A number or a text, whose identity means nothing.
    fileprivate var isPlainLiteral: Bool {
        guard case .constant(let value, _) = kind else { return false }
        switch value {
        case .none, .bool, .ellipsis: return false
        default: return true
        }
    }
}

extension Diagnostic {
    fileprivate static func mutableDefault(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .mutableDefault, "this default is made once and shared by all calls", span,
            help: "Use None as the default, and make a new one inside the function when it is None.")
    }

    fileprivate static func loopVariableCapture(_ span: SourceSpan, _ name: String) -> Diagnostic {
        Diagnostic(
            .loopVariableCapture, "the function sees the value that '\(name)' has when it is called, not now", span,
            help: "Bind the value with a default: \(name)=\(name).")
    }

    fileprivate static func unusedName(_ span: SourceSpan, _ name: String, isImport: Bool) -> Diagnostic {
        Diagnostic(
            .unusedName, "'\(name)' is \(isImport ? "imported" : "bound") but never used", span,
            help: "Remove it, or begin its name with '_'.")
    }

    fileprivate static func literalIdentity(_ span: SourceSpan, isNegated: Bool, _ edit: Edit?) -> Diagnostic {
        let op = isNegated ? "!=" : "=="
        return Diagnostic(
            .literalIdentity, "'\(isNegated ? "is not" : "is")' compares identity, and a literal has none of its own", span,
            help: "Write '\(op)'.", fixes: edit.map { [Fix("write '\(op)'", [$0])] } ?? [])
    }
}
