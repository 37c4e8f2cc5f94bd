import Foundation
import Testing

/// Sources that nobody would write, by every way into the program: a clear error each time, and soon.
@Suite struct HostileSourceTests {
    static let brackets = String(repeating: "[", count: 100_000)
    static let sources: [(source: String, code: String)] = [
        ("x = 1\0\n", "E0002"), (brackets, "E0013"), (brackets + String(repeating: "]", count: 100_000), "E0013"),
        (String(repeating: "-", count: 100_000) + "1", "E0013"), ("x = " + String(repeating: "9", count: 100_000), "E00"),
    ]

    @Test(arguments: sources) func isRefusedByEveryWay(_ source: String, _ code: String) throws {
        let folder = try TemporaryFolder(["a.cdm": source])
        var ways: [(arguments: [String], input: String)] = [
            (["run", "a.cdm"], ""), (["check", "a.cdm"], ""), (["run", "-"], source), (["repl"], source),
        ]
        // An argument ends at a null byte, and the system takes only so long a one.
        if !source.contains("\0"), source.utf8.count < 128_000 { ways.append((["run", "-c", source], "")) }
        for way in ways {
            let run = try Program(way.arguments, input: way.input, in: folder.url)
            #expect(run.exitCode == 2, "\(way.arguments.prefix(2)): \(run.error.prefix(200))")
            #expect((run.error + run.output).contains("error[\(code)"), "\(way.arguments.prefix(2)): \(run.error.prefix(200))")
        }
    }

    @Test(arguments: ["run", "check"]) func isRefusedWhenItIsNoText(command: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "a.cdm")
        try Data([0x78, 0x3D, 0x22, 0xFF, 0xFE, 0x22, 0x0A]).write(to: file)
        let run = try Program([command, file.path])
        #expect(run.exitCode == 2 && (run.error + run.output).contains("error[E0001]"), "\(run.error)")
    }

    /// A gigabyte that takes no room on the disk.
    @Test(arguments: ["run", "check"]) func isRefusedWhenItIsTooLong(command: String) throws {
        let folder = try TemporaryFolder(["a.cdm": ""])
        let file = folder.url.appending(path: "a.cdm")
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: 1 << 30)
        try handle.close()
        let run = try Program([command, file.path])
        #expect(run.exitCode == 2 && (run.error + run.output).contains("error[E0003]"), "\(run.error)")
    }

    /// At the prompt, whose session goes on in a person's hands and ends at the first error of a pipe.
    @Test(arguments: [
        ("x = [1]\nx.append(x)\nprint(x, x == x)", 0, "[1, [...]] True"),
        ("print(1)\n10 ** 10 ** 8\nprint(2)", 1, "OverflowError"), ("'x' * 10 ** 12", 1, "MemoryError"),
        ("h = None\ndef g(): yield next(h)\n\nh = g()\nnext(h)", 1, "generator already executing"),
        ("def f(): return f()\n\nf()", 1, "RecursionError"), ("d = {1: 1}\nfor k in d: d[k + 1] = 1\n\n", 1, "dictionary changed size"),
        ("try:\n    1 / 0\nfinally:\n    {}[1]\n\n", 1, "KeyError"),
    ])
    func endsClearlyAtThePrompt(_ input: String, _ exitCode: Int, _ text: String) throws {
        let run = try Program(["repl"], input: input)
        #expect(run.exitCode == Int32(exitCode), "\(run.error)")
        #expect((run.output + run.error).contains(text), "\(run.output) \(run.error)")
    }
}
