import Foundation
import Testing

/// `check`, `fix`, `ast` and `dis`: what they print, and their exit codes.
@Suite struct ToolCommandTests {
    private let files = [
        "fine.cdm": "print(1)\n", "warns.cdm": "import os\n", "broken.cdm": "x = （1，2）\nprint(y)\nif x = 1:\n\tpass\n",
        "unbound.cdm": "value = 1\nprint(vlaue)\n", "ends.cdm": "a = 'x' # （\r\nb ＝ 2",
    ]

    @Test(arguments: [
        (["check", "fine.cdm"], Int32(0), "", ""),
        (["check", "warns.cdm"], 0, "warning[W0603]: 'os' is imported but never used", "0 errors, 1 warning"),
        (["check", "--strict", "warns.cdm"], 1, "W0603", "0 errors, 1 warning"),
        (["check", "fine.cdm", "broken.cdm", "warns.cdm"], 2, "E0005", "4 errors, 1 warning"),
        (["check", "--error-format=json", "unbound.cdm"], 2, "{\"code\":\"E0201\"", "1 error"),
        (["check", "missing.cdm"], 2, "", "there is no file 'missing.cdm'"),
        (["check"], 2, "", "scripts"),
        (["fix", "--dry-run", "fine.cdm"], 0, "", ""),
        (["fix", "--dry-run", "warns.cdm"], 0, "", ""),
        (["fix", "--dry-run", "broken.cdm"], 2, "broken.cdm:1: write ASCII characters", "E0201"),
        (["fix", "unbound.cdm"], 2, "", "Did you mean 'value'?"),
        (["fix", "missing.cdm"], 2, "", "there is no file 'missing.cdm'"),
        (
            ["ast", "--python", "fine.cdm"], 0,
            "Module(body=[Expr(value=Call(func=Name(id='print', ctx=Load()), args=[Constant(value=1)], keywords=[]))], type_ignores=[])\n",
            ""
        ),
        (["ast", "broken.cdm"], 2, "", "E0005"),
        (["dis", "fine.cdm"], 0, "code <module>", ""),
        (["dis", "unbound.cdm"], 2, "", "E0201"),
        (["explain", "e0005"], 0, "## E0005: ", ""),
        (["explain"], 0, "W0604  ", ""),
        (["explain", "E9999"], 2, "", "there is no diagnostic 'E9999'"),
    ])
    func answers(arguments: [String], exitCode: Int32, output: String, error: String) throws {
        let folder = try TemporaryFolder(files)
        let run = try withExtendedLifetime(folder) { try Program(arguments, in: folder.url) }
        #expect(run.exitCode == exitCode, "\(run.error)")
        if output.isEmpty { #expect(run.output == "") } else { #expect(run.output.contains(output), "\(run.output)") }
        if error.isEmpty { #expect(run.error == "") } else { #expect(run.error.contains(error), "\(run.error)") }
    }

    @Test func fixWritesWhatCheckAccepts() throws {
        let folder = try TemporaryFolder(files)
        let file = folder.url.appendingPathComponent("ends.cdm")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        let run = try Program(["fix", "ends.cdm"], in: folder.url)
        #expect(run.output == "ends.cdm:2: write ASCII characters\n" && run.exitCode == 0, "\(run.error)")
        #expect(try String(contentsOf: file, encoding: .utf8).unicodeScalars.elementsEqual("a = 'x' # （\r\nb = 2".unicodeScalars))
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == files.count)
        #expect(try Program(["fix", "--guesses", "unbound.cdm"], in: folder.url).exitCode == 0)
        #expect(try Program(["run", "unbound.cdm"], in: folder.url).output == "1\n")
    }

    /// The layout is that of `diff -u`.
    @Test func fixShowsADifference() throws {
        let folder = try TemporaryFolder(files)
        let run = try Program(["fix", "--diff", "ends.cdm"], in: folder.url)
        #expect(
            run.output == "--- ends.cdm\n+++ ends.cdm\n@@ -1,2 +1,2 @@\n a = 'x' # （\r\n-b ＝ 2\n\\ No newline at end of file\n"
                + "+b = 2\n\\ No newline at end of file\n")
        let kept = try String(contentsOf: folder.url.appendingPathComponent("ends.cdm"), encoding: .utf8)
        #expect(kept.contains("＝"))
    }

    /// Made by `carpedm explain --markdown > Docs/Reference/Diagnostics.md`.
    @Test func thePageOfDiagnosticsIsCurrent() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Docs/Reference/Diagnostics.md")
        #expect(try Program(["explain", "--markdown"]).output == String(contentsOf: page, encoding: .utf8))
    }

    @Test func fixReadsStandardInput() throws {
        let run = try Program(["fix", "-"], input: "print（1）\n")
        #expect(run.output == "print(1)\n" && run.exitCode == 0)
    }

    /// Limits and capabilities of `run`.
    @Test(arguments: [
        (["--max-steps", "1000", "-c", "while True: pass"], "more than 1000 steps"),
        (["--max-memory", "4M", "-c", "x = []\nwhile True: x.append('a' * 100)"], "more than 4194304 bytes"),
        (["--max-memory", "4M", "-c", "x = 'a' * 10 ** 10"], "MemoryError"),
        (["--max-output", "1k", "-c", "while True: print('x')"], "more than 1024 bytes"),
        (["--timeout", "0.2", "-c", "while True: pass"], "longer than 0.2 seconds"),
        (["--sandbox", "-c", "open('/etc/hostname')"], "PermissionError"),
        (["--sandbox", "-c", "import os; os.listdir('/')"], "PermissionError"),
        (["--sandbox", "-c", "import os; print(os.environ['PATH'])"], "KeyError"),
        (["--sandbox", "-c", "import time; time.time()"], "PermissionError"),
        (["--sandbox", "-c", "import carpedm"], "not available in a sandbox"),
    ])
    func runIsLimited(arguments: [String], error: String) throws {
        let run = try Program(["run"] + arguments)
        #expect(run.exitCode == 1)
        #expect(run.error.contains(error), "\(run.error)")
    }

    @Test(arguments: [["--max-steps", "0"], ["--max-memory", "4X"], ["--timeout", "-1"], ["--error-format", "xml"]])
    func wrongLimitsAreTold(arguments: [String]) throws {
        let run = try Program(["run"] + arguments + ["-c", "pass"])
        #expect(run.exitCode == 2)
        #expect(run.error.contains(arguments[0]), "\(run.error)")
    }

    @Test func errorsAreToldAsJSON() throws {
        let failed = try Program(["run", "--error-format=json", "-c", "def f(x):\n    return 1 / x\nf(0)"])
        let report = try #require(try JSONSerialization.jsonObject(with: Data(failed.error.utf8)) as? [String: Any])
        #expect(report["kind"] as? String == "ZeroDivisionError")
        #expect((report["frames"] as? [[String: Any]])?.map { $0["function"] as? String } == ["f", "<module>"])
        let refused = try Program(["run", "--error-format=json", "-c", "x = ]\ny = )"])
        let lines = refused.error.split(separator: "\n")
        let codes = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }.map {
            $0?["code"] as? String
        }
        #expect(codes == ["E0011", "E0011"] && refused.exitCode == 2)
    }

    /// Refused by its size before it is read.
    @Test func hugeSourcesAreNotRead() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("huge.cdm")
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: 1 << 30)
        try handle.close()
        let run = try Program(["run", "huge.cdm"], in: folder.url)
        #expect(run.exitCode == 2)
        #expect(run.error.contains("E0003") && run.error.contains("1073741824 bytes"), "\(run.error)")
    }
}
