import ScriptRuntime
import ScriptSyntax

/// One test function with one set of parameters.
struct TestItem {
    /// `test_add`, `TestShape::test_rank`, `test_add[1-2]`.
    let name: String
    let line: Int
    let column: Int
    /// The class that it is a method of; every test gets an instance of its own.
    let owner: Value?
    let function: Value
    /// Values for the parameters of these names.
    let parameters: [(name: String, value: Value)]
}

/// Finds the tests of a module: functions `test_...`, and such methods of classes `Test...`, in the order of the file.
struct TestCollector {
    let interpreter: Interpreter
    let source: SourceText

    /// Whether a file defines anything that looks like a test.
    static func mayHoldTests(_ body: [StatementNode]) -> Bool {
        body.contains { statement in
            switch statement.kind {
            case .functionDef(let node): node.name.text.hasPrefix("test")
            case .classDef(let node): node.name.text.hasPrefix("Test")
            case .if, .try, .with, .for, .while: TreeWalk.blocks(of: statement).contains { mayHoldTests($0) }
            default: false
            }
        }
    }

    /// - Throws: when `parametrize` was given what it cannot use.
    func items(of module: ModuleObject, _ tree: ModuleNode) throws(Raised) -> [TestItem] {
        let places = Places(tree.body)
        var items: [TestItem] = []
        let members = module.members.map { (name: $0.name.name, value: $0.value) }
        let found = members.filter { isTest($0.name, $0.value) || isTestClass($0.name, $0.value) }
        for (name, value) in found.sorted(by: { places.start($0.name) < places.start($1.name) }) {
            guard case .type(let type) = value else {
                items += try expand(name, value, owner: nil, at: places.start(name))
                continue
            }
            let methods = type.attributes.map { (name: $0.name.name, value: $0.value) }.filter { isTest($0.name, $0.value) }
            for method in methods.sorted(by: { places.start("\(name).\($0.name)") < places.start("\(name).\($1.name)") }) {
                items += try expand(
                    "\(name)::\(method.name)", method.value, owner: value, at: places.start("\(name).\(method.name)"))
            }
        }
        return items
    }

    private func isTest(_ name: String, _ value: Value) -> Bool {
        guard name.hasPrefix("test"), case .function = value else { return false }
        return true
    }

    private func isTestClass(_ name: String, _ value: Value) -> Bool {
        guard name.hasPrefix("Test"), case .type(let type) = value else { return false }
        return type.attributes.contains { isTest($0.name.name, $0.value) }
    }

    /// One item per combination of the decorators' values; the one nearest to `def` changes fastest.
    private func expand(_ name: String, _ function: Value, owner: Value?, at start: Int) throws(Raised) -> [TestItem] {
        var sets: [(label: [String], parameters: [(name: String, value: Value)])] = [([], [])]
        if let marks = try interpreter.find(function, Symbol("parametrize")) {
            for mark in try interpreter.items(of: marks).reversed() {
                let (names, rows) = try parts(of: mark)
                var wider: [(label: [String], parameters: [(name: String, value: Value)])] = []
                for set in sets {
                    for (index, row) in rows.enumerated() {
                        let label = try zip(names, row).map { (name, value) throws(Raised) in try self.label(value, name, index) }
                        wider.append((set.label + label, set.parameters + zip(names, row).map { (name: $0, value: $1) }))
                    }
                }
                sets = wider
            }
        }
        let place = source.position(at: start)
        return sets.map { set in
            TestItem(
                name: set.label.isEmpty ? name : "\(name)[\(set.label.joined(separator: "-"))]", line: place.line,
                column: place.column, owner: owner, function: function, parameters: set.parameters)
        }
    }

    private func parts(of mark: Value) throws(Raised) -> (names: [String], rows: [[Value]]) {
        let pair = try interpreter.items(of: mark)
        guard pair.count == 2 else { throw .value("parametrize must hold pairs of names and values") }
        var names: [String] = []
        for name in try interpreter.items(of: pair[0]) { names.append(try interpreter.str(name).string) }
        var rows: [[Value]] = []
        for row in try interpreter.items(of: pair[1]) { rows.append(try interpreter.items(of: row)) }
        for row in rows where row.count != names.count {
            throw .value("parametrize: \(names.count) names, but \(row.count) values in one row")
        }
        return (names, rows)
    }

    /// Short values show themselves, others their parameter's name and number, as in pytest.
    private func label(_ value: Value, _ name: String, _ index: Int) throws(Raised) -> String {
        switch value {
        case .none, .bool, .int, .float, .str: try interpreter.str(value).string
        default: "\(name)\(index)"
        }
    }

    /// Where names are defined.
    private struct Places {
        private var starts: [String: Int] = [:]

        init(_ body: [StatementNode], prefix: String = "") {
            for statement in body {
                switch statement.kind {
                case .functionDef(let node): starts[prefix + node.name.text] = Int(statement.span.start)
                case .classDef(let node):
                    starts[prefix + node.name.text] = Int(statement.span.start)
                    starts.merge(Places(node.body, prefix: prefix + node.name.text + ".").starts) { $1 }
                default: break
                }
            }
        }

        /// Byte offset; what is not defined by a statement of its own comes last.
        func start(_ name: String) -> Int { starts[name] ?? Int(Int32.max) }
    }
}
