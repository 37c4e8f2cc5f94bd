extension DumpWriter {
    mutating func statement(_ statement: StatementNode) {
        switch statement.kind {
        case .pass: text += "Pass()"
        case .break: text += "Break()"
        case .continue: text += "Continue()"
        case .expression(let value): node("Expr") { $0.expression("value", value) }
        case .return(let value): node("Return") { $0.expression("value", value) }
        case .delete(let targets): node("Delete") { $0.expressions("targets", targets, .delete) }
        case .global(let names): node("Global") { $0.list("names", names) { $0.string($1.text) } }
        case .nonlocal(let names): node("Nonlocal") { $0.list("names", names) { $0.string($1.text) } }
        case .raise(let exception, let cause):
            node("Raise") {
                $0.expression("exc", exception)
                $0.expression("cause", cause)
            }
        case .assert(let test, let message):
            node("Assert") {
                $0.expression("test", test)
                $0.expression("msg", message)
            }
        case .import(let names): node("Import") { $0.list("names", names) { $0.alias($1) } }
        case .importFrom(let module, let names):
            node("ImportFrom") {
                $0.string("module", module.text)
                $0.list("names", names) { $0.alias($1) }
                $0.raw("level", "0")
            }
        case .assign, .augAssign, .annAssign: assignment(statement)
        default: compound(statement)
        }
    }

    private mutating func assignment(_ statement: StatementNode) {
        switch statement.kind {
        case .assign(let targets, let value):
            node("Assign") {
                $0.expressions("targets", targets, .store)
                $0.expression("value", value)
            }
        case .augAssign(let target, let op, let value):
            node("AugAssign") {
                $0.expression("target", target, .store)
                $0.raw("op", op.pythonName + "()")
                $0.expression("value", value)
            }
        case .annAssign(let target, let annotation, let value, let simple):
            node("AnnAssign") {
                $0.expression("target", target, .store)
                $0.expression("annotation", annotation)
                $0.expression("value", value)
                $0.raw("simple", simple ? "1" : "0")
            }
        default: break
        }
    }

    private mutating func compound(_ statement: StatementNode) {
        switch statement.kind {
        case .if(let test, let body, let orelse), .while(let test, let body, let orelse):
            let isIf = if case .if = statement.kind { true } else { false }
            node(isIf ? "If" : "While") {
                $0.expression("test", test)
                $0.statements("body", body)
                $0.statements("orelse", orelse)
            }
        case .for(let target, let iterable, let body, let orelse):
            node("For") {
                $0.expression("target", target, .store)
                $0.expression("iter", iterable)
                $0.statements("body", body)
                $0.statements("orelse", orelse)
            }
        case .with(let items, let body):
            node("With") {
                $0.list("items", items) { writer, item in
                    writer.node("withitem") {
                        $0.expression("context_expr", item.context)
                        $0.expression("optional_vars", item.target, .store)
                    }
                }
                $0.statements("body", body)
            }
        case .try(let statement): tryStatement(statement)
        case .functionDef(let function): definition(function)
        case .classDef(let node): definition(node)
        default: break
        }
    }

    private mutating func tryStatement(_ statement: TryNode) {
        node("Try") {
            $0.statements("body", statement.body)
            $0.list("handlers", statement.handlers) { writer, handler in
                writer.node("ExceptHandler") {
                    $0.expression("type", handler.type)
                    $0.string("name", handler.name?.text)
                    $0.statements("body", handler.body)
                }
            }
            $0.statements("orelse", statement.orelse)
            $0.statements("finalbody", statement.finalBody)
        }
    }

    private mutating func definition(_ function: FunctionNode) {
        node("FunctionDef") {
            $0.string("name", function.name.text)
            $0.field("args") { $0.arguments(function.arguments) }
            $0.statements("body", function.body)
            $0.expressions("decorator_list", function.decorators)
            $0.expression("returns", function.returns)
        }
    }

    private mutating func definition(_ node: ClassNode) {
        self.node("ClassDef") {
            $0.string("name", node.name.text)
            $0.expressions("bases", node.bases)
            $0.raw("keywords", "[]")
            $0.statements("body", node.body)
            $0.expressions("decorator_list", node.decorators)
        }
    }

    private mutating func alias(_ alias: AliasNode) {
        node("alias") {
            $0.string("name", alias.name.text)
            $0.string("asname", alias.alias?.text)
        }
    }
}
