import Foundation
import ScriptSession
import Testing

@Suite struct CommandTests {
    @Test func everyCommandHasHelp() {
        let talk = Talk()
        let overview = talk.reply("%magics")
        for magic in talk.session.magics.all {
            #expect(overview.contains("%\(magic.name)  ") || overview.contains("%\(magic.name) "))
            #expect(talk.reply("%\(magic.name)?").hasPrefix(magic.usage), "\(magic.name)")
        }
    }

    @Test func mistakesAreExplained() {
        let talk = Talk()
        #expect(talk.reply("%tim 1") == "error: there is no command '%tim'\nhint: Did you mean '%time'?\n")
        #expect(talk.reply("%out 99").contains("there is no input '99'"))
        #expect(talk.reply("%run /no/such/file.cdm").contains("cannot be read"))
        #expect(talk.reply("nosuch?").contains("there is no 'nosuch'"))
        #expect(talk.reply("!ls").contains("there is no shell here"))
    }

    @Test func timing() {
        let talk = Talk()
        #expect(talk.reply("%time 6 * 7").contains("42\n"))
        #expect(talk.reply("%time 6 * 7").contains("time: "))
        let text = talk.reply("%timeit -n 10 -r 2 sum(range(100))")
        #expect(text.contains("mean of 2 runs, 10 loops each"), "\(text)")
        #expect(talk.reply("%%timeit -n 2 -r 1\nx = 1\ny = x + 1\n").contains("1 runs, 2 loops"))
        #expect(talk.reply("%timeit x = = 1").contains("error["))
    }

    @Test func names() {
        let talk = Talk()
        #expect(talk.reply("%who") == "no names yet\n")
        _ = talk.reply("beta = [1, 2]\nalpha = '仮名'")
        #expect(talk.reply("%who") == "alpha  beta\n")
        #expect(talk.reply("%whos") == "alpha  str   '仮名'\nbeta   list  [1, 2]\n")
        _ = talk.reply("%reset")
        #expect(talk.reply("%who") == "no names yet\n")
    }

    @Test func filesRunInTheSession() throws {
        let folder = try Folder()
        let file = try folder.write(
            "program.cdm", "import sys\n# %% One\na = len(sys.argv)\n# %% Two\nb = 2\nprint('two')\nbad = 1 / 0\n")
        let talk = Talk()
        #expect(talk.reply("%run \(file) x y").contains("program.cdm:7:7"))
        #expect(talk.reply("a") == "3\n")
        #expect(talk.reply("%cell \(file)").contains("2  One  (line 2)"))
        #expect(talk.reply("%run --cell Two \(file)").hasPrefix("two\n"))
        // A cell's errors name the line of the file.
        #expect(talk.reply("%cell \(file) two").contains("program.cdm:7:7"))
        #expect(talk.reply("%cell \(file) Nine").contains("has no cell 'Nine'"))
        _ = talk.reply("%load \(file)")
        #expect(talk.session.proposedInput?.hasPrefix("import sys\n# %% One") == true)
    }

    @Test func help() {
        let talk = Talk()
        _ = talk.reply(
            "def area(w, h=2):\n    \"\"\"Width times height.\"\"\"\n    return w * h\n\nclass Box:\n    def size(self):\n        return 1\n"
        )
        #expect(talk.reply("area?").contains("Width times height."))
        #expect(talk.reply("??area") == "def area(w, h=2):\n    \"\"\"Width times height.\"\"\"\n    return w * h\n")
        #expect(talk.reply("Box??") == "class Box:\n    def size(self):\n        return 1\n")
        #expect(talk.reply("len?").contains("len("))
        #expect(talk.reply("?math.sqrt").contains("sqrt("))
        #expect(talk.reply("?\"square root\"").contains("math.sqrt"))
        #expect(talk.reply("?'times height'").contains("area"))
    }

    @Test func configuration() {
        let talk = Talk()
        talk.session.options.add([
            .init("images", .choice(["auto", "off"]), standard: "auto", "Pictures."),
            .init("size", .number(1...9), standard: "3", "A size."),
        ])
        #expect(talk.reply("%config images") == "images = auto  (default; auto/off)\n    Pictures.\n")
        #expect(talk.reply("%config images = \"off\"") == "")
        #expect(talk.reply("%config").contains("images = off  (this session; auto/off)"))
        #expect(talk.reply("%config size=10").contains("size cannot be '10'"))
        #expect(talk.reply("%config imags=off").contains("Did you mean 'images'?"))
    }

    @Test func sessionsAreWritten() throws {
        let folder = try Folder()
        let talk = Talk()
        for input in ["x = 2", "x * 3", "def f(n):\n    return n + 1\n", "f(x)", "1 / 0", "print('仮名')"] { _ = talk.reply(input) }
        func export(_ name: String) throws -> String {
            #expect(talk.reply("%export \(folder.url.path)/\(name)").contains("written to"))
            return try String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8)
        }
        let script = try export("s.cdm")
        #expect(script.hasPrefix("# %% In [1]\nx = 2\n\n# %% In [2]\nx * 3\n"))
        #expect(!script.contains("1 / 0"))
        let page = try export("s.md")
        #expect(page.contains("```cdm\ncdm> x = 2\ncdm> x * 3\n6\ncdm> def f(n):\n...>     return n + 1\ncdm> f(x)\n3\n"))
        let test = try export("s.t")
        #expect(test.contains("def test_session():\n    x = 2\n    assert repr(x * 3) == '6'\n"))
        let again = Talk()
        #expect(again.reply(test + "\ntest_session()").hasSuffix("仮名\n"))
        let notebook = try JSONSerialization.jsonObject(with: Data(try export("s.ipynb").utf8)) as? [String: Any]
        #expect(notebook?["nbformat"] as? Int == 4)
        let cells = try #require(notebook?["cells"] as? [[String: Any]])
        #expect(cells[1]["execution_count"] as? Int == 2)
        let outputs = try #require(cells[1]["outputs"] as? [[String: Any]])
        #expect((outputs.first?["data"] as? [String: String])?["text/plain"] == "6")
        #expect(talk.reply("%save \(folder.url.path)/part.cdm 1 3-4").contains("3 inputs"))
        #expect(talk.reply("%export \(folder.url.path)/s.doc").contains("does not say which form"))
    }
}

/// A folder that is gone after the test.
final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ name: String, _ text: String) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
