import ScriptRuntime
import ScriptSyntax
import Testing

/// Structures that refer to themselves are found and freed; nothing that is in use is.
@Suite struct CycleTests {
    private func run(_ script: String) throws -> (printed: String, tracked: Int) {
        let interpreter = Interpreter()
        SmallLibrary.install(in: interpreter)
        var printed = ""
        interpreter.output = { printed += $0 }
        try interpreter.execute(SourceText(name: "t.cdm", text: script))
        return (printed, interpreter.trackedObjects)
    }

    @Test(arguments: [
        "l = []\n    l.append(l)",
        "d = {}\n    d['me'] = d",
        "a = N()\n    b = N()\n    a.other = b\n    b.other = a",
        "a = N()\n    a.items = [(1, a)]",
        "a = N()\n    a.method = a.size",
        "def f(k): return f(k - 1) if k else 0",
        "def f(): pass\n    f.me = f",
        "a = N()\n    a.again = steps(a)\n    next(a.again)",
        "a = N()\n    a.it = iter([a])",
        "a = N()\n    s = set()\n    s.add(a)\n    a.s = s",
        "try: raise KeyError\n    except KeyError as e: e.me = e",
    ])
    func cyclesAreFreed(_ body: String) throws {
        let script = """
            class N:
                def size(self): return 1
            def steps(x):
                yield x
                yield x
            def once(i):
                \(body)
            for i in range(100000): once(i)
            """
        #expect(try run(script).tracked < 60_000)
    }

    @Test func aMillionCyclesTakeNoMoreRoomThanAFew() throws {
        let script = """
            class Node:
                def __init__(self, next): self.next = next
            for i in range(1000000):
                a = Node(None)
                a.next = Node([a, {i: a}])
            """
        #expect(try run(script).tracked < 60_000)
    }

    @Test func whatIsInUseStays() throws {
        let script = """
            class Node:
                def __init__(self, name): self.name, self.all = name, []
            def ring(n):
                nodes = [Node(i) for i in range(n)]
                for i in range(n): nodes[i].all = [nodes[i - 1], (nodes[(i + 1) % n],)]
                return nodes[0]
            def counter():
                total = 0
                def add(n):
                    nonlocal total
                    total += n
                    return add if n else total
                return add
            def walk(node):
                while True:
                    yield node.name
                    node = node.all[0]
            kept = [ring(5) for _ in range(200)]
            adding = counter()
            walking = walk(kept[7])
            names = [next(walking) for _ in range(3)]
            for i in range(60000):
                waste = Node(i)
                waste.all.append(waste)
                if i % 1000 == 0: adding(1)
            names += [next(walking) for _ in range(3)]
            print(names, adding(0), sum(ring.all[1][0].name + len(ring.all[0].all) for ring in kept))
            """
        let result = try run(script)
        #expect(result.printed == "[0, 4, 3, 2, 1, 0] 60 600\n")
        #expect(result.tracked < 60_000)
    }

    @Test func aSessionTakesItsDataWithIt() throws {
        final class Big: HostObject {
            var scriptTypeName: String { "Big" }
            var scriptSummary: String { "<Big>" }
        }
        weak var big: Big?
        weak var session: Interpreter?
        try {
            let interpreter = Interpreter()
            SmallLibrary.install(in: interpreter)
            let object = Big()
            (big, session) = (object, interpreter)
            interpreter.registerBuiltin("big", interpreter.value(of: object))
            let text = "kept = [big]\nkept.append(kept)\nclass N:\n    def f(self): return big\nn = N()\nn.me = n.f\ndef g(): return kept, n"
            try interpreter.execute(SourceText(name: "t.cdm", text: text))
        }()
        #expect(big == nil && session == nil)
    }

    @Test func collectingSaysHowMuchItFreed() throws {
        let interpreter = Interpreter()
        SmallLibrary.install(in: interpreter)
        let text = "class N: pass\na = N()\na.me = a\nb = [1]\nb.append([b])\ndel a\nkept = []\nkept.append(kept)"
        try interpreter.execute(SourceText(name: "t.cdm", text: text))
        // The instance; `b` is still a name.
        #expect(interpreter.collectCycles() == 1)
        try interpreter.execute(SourceText(name: "t.cdm", text: "del b"))
        #expect(interpreter.collectCycles() == 2)
        #expect(interpreter.collectCycles() == 0)
        try interpreter.execute(SourceText(name: "t.cdm", text: "assert kept[0] is kept"))
    }
}
