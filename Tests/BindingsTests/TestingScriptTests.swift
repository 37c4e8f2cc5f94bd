import Testing

/// `carpedm.testing`.
@Suite struct TestingScriptTests {
    @Test(arguments: [
        ("0.1 + 0.2 == approx(0.3)", "True"), ("1.0 == approx(1.1)", "False"), ("1.0 == approx(1.1, rel=0.1)", "True"),
        ("1.0 == approx(1.1, abs=0.05)", "False"), ("1 != approx(1)", "False"), ("[0.1 + 0.2, 1] == approx([0.3, 1.0])", "True"),
        ("(1, 2) == approx([1, 2])", "False"), ("{'a': 0.1 + 0.2} == approx({'a': 0.3})", "True"),
        ("{'a': 1} == approx({'b': 1})", "False"),
        ("[1, 2] == approx([1])", "False"), ("float('nan') == approx(float('nan'))", "False"),
        ("float('nan') == approx(float('nan'), nan_ok=True)", "True"), ("float('inf') == approx(float('inf'))", "True"),
        ("float('inf') == approx(1e300, rel=1.0)", "False"), ("approx(0.3) == 0.1 + 0.2", "True"),
        ("approx(1000.0)", "1000.0 ± 0.001"),
        ("T.tensor([1.0, 2.0]) == approx([1.0, 2.0000001])", "True"),
        ("T.tensor([1.0, 2.0]) == approx(T.tensor([1.0, 2.1]))", "False"),
        ("T.ones((2, 2)) == approx(1.0)", "True"), ("T.ones((2, 2)) == approx(T.ones((4,)))", "False"),
        ("{'a': [T.ones((2,))]} == approx({'a': [[1.0, 1.0]]})", "True"), ("'a' == approx('a')", "True"),
        ("None == approx(1.0)", "False"),
        // pytest's: an absolute tolerance alone turns the relative one off.
        ("1e6 == approx(1e6 + 0.5, abs=0.1)", "False"), ("1e6 == approx(1e6 + 0.5)", "True"),
    ])
    func nearnessIsPytests(code: String, expected: String) throws {
        let run = try ScriptRun(Self.start + "print(\(code))")
        #expect(run.error == "")
        #expect(run.output == expected + "\n")
    }

    @Test func raisesCatchesWhatIsExpected() throws {
        let run = try ScriptRun(
            Self.start + """
                with raises(ValueError, match="no axis 5") as info:
                    T.ones((2,)).sum(axis=5)
                print(type(info.value).__name__, info.type is ValueError)
                with raises((KeyError, IndexError)):
                    [][0]
                with raises(LookupError):
                    {}[1]
                for action, match in ((lambda: None, None), (lambda: int("x"), "other")):
                    try:
                        with raises(ValueError, match=match):
                            action()
                    except AssertionError as e:
                        print(e)
                try:
                    with raises(ValueError):
                        1 // 0
                except ZeroDivisionError as e:
                    print(e)
                """)
        #expect(run.error == "")
        #expect(
            run.output == """
                ValueError True
                ValueError was not raised
                ValueError was raised, but its text does not match: 'other' is not in "invalid literal for int() with base 10: 'x'"
                integer division or modulo by zero

                """)
    }

    @Test func markersAreAttributes() throws {
        let run = try ScriptRun(
            Self.start + """
                @testing.parametrize("a, b", [(1, 2), (3, 4)])
                @testing.parametrize("c", [5, (6, 7)])
                def test_it(a, b, c):
                    pass

                @testing.fixture
                def data():
                    return 1

                print(test_it.parametrize, data.fixture)
                try:
                    testing.skip("later")
                except testing.Skipped as e:
                    print("skipped:", e)
                with testing.temp_dir() as path:
                    import os
                    open(path + "/a.txt", "w").close()
                    print(os.listdir(path))
                print(os.path.exists(path))
                """)
        #expect(run.error == "")
        #expect(
            run.output == """
                [(['c'], [(5,), ((6, 7),)]), (['a', 'b'], [(1, 2), (3, 4)])] True
                skipped: later
                ['a.txt']
                False

                """)
    }

    @Test(arguments: [
        ("raises(3)", "TypeError", "must be an exception class"),
        ("testing.parametrize('a, b', [1])", "TypeError", "not iterable"),
        ("testing.parametrize('a, b', [(1,)])", "ValueError", "row 0 has 1 values for 2 names (a, b)"),
        ("approx(1.0) < 2", "TypeError", "== and != only"),
        ("approx(1.0, rel=-1)", "ValueError", "rel must be 0 or more"),
    ])
    func mistakesAreExplained(code: String, kind: String, part: String) throws {
        let run = try ScriptRun(Self.start + code)
        #expect(run.error.contains("error[\(kind)]"), "\(run.error)")
        #expect(run.error.contains(part), "\(run.error)")
    }

    private static let start = """
        from carpedm import testing, tensor as T
        from carpedm.testing import approx, raises

        """
}
