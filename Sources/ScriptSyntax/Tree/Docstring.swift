/// The documentation of a module, function or class, taken from its text.
public struct Docstring: Hashable, Sendable {
    /// What the docstring belongs to.
    public enum Owner: String, Sendable { case module, function, `class` }

    /// Dotted from the module: `Task.loss`; empty for the module itself.
    public let qualifiedName: String
    public let owner: Owner
    /// As `inspect.cleandoc` lays it out.
    public let text: String
    /// The string literal.
    public let span: SourceSpan

    /// Every docstring of a module, in source order; those of functions inside functions too.
    public static func all(in module: ModuleNode) -> [Docstring] {
        var found: [Docstring] = []
        if let text = module.docstring, let first = module.body.first {
            found.append(Docstring(qualifiedName: "", owner: .module, text: clean(text), span: first.span))
        }
        collect(module.body, prefix: "", into: &found)
        return found
    }

    private static func collect(_ body: [StatementNode], prefix: String, into found: inout [Docstring]) {
        for statement in body {
            var inner = prefix
            switch statement.kind {
            case .functionDef(let node):
                inner += node.name.text
                add(node.body, inner, .function, into: &found)
                inner += "."
            case .classDef(let node):
                inner += node.name.text
                add(node.body, inner, .class, into: &found)
                inner += "."
            default: break
            }
            for block in TreeWalk.blocks(of: statement) { collect(block, prefix: inner, into: &found) }
        }
    }

    private static func add(_ body: [StatementNode], _ name: String, _ owner: Owner, into found: inout [Docstring]) {
        guard let text = body.docstring, let first = body.first else { return }
        found.append(Docstring(qualifiedName: name, owner: owner, text: clean(text), span: first.span))
    }

    /// The text without the indentation that all lines but the first share, and without blank lines around it;
    /// the layout of Python's `inspect.cleandoc`. Tabs go to the next multiple of eight.
    public static func clean(_ text: String) -> String {
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { expandTabs($0) }
        let margin =
            lines.dropFirst().filter { line in line.contains { !isBlank($0) } }
            .map { line in line.prefix { isBlank($0) }.count }.min() ?? 0
        for index in lines.indices.dropFirst() { lines[index].removeFirst(min(margin, lines[index].count)) }
        if let first = lines.first { lines[0] = Array(first.drop { isBlank($0) }) }
        while let last = lines.last, last.isEmpty { lines.removeLast() }
        while let first = lines.first, first.isEmpty { lines.removeFirst() }
        var joined = String.UnicodeScalarView()
        joined.append(contentsOf: lines.joined(separator: ["\n"]))
        return String(joined)
    }

    /// What `str.lstrip` takes off.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }

    private static func expandTabs(_ line: Substring.UnicodeScalarView) -> [Unicode.Scalar] {
        guard line.contains("\t") else { return Array(line) }
        var result: [Unicode.Scalar] = []
        for scalar in line {
            if scalar == "\t" {
                repeat { result.append(" ") } while result.count % 8 != 0
            } else {
                result.append(scalar)
            }
        }
        return result
    }
}
