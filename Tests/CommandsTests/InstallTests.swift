import Foundation
import Testing

/// `Scripts/install` into a folder of its own, and what is in it.
@Suite("Installing")
struct InstallTests {
    private static let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Scripts/install").standardizedFileURL

    private func install(_ options: String...) throws -> Program {
        try Program(options, environment: ["PATH": "/usr/bin:/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")], at: Self.script)
    }

    private func files(_ folder: URL) -> [String] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])?.compactMap { $0 as? URL } ?? []
        let files = all.filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }
        return files.map { String($0.path.dropFirst(folder.path.count + 1)) }.sorted()
    }

    @Test("what is installed works by itself, and goes again")
    func everything() throws {
        let prefix = try TemporaryFolder(["bin/other": "", "share/man/man1/other.1": ""])
        let elsewhere = try TemporaryFolder()
        let built = try #require(Program.path).deletingLastPathComponent()
        let done = try install("--prefix", prefix.url.path, "--built", built.path)
        #expect(done.exitCode == 0, "\(done.output)\(done.error)")
        #expect(done.output.contains("add \(prefix.url.path)/bin to PATH"))
        let installed = files(prefix.url).filter { !$0.hasPrefix("share/carpedm/sample/") }
        #expect(
            installed == [
                "bin/carpedm", "bin/carpedm-repl", "bin/other", "share/bash-completion/completions/carpedm",
                "share/bash-completion/completions/carpedm-repl", "share/carpedm/LICENSE",
                "share/carpedm/Licences.md", "share/carpedm/scripts/custom_task.cdm", "share/carpedm/scripts/new_task_model.cdm",
                "share/carpedm/scripts/seq_kana3.cdm", "share/carpedm/scripts/seq_kana3_strong.cdm",
                "share/carpedm/scripts/single_kana.cdm", "share/carpedm/scripts/single_kana_strong.cdm",
                "share/fish/vendor_completions.d/carpedm-repl.fish", "share/fish/vendor_completions.d/carpedm.fish", "share/man/man1/carpedm-repl.1",
                "share/man/man1/carpedm.1",
                "share/man/man1/other.1", "share/zsh/site-functions/_carpedm", "share/zsh/site-functions/_carpedm-repl",
            ])

        let program = prefix.url.appendingPathComponent("bin/carpedm")
        func run(_ arguments: String...) throws -> Program { try Program(arguments, in: elsewhere.url, at: program) }
        #expect(try run("--version").output.hasPrefix("carpedm 0."))
        // Its own pages and scripts, not those of the checkout.
        let sample = try run("run", "-c", "import carpedm as dm; print(dm.data.sample, len(dm.data.MetaLoader(dm.data.sample).books))")
        #expect(sample.output.contains("/share/carpedm/sample 15"), "\(sample.output)\(sample.error)")
        #expect(!sample.output.contains("_Corpus.resources"))
        let bundled = try run("run", "new_task_model.cdm")
        #expect(bundled.exitCode == 0 && bundled.error.contains("running the bundled '"), "\(bundled.error)")
        #expect(bundled.error.contains("\(prefix.url.lastPathComponent)/share/carpedm/scripts/new_task_model.cdm"))
        let prompt = try Program([], input: "1 + 1\n", in: elsewhere.url, at: prefix.url.appendingPathComponent("bin/carpedm-repl"))
        let usage = try Program(["--nonsense"], at: prefix.url.appendingPathComponent("bin/carpedm-repl"))
        #expect(usage.exitCode == 2 && usage.error.contains("Usage: carpedm-repl"), "\(usage.error)")
        #expect(prompt.output == "2\n", "\(prompt.output)\(prompt.error)")

        #expect(try install("--prefix", prefix.url.path, "--uninstall").exitCode == 0)
        #expect(files(prefix.url) == ["bin/other", "share/man/man1/other.1"])
    }

    @Test("wrong use")
    func wrongUse() throws {
        #expect(try install("--nonsense").exitCode == 2)
        #expect(try install("--prefix").exitCode != 0)
        let file = try TemporaryFolder(["taken": ""])
        let refused = try install("--prefix", file.url.appendingPathComponent("taken").path, "--built", "/")
        #expect(refused.exitCode == 1 && refused.error.contains("cannot be written"))
    }
}
