import Foundation
import ScriptRuntime
import ScriptSyntax
import Testing

/// What a failed run tells: as text, and as data.
@Suite struct ReportTests {
    private func failure(_ script: String, limits: Limits = Limits()) -> ErrorReport? {
        let interpreter = Interpreter(limits: limits)
        SmallLibrary.install(in: interpreter)
        do { try interpreter.execute(SourceText(name: "t.cdm", text: script)) } catch {
            if case .raised(let raised) = error { return interpreter.report(raised) }
        }
        return nil
    }

    @Test(arguments: [
        ("a, b = 2, 4\nassert a + 1 == b", ["a is 2", "a + 1 is 3", "b is 4"]),
        (
            "def f(x, y=1): return x + y\na = [1, 2]\nassert f(a[0], y=a[1]) == 4",
            ["a is [1, 2]", "a[0] is 1", "a[1] is 2", "f(a[0], y=a[1]) is 3"]
        ),
        ("a = []\nassert a", ["a is []"]),
        ("a = 5\nassert not a", ["a is 5"]),
        ("a = 5\nassert 1 < a < 4 < a * 9", ["a is 5"]),
        ("a, b = 0, 1\nassert a and b", ["a is 0"]),
        ("a, b = 0, 0\nassert a or b", ["a is 0", "b is 0"]),
        ("a, b = 0, 7\nassert b == 7 and a == 1", ["b is 7", "a is 0"]),
        ("a = [1, 2, 4, 5]\nassert a[1:] == [2, 4] and len(a) == 3", ["a is [1, 2, 4, 5]", "a[1:] is [2, 4, 5]"]),
        (
            "a = 9\nassert [1, 2, a] < [3, 4] < [a] < [5, len([6])]",
            ["[1, 2, a] is [1, 2, 9]", "[a] is [9]", "[5, len([6])] is [5, 1]"]
        ),
        ("a = {'k': 1}\nassert 'x' in a", ["a is {'k': 1}"]),
        ("a = 'x'\nassert a.upper() == 'Y'", ["a is 'x'", "a.upper() is 'X'"]),
        ("class P: pass\np = P()\np.x = 3\ndef f():\n    assert p.x is None\nf()", ["p is <__main__.P object>", "p.x is 3"]),
        ("class R:\n    def __repr__(self): return 1 / 0\nr = R()\nassert r is None", ["r is <R whose __repr__ fails>"]),
        ("a = list(range(1000))\nassert a == 1", ["a is [0, 1"]),
        ("assert False", []),
        ("assert 1 == 2", []),
        ("assert (n := 3) == 4", ["n := 3 is 3"]),
        ("for i in range(9): assert i < 2 or i > 5, i", ["i is 2"]),
    ])
    func failedAssertionsShowTheirParts(_ script: String, _ expected: [String]) throws {
        let report = try #require(failure(script))
        #expect(report.kind == "AssertionError")
        let shown = report.values.map { "\($0.expression) is \($0.value)" }
        #expect(shown.count == expected.count)
        for (line, start) in zip(shown, expected) { #expect(line.hasPrefix(start) && line.utf8.count < 300) }
    }

    @Test func partsAreNotComputedTwice() {
        let script = """
            calls = []
            def f(x):
                calls.append(x)
                return x
            try:
                assert f(1) + f(2) == f(4)
            except AssertionError as e:
                print(calls, repr(e))
            """
        #expect(ScriptTests.run(script) == "[1, 2, 4] AssertionError()\n")
    }

    @Test func theTextHasCaretsValuesCallsAndCauses() throws {
        let script = """
            def half(x):
                assert x % 2 == 0, "odd"
                return x // 2
            try:
                half(6) + half(7)
            except AssertionError as e:
                raise ValueError("no half") from e
            """
        #expect(
            try #require(failure(script)).text == """
                error[ValueError]: no half
                 --> t.cdm:7:5
                  |
                7 |     raise ValueError("no half") from e
                  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

                caused by:
                error[AssertionError]: odd
                 --> t.cdm:2:12
                  |
                2 |     assert x % 2 == 0, "odd"
                  |            ^^^^^^^^^^
                  = note: x is 7
                  = note: x % 2 is 1
                in half, called from t.cdm:5:15: half(6) + half(7)

                """)
    }

    @Test func longRecursionIsFolded() throws {
        let text = try #require(failure("def f(n):\n    return f(n + 1)\nf(0)")).text
        #expect(text.contains("... 99"))
        #expect(text.split(separator: "\n").count < 15)
    }

    @Test func jsonHasTheSameData() throws {
        let report = try #require(failure("字 = 3\nassert 字 == 4, '四'"))
        #expect(
            report.json == """
                {"causes":[],"frames":[{"file":"t.cdm","function":"<module>","line":"assert 字 == 4, '四'",\
                "span":{"column":8,"end":23,"endColumn":14,"endLine":2,"line":2,"start":15}}],"kind":"AssertionError",\
                "message":"四","notes":[],"values":[{"expression":"字","file":"t.cdm",\
                "span":{"column":8,"end":18,"endColumn":9,"endLine":2,"line":2,"start":15},"value":"3"}]}
                """)
    }

    @Test func jsonNamesTheLimit() throws {
        var limits = Limits()
        limits.steps = 10_000
        let json = try #require(failure("while True: pass", limits: limits)).json
        #expect(json.contains("\"limit\":\"steps\"") && json.contains("\"kind\":\"LimitReached\""))
    }
}
