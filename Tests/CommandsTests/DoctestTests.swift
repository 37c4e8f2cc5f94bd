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
        ("a wrong answer in a transcript", "```cdm\ncdm> x = 1\ncdm> x\n2\n```\n", ["FAILED page.md:3:1", "- 2", "+ 1"], 1),
        ("a transcript", "```cdm\ncdm> for i in range(2):\n...>     print(i)\n0\n1\ncdm> i\n1\n```\n", ["1 passed, 0 failed"], 0),
        ("hidden lines run", "```cdm\n#~ x = 20\nx + 1\n```\n```output\n21\n```\n", ["1 passed"], 0),
        ("a removed hidden line", "```cdm\nx + 1\n```\n```output\n21\n```\n", ["FAILED page.md:1:1", "page.md:2:1", "the name 'x' is not bound"], 1),
        ("a page is one session", "```cdm\nx = 1\n```\ntext\n```cdm\nx\n```\n```output\n1\n```\n", ["2 passed"], 0),
        ("a fresh session", "```cdm\nx = 1\n```\n```cdm fresh should_fail\nx\n```\n", ["2 passed"], 0),
        ("named sessions", "```cdm session=a\nx = 1\n```\n```cdm session=b\nx = 2\n```\n```cdm session=a\nx\n```\n```output\n1\n```\n", ["3 passed"], 0),
        ("an unknown option", "\n```cdm nope\n1\n```\n", ["BROKEN page.md:2:1", "no option 'nope'"], 2),
        ("a mistyped option", "```cdm no_runn\n1\n```\n", ["Did you mean 'no_run'?"], 2),
        ("an empty block", "```cdm\n\n```\n", ["BROKEN page.md:1:1", "the block is empty"], 2),
        ("an open block", "```cdm\n1\n", ["the block is not closed"], 2),
        ("an output without a block", "```output\n1\n```\n", ["output without a cdm block"], 2),
        ("a skip without a reason", "```cdm skip\n1\n```\n", ["'skip' needs a reason"], 2),
        ("a skip is counted and told", "```cdm skip=\"needs pages\"\n1\n```\n", ["1 skipped", "needs pages"], 0),
        ("a slow block", "```cdm slow\n1\n```\n", ["1 skipped", "run with --slow"], 0),
        ("an error that nobody expects", "```cdm\nint('x')\n```\n", ["FAILED page.md:1:1", "error[ValueError]", "page.md:2:1"], 1),
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
        ("a hanging block", "```cdm timeout=0.2\nwhile True: pass\n```\n", ["STOPPED page.md:1:1", "longer than 0.2 seconds"], 1),
        ("other fences", "```python\n1/0\n```\n~~~\ntext\n~~~\n```cdm\n1\n```\n", ["1 passed"], 0),
        ("a fence in a list", "- item\n\n  ```cdm\n  if True:\n      print(1)\n  ```\n\n  ```output\n  1\n  ```\n", ["1 passed"], 0),
        ("a missing setup", "---\nsetup: none.cdm\n---\n```cdm\n1\n```\n", ["setup failed", "none.cdm"], 2),
    ]

    @Test("a page", arguments: pages)
    func page(_ row: (name: String, page: String, says: [String], code: Int32)) throws {
        let (program, _) = try doctest(row.page)
        for text in row.says { #expect(program.output.contains(text), "\(row.name): \(program.output)\(program.error)") }
        #expect(program.exitCode == row.code, "\(row.name): \(program.output)\(program.error)")
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
        #expect(program.output.hasPrefix("TAP version 13\n1..2\nok 1 - ./a.md:1:1 block\nnot ok 2 - ./b/c.md:1:1 block\n"))
        let xml = String(decoding: try Data(contentsOf: folder.url.appendingPathComponent("r.xml")), as: UTF8.self)
        #expect(xml.contains("<testsuites tests=\"2\" failures=\"1\""))
        let missing = try Program(["doctest", "none.md"], in: folder.url)
        #expect(missing.exitCode == 2 && missing.error.contains("none.md"))
    }
}
