import Foundation
import Testing

/// `carpedm test` over small files that fail in different ways.
@Suite("carpedm test")
struct FailingScriptsTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    /// The report without its only changing part, the seconds.
    private func report(_ text: String) throws -> String {
        text.replacing(try Regex(" in [0-9.]+ s\n"), with: " in N s\n")
    }

    @Test("the report of thirty-one files that fail, each in its way, and of two that do not")
    func failing() throws {
        let program = try Program(["test", "Failing", "--timeout", "5"], in: Self.folder)
        let expected = Self.folder.appendingPathComponent("Failing/expected.txt")
        let text = try report(program.output)
        if ProcessInfo.processInfo.environment["CARPEDM_RECORD"] != nil { try Data(text.utf8).write(to: expected) }
        #expect(program.exitCode == 1)
        #expect(text.matches(of: /\n(FAILED|STOPPED|BROKEN) Failing\/test_\d\d/).count >= 30)
        #expect(text == String(decoding: try Data(contentsOf: expected), as: UTF8.self))
    }

    /// Options, what the output says, the exit code.
    static let runs: [(options: [String], says: [String], not: [String], code: Int32)] = [
        (["a.cdm"], ["3 passed, 1 failed"], [], 1),
        (["a.cdm::test_one"], ["1 passed, 0 failed"], [], 0),
        (["a.cdm::TestBox"], ["1 passed, 0 failed"], [], 0),
        (["a.cdm", "-k", "not two"], ["3 passed, 0 failed"], ["test_two"], 0),
        (["a.cdm", "-k", "one or box"], ["2 passed"], [], 0),
        (["a.cdm", "--no-docstrings"], ["2 passed, 1 failed"], [], 1),
        (["-x", "a.cdm", "-j", "1"], ["1 failed"], ["3 passed"], 1),
        (["broken.cdm"], ["0 passed, 1 failed", "BROKEN broken.cdm:1:1"], [], 2),
        (["."], ["work.cdm: nothing to run"], ["this ran"], 1),
        (["a.cdm", "--tap", "-"], ["1..4", "not ok"], ["passed"], 1),
        (["a.cdm", "broken.cdm", "-j", "1"], ["a.cdm: 3 passed, 1 failed\nbroken.cdm: 0 passed, 1 failed\n"], [], 1),
        (["a.cdm::test_none"], ["has no test 'test_none'"], [], 2),
    ]

    @Test("options", arguments: runs)
    func options(_ run: (options: [String], says: [String], not: [String], code: Int32)) throws {
        let folder = try TemporaryFolder([
            "a.cdm": """
            \"\"\"
            >>> 1 + 1
            2
            \"\"\"
            def test_one():
                pass

            def test_two():
                assert 1 == 2

            class TestBox:
                def test_any(self):
                    pass

            """,
            "broken.cdm": "def test(:\n", "work.cdm": "print('this ran')\n1 / 0\n",
        ])
        let program = try Program(["test"] + run.options, in: folder.url)
        for text in run.says { #expect(program.output.contains(text), "\(run.options): \(program.output)\(program.error)") }
        for text in run.not { #expect(!program.output.contains(text), "\(run.options): \(program.output)") }
        #expect(program.exitCode == run.code, "\(run.options): \(program.output)\(program.error)")
    }

    @Test("a report for JUnit")
    func junit() throws {
        let folder = try TemporaryFolder(["a.cdm": "def test_one():\n    assert 1 == 2\ndef test_two():\n    pass\n"])
        #expect(try Program(["test", "--junit", "r.xml"], in: folder.url).exitCode == 1)
        let text = try String(contentsOf: folder.url.appendingPathComponent("r.xml"), encoding: .utf8)
        #expect(text.contains("<testsuite name=\"./a.cdm\" tests=\"2\" failures=\"1\""), "\(text)")
        #expect(text.contains("name=\"test_one\"") && text.contains("<failure message="))
    }

    @Test("randomness starts anew for every test, from the seed")
    func seed() throws {
        let code =
            "import random\ndef test_a():\n    print(random.random())\n    assert False\ndef test_b():\n    print(random.random())\n    assert False\n"
        let folder = try TemporaryFolder(["a.cdm": code])
        func numbers(_ seed: String) throws -> [String] {
            try Program(["test", "a.cdm", "--seed", seed], in: folder.url).output.matches(of: /printed:\n +(0\.\d+)/).map { String($0.1) }
        }
        #expect(try numbers("1") == ["0.13436424411240122", "0.13436424411240122"])
        #expect(try numbers("2") == ["0.9560342718892494", "0.9560342718892494"])
    }

    @Test("files run side by side and are told in their order")
    func parallel() throws {
        let waits = "import os, time\ndef test_wait():\n    while not os.path.exists('there'):\n        time.sleep(0.01)\n"
        let folder = try TemporaryFolder(["a.cdm": waits, "b.cdm": "def test_write():\n    open('there', 'w').write('x')\n"])
        let program = try Program(["test", "-j", "2", "a.cdm", "b.cdm"], in: folder.url)
        #expect(program.output.hasPrefix("a.cdm: 1 passed, 0 failed\nb.cdm: 1 passed, 0 failed\n"), "\(program.output)")
    }

    @Test("wrong use", arguments: [["none.cdm"], ["-k", "and"], ["--timeout", "0"], ["-j", "x"]])
    func wrongUse(_ options: [String]) throws {
        let folder = try TemporaryFolder(["a.cdm": "def test_one():\n    pass\n"])
        let program = try Program(["test"] + options, in: folder.url)
        #expect(program.exitCode == 2, "\(program.output)\(program.error)")
        #expect(!program.error.isEmpty)
    }

    @Test("a folder without tests")
    func nothing() throws {
        let folder = try TemporaryFolder(["a.cdm": "x = 1\n"])
        let program = try Program(["test"], in: folder.url)
        #expect(program.exitCode == 2 && program.error.contains("no tests"))
    }

    @Test("a test that kills its process costs itself alone")
    func killed() throws {
        // The process is found by the file that it runs.
        let folder = try TemporaryFolder([
            "test_killed.cdm": "import os, time\ndef test_a():\n    open('here', 'w').write('x')\n    time.sleep(60)\ndef test_b():\n    pass\n"
        ])
        let killer = Process()
        killer.executableURL = URL(fileURLWithPath: "/bin/sh")
        killer.currentDirectoryURL = folder.url
        killer.arguments = [
            "-c",
            "while [ ! -e here ]; do sleep 0.05; done; for p in /proc/[0-9]*; do "
                + "if tr '\\0' ' ' <$p/cmdline | grep -q 'test test_killed[.]cdm --worker'; then kill -9 ${p#/proc/}; fi; done 2>/dev/null",
        ]
        try killer.run()
        let program = try Program(["test", "test_killed.cdm"], in: folder.url)
        killer.waitUntilExit()
        #expect(program.output.contains("1 passed, 1 failed"), "\(program.output)")
        #expect(program.output.contains("STOPPED test_killed.cdm:2:1 test_a") && program.output.contains("signal 9"))
    }
}
