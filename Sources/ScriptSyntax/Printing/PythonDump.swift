/// Trees in the layout of CPython 3.11's `ast.dump(tree)`.
public enum PythonDump {
    /// The tree on one line.
    public static func text(of module: ModuleNode) -> String {
        var writer = DumpWriter()
        writer.text += "Module(body="
        writer.statements(module.body)
        writer.text += ", type_ignores=[])"
        return writer.text
    }
}

// MARK: - Implementation

struct DumpWriter {
    enum Context: String {
        case load = "Load()"
        case store = "Store()"
        case delete = "Del()"
    }

    var text = ""

    /// `Name(field=..., ...)`; `fields` are written in order, an absent one is left out.
    mutating func node(_ name: String, _ fields: (inout DumpFields) -> Void) {
        text += name
        text += "("
        var list = DumpFields(writer: self)
        text = ""
        fields(&list)
        self = list.writer
        text += ")"
    }

    mutating func list<Element>(_ elements: [Element], _ write: (inout DumpWriter, Element) -> Void) {
        text += "["
        var isFirst = true
        for element in elements {
            if !isFirst { text += ", " }
            isFirst = false
            write(&self, element)
        }
        text += "]"
    }

    mutating func statements(_ body: [StatementNode]) { list(body) { $0.statement($1) } }

    mutating func expressions(_ list: [ExpressionNode], _ context: Context = .load) {
        self.list(list) { $0.expression($1, context) }
    }

    mutating func string(_ value: String) { text += PythonRepr.text(of: value.unicodeScalars.map(\.value)) }
}

/// The fields of a node under way.
struct DumpFields {
    var writer: DumpWriter
    private var isFirst = true

    init(writer: DumpWriter) { self.writer = writer }

    mutating func field(_ name: String, _ write: (inout DumpWriter) -> Void) {
        if !isFirst { writer.text += ", " }
        isFirst = false
        writer.text += name
        writer.text += "="
        write(&writer)
    }

    mutating func raw(_ name: String, _ value: String) { field(name) { $0.text += value } }
    mutating func string(_ name: String, _ value: String?) {
        if let value { field(name) { $0.string(value) } }
    }
    mutating func expression(_ name: String, _ value: ExpressionNode?, _ context: DumpWriter.Context = .load) {
        if let value { field(name) { $0.expression(value, context) } }
    }
    mutating func expressions(_ name: String, _ values: [ExpressionNode], _ context: DumpWriter.Context = .load) {
        field(name) { $0.expressions(values, context) }
    }
    mutating func statements(_ name: String, _ body: [StatementNode]) { field(name) { $0.statements(body) } }
    mutating func list<Element>(
        _ name: String, _ elements: [Element], _ write: (inout DumpWriter, Element) -> Void
    ) {
        field(name) { $0.list(elements, write) }
    }
    mutating func context(_ context: DumpWriter.Context) { raw("ctx", context.rawValue) }
}
