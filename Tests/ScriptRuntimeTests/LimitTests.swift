import ScriptRuntime
import ScriptSyntax
import Testing

/// Nothing a script does ends the process; limits end the run.
@Suite struct LimitTests {
    private func summary(_ text: String, _ change: (inout Limits) -> Void = { _ in }) -> String {
        var limits = Limits()
        change(&limits)
        return ScriptTests.run(text, limits: limits)
    }

    @Test(arguments: [
        ("def f(): return f()\nf()", "RecursionError"),
        ("class A:\n    def __add__(self, o): return self + o\nA() + 1", "RecursionError"),
        ("class A:\n    def __getattr__(self, n): return self.x\nA().y", "RecursionError"),
        ("class A:\n    def __repr__(self): return repr(self)\nrepr(A())", "RecursionError"),
        ("l = []\nfor i in range(1000000): l = [l]\nrepr(l)", "RecursionError"),
        ("l = []\nm = []\nfor i in range(1000000): l = [l]; m = [m]\nl == m", "RecursionError"),
        ("t = ()\nfor i in range(1000000): t = (t,)\nhash(t)", "RecursionError"),
        ("a = []\na.append(a)\nb = []\nb.append(b)\na == b", "RecursionError"),
        ("'x' * 10 ** 12", "MemoryError"),
        ("[0] * 10 ** 12", "MemoryError"),
        ("10 ** 10 ** 8", "OverflowError"),
        ("1 << 10 ** 12", "MemoryError"),
        ("def g(): yield next(h)\nh = g()\nnext(h)", "ValueError: generator already executing"),
        ("d = {1: 1}\nfor k in d: d[k + 1] = 1", "RuntimeError: dictionary changed size"),
    ])
    func endsInAnException(_ script: String, _ expected: String) {
        #expect(summary(script).hasPrefix(expected))
    }

    @Test func deepStructuresAreReleased() {
        let script = """
            class N:
                def __init__(self, n): self.n = n
            h = None
            for i in range(1000000): h = N(h)
            h = None
            l = []
            for i in range(1000000): l = [l]
            l = None
            d = {}
            for i in range(300000): d = {1: d}
            d = None
            f = None
            def wrap(g):
                def inner(): return g
                return inner
            for i in range(300000): f = wrap(f)
            f = None
            e = None
            for i in range(300000):
                f = ValueError(i)
                f.__context__ = e
                e = f
            e = f = None
            for i in range(300000):
                def f(x=f): pass
            f = None
            for i in range(300000):
                def g(): pass
                g.f = f
                f = g
            f = g = None
            n = None
            for i in range(300000):
                m = N(0)
                m.__dict__["n"] = n
                n = m
            n = m = None
            print("alive")
            """
        #expect(summary(script) == "alive\n")
    }

    @Test func stepsEndALoopThatCatchesEverything() {
        let script = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
        #expect(summary(script) { $0.steps = 100_000 } == "LimitReached: the program took more than 100000 steps\n")
    }

    @Test func finallyRunsAfterALimit() {
        let script = "try:\n    while True: pass\nfinally:\n    print('cleanup')"
        #expect(summary(script) { $0.steps = 100_000 } == "cleanup\nLimitReached: the program took more than 100000 steps\n")
    }

    @Test func finallyCannotRunForever() {
        let script = "try:\n    while True: pass\nfinally:\n    while True: pass"
        #expect(summary(script) { $0.steps = 100_000 }.hasPrefix("LimitReached"))
    }

    @Test func memoryIsMeasured() {
        let script = "l = []\nwhile True: l.append('x' * 1000)"
        #expect(summary(script) { $0.heapBytes = 10_000_000 }.hasPrefix("LimitReached: the program holds more than"))
        let harmless = "for i in range(100000): l = ['x' * 1000]\nprint('fine')"
        #expect(summary(harmless) { $0.heapBytes = 10_000_000 } == "fine\n")
    }

    @Test func outputIsLimited() {
        #expect(summary("while True: print('xxxxxxxx')") { $0.outputBytes = 1000 }.contains("LimitReached"))
    }

    @Test func timeIsLimited() {
        #expect(summary("while True: pass") { $0.seconds = 0.05 }.hasPrefix("LimitReached: the program ran longer than"))
    }

    @Test func cancelledFromAnotherThread() async {
        let interrupt = Interrupt()
        interrupt.cancel()
        let interpreter = Interpreter(interrupt: interrupt)
        do {
            try interpreter.execute(SourceText(name: "t.cdm", text: "while True: pass"))
            Issue.record("ran to its end")
        } catch {
            guard case ProgramError.raised(let raised) = error else {
                Issue.record("not raised")
                return
            }
            #expect(raised.stop == .cancelled)
        }
    }

    @Test func aSessionSurvivesAnError() throws {
        let interpreter = Interpreter()
        SmallLibrary.install(in: interpreter)
        var printed = ""
        interpreter.output = { printed += $0 }
        try interpreter.execute(SourceText(name: "1", text: "x = 1\ndef f(): return x / 0"))
        #expect(throws: ProgramError.self) { try interpreter.execute(SourceText(name: "2", text: "y = f()")) }
        try interpreter.execute(SourceText(name: "3", text: "x + 1\nx"), mode: .interactive)
        #expect(printed == "2\n1\n")
        let value = try interpreter.execute(SourceText(name: "4", text: "x * 7"), mode: .lastValue)
        #expect(try interpreter.repr(value).string == "7")
    }

    /// The one diagnostic of the compiler itself, with its caret (the others are in ScriptSyntaxTests).
    @Test func aProgramOfTooManyPartsIsRefused() {
        let script = "値 = 0\n" + (0..<70_000).map { "値\($0) = \($0)\n" }.joined()
        let interpreter = Interpreter()
        do {
            try interpreter.execute(SourceText(name: "large.cdm", text: script))
            Issue.record("it was run")
        } catch {
            #expect(
                interpreter.report(error) == """
                    error[E0301]: too many values in one function or module
                         --> large.cdm:65535:1
                          |
                    65535 | 値65533 = 65533
                          | ^^^^^^^
                          = help: Split it into several functions or files.

                    """)
        }
    }
}
