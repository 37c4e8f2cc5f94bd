import Foundation
import ScriptRuntime
import ScriptSyntax
import Testing

/// A host object with members, arithmetic and a method, as the base of a script class.
private final class Task: HostSubclassable, HostMembers, HostArithmetic {
    let name: String
    weak var scriptInstance: InstanceObject?

    init(name: String) { self.name = name }

    var scriptTypeName: String { "Task" }
    var scriptSummary: String { "<Task \(name)>" }
    var memberNames: [String] { ["label"] }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        name == "label" ? .str("label of \(self.name)") : nil
    }

    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .add, case .int(let number) = other else { return nil }
        return .str("\(name)\(reflected ? "<" : ">")\(number)")
    }

    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value? { nil }

    /// What the host does: the script's `size` where it overrides it.
    func total(_ interpreter: Interpreter) throws -> Value {
        if let scriptInstance, let method = interpreter.overriding(scriptInstance, "size") {
            return try interpreter.callMethod(method, .instance(scriptInstance))
        }
        return .int(1)
    }
}

private struct Refused: LocalizedError, ScriptErrorConvertible {
    var errorDescription: String? { "there is no such thing" }
    var recoverySuggestion: String? { "Ask for another." }
    var scriptException: ExceptionKind { .lookupError }
}

@Suite struct HostingTests {
    private func run(_ script: String) -> String {
        let interpreter = Interpreter()
        SmallLibrary.install(in: interpreter)
        var printed = ""
        interpreter.output = { printed += $0 }
        let type = interpreter.define(
            NativeType(
                "Task", doc: "A task.", module: "host",
                constructor: Native("Task(name='none', **options)", "A task.") { call in
                    call.interpreter.value(of: Task(name: try call.string(0)))
                },
                methods: [
                    Native("total(self)", "The total.") { try $0.host(0, as: Task.self).total($0.interpreter) },
                    Native("size(self)", "The size.") { _ in .int(10) },
                    Native("fail(self)", "Fails.") { _ in throw Refused() },
                ],
                properties: [NativeProperty("name", "Its name.", get: { .str(try $0.host(0, as: Task.self).name) })]))
        interpreter.register(NativeModule("host", doc: "The host.", members: { _ in [("Task", .type(type))] }))
        interpreter.register(
            NativeModule(
                "host.util",
                functions: [
                    Native("twice(x, *, times=2)", "x, times over.") { try $0.interpreter.binary(.multiply, $0[0], $0[1]) }
                ]))
        do { try interpreter.execute(SourceText(name: "t.cdm", text: script)) } catch { printed += interpreter.report(error) }
        return printed
    }

    @Test func hostTypesAreUsedAndDerivedFrom() {
        let script = """
            import host as h
            from host.util import twice
            from host import util
            t = h.Task("a")
            print(t.name, t.label, t.total(), t + 1, 2 + t, twice("x"), util.twice(2, times=5))
            class Mine(h.Task):
                kind = "own"
                def __init__(self, extra, **kwargs):
                    super().__init__(**kwargs)
                    self.extra = extra
                def size(self): return super().size() + self.extra
            m = Mine(5, name="m")
            print(m.name, m.label, m.extra, m.kind, m.total(), m + 1, isinstance(m, h.Task))
            class Plain(h.Task): pass
            print(Plain(name="p").name)
            class Careless(h.Task):
                def __init__(self): pass
            try: Careless().name
            except RuntimeError as e: print(e)
            try: t.fail()
            except LookupError as e: print(type(e).__name__, e)
            """
        #expect(
            run(script) == """
                a label of a 1 a>1 a<2 xx 10
                m label of m 5 own 15 m>1 True
                p
                Careless.__init__() did not call super().__init__()
                LookupError there is no such thing

                """)
    }

    @Test func hostErrorsAreShownWithTheirHint() {
        #expect(
            run("from host import Task\nTask().fail()") == """
                error[LookupError]: there is no such thing
                 --> t.cdm:2:1
                  |
                2 | Task().fail()
                  | ^^^^^^^^^^^^^
                  = help: Ask for another.

                """)
    }

    @Test func importsOfFilesFindCyclesAndRunOnce() throws {
        let interpreter = Interpreter()
        SmallLibrary.install(in: interpreter)
        var printed = ""
        interpreter.output = { printed += $0 }
        let files = ["a": "print('a runs')\nx = 1", "b": "import c", "c": "import b"]
        interpreter.sourceResolver = { name, _, _ in files[name].map { SourceText(name: name + ".cdm", text: $0) } }
        try interpreter.execute(SourceText(name: "m.cdm", text: "import a\nfrom a import x\nprint(x, a.x)"))
        #expect(printed == "a runs\n1 1\n")
        do {
            try interpreter.execute(SourceText(name: "m.cdm", text: "import b"))
            Issue.record("a cycle went unnoticed")
        } catch {
            #expect(interpreter.report(error).contains("circular import: b.cdm -> c.cdm -> b.cdm"))
        }
    }
}
