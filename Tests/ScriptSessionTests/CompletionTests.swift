import Foundation
import ScriptRuntime
import ScriptSession
import Testing

@Suite struct CompletionTests {
    /// A session with a module of a host, as completion sees it.
    private func talk() -> Talk {
        let talk = Talk()
        let interpreter = talk.session.interpreter
        let kind = interpreter.define(
            NativeType(
                "Tool", module: "shop",
                constructor: Native("Tool(name, size=3, *, colour='red', model_dir=None)") { _ in .none }.hinting {
                    [ParameterHint("colour", choices: { ["red", "green", "greenish"] })]
                },
                methods: [Native("use(self, times=1)", "Use it.") { _ in .none }]))
        interpreter.register(
            NativeModule(
                "shop",
                functions: [
                    Native("find(name)") { _ in .type(kind) }.hinting(isLookup: true) {
                        [ParameterHint("name", choices: { ["saw", "hammer"] })]
                    },
                    Native("settings(**settings)") { _ in .none }.hinting {
                        [ParameterHint("rate", standard: "0.1"), ParameterHint("rule", choices: { ["fast", "slow"] })]
                    },
                ], members: { _ in [("Tool", .type(kind))] }))
        interpreter.register(NativeModule("shop.unmentioned_part", functions: [Native("work()") { _ in .none }]))
        interpreter.register(NativeModule("shop.back", functions: [Native("door()") { _ in .none }]))
        _ = talk.reply(
            "import shop\nimport math\ncount = 1\ntext = 'x'\nclass Thing:\n    def __init__(self, width, depth=2):\n        self.width = width\n    @property\n    def boom(self):\n        print('property ran')\n    def __getattr__(self, name):\n        print('getattr ran')\nthing = Thing(1)\ndef area(w, h=2, /, *more, unit='m'):\n    return w\n"
        )
        return talk
    }

    @Test(
        arguments: [
            ("coun", ["count"]), ("import ma", ["math"]),
            ("from shop import ", ["Tool", "back", "find", "settings", "unmentioned_part"]),
            ("import shop.b", ["shop.back"]),
            ("math.sq", ["sqrt"]), ("shop.back.do", ["door"]), ("shop.unmentioned_part.wor", ["work"]), ("text.upp", ["upper"]),
            ("'a'.upp", ["upper"]), ("[].app", ["append"]), ("{}.ke", ["keys"]),
            ("b'a'.hex", ["hex"]),
            ("{1, 2}.un", ["union"]), ("(text).upp", ["upper"]),
            ("thing.w", ["width"]), ("thing.bo", ["boom"]), ("thing.boom.", []), ("thing.width.bit_c", ["bit_count"]),
            ("thing.nosuch.", []),
            ("area(un", ["unit="]), ("area(", ["unit="]), ("Thing(", ["depth=", "width="]), ("Thing(width=1, ", ["depth="]),
            ("shop.Tool(co", ["colour=", "continue", "count"]), ("shop.Tool(colour='", ["green", "greenish", "red"]),
            ("shop.Tool(colour='gr", ["green", "greenish"]),
            ("shop.find('", ["hammer", "saw"]), ("shop.find('saw')(colo", ["colour="]), ("shop.Tool('x').u", ["use"]),
            ("shop.find('saw')('x').use(", ["times="]),
            ("shop.settings(ru", ["rule="]), ("shop.settings(rule=\"", ["fast", "slow"]), ("shop.settings(rate=1, ru", ["rule="]),
            ("x = [shop.find(\"", ["hammer", "saw"]), ("print(shop.find(name='s", ["saw"]),
            ("# coun", []), ("1.", []), ("'coun", []), ("\"\"\"coun", []), ("def area(un", []), ("class thin", []),
            ("for item in coun", ["count"]), ("if count:\n    coun", ["count"]), ("local_name = 1\nloc", ["local_name"]),
            ("f'{coun", []),
            ("%tim", ["%time", "%timeit"]), ("%timeit -", ["-n", "-r"]), ("%time math.sq", ["sqrt"]), ("%%timei", ["%%timeit"]),
            ("?math.sq", ["sqrt"]), ("%magics hist", ["history"]),
            ("'\\u304B", ["か"]), ("'\\u{1B002}", ["\u{1B002}"]), ("'\\N{HIRAGANA LETTER SMALL YA", ["HIRAGANA LETTER SMALL YA"]),
            ("\\N{hentaigana letter ka-1", ["HENTAIGANA LETTER KA-1", "HENTAIGANA LETTER KA-10", "HENTAIGANA LETTER KA-11"]),
        ] as [(String, [String])])
    func candidates(text: String, expected: [String]) {
        let talk = talk()
        talk.output = ""
        let list = talk.session.completions(in: text, at: text.utf8.count)
        #expect(list.candidates.map(\.text) == expected)
        #expect(talk.output == "", "completion ran code of the script")
    }

    @Test func defaultsAreShown() {
        let list = talk().session.completions(in: "shop.Tool(", at: 10)
        #expect(list.candidates.map(\.label) == ["colour='red'", "model_dir=None", "name (needed)", "size=3"])
        #expect(talk().session.completions(in: "shop.settings(rat", at: 17).candidates.map(\.label) == ["rate=0.1"])
    }

    @Test func filesAreCompletedInStrings() throws {
        let folder = try Folder()
        _ = try folder.write("page one.csv", "")
        _ = try folder.write("日本.cdm", "")
        try FileManager.default.createDirectory(at: folder.url.appendingPathComponent("sub"), withIntermediateDirectories: true)
        let talk = talk()
        let path = folder.url.path
        func candidates(_ text: String) -> [String] {
            talk.session.completions(in: text, at: text.utf8.count).candidates.map(\.text)
        }
        #expect(candidates("open('\(path)/pa") == ["page one.csv"])
        #expect(candidates("x = '\(path)/") == ["page one.csv", "sub/", "日本.cdm"])
        #expect(candidates("shop.Tool('a', model_dir=\"\(path)/s") == ["sub/"])
        #expect(candidates("%run \(path)/日") == ["日本.cdm"])
        #expect(candidates("!cat \(path)/日") == ["日本.cdm"])
    }

    @Test func theRangeIsInBytes() {
        let talk = talk()
        _ = talk.reply("文字列 = 1")
        let text = "濁点 + 文字"
        let list = talk.session.completions(in: text, at: text.utf8.count)
        #expect(list.candidates.map(\.text) == ["文字列"])
        #expect(list.range == text.utf8.count - 6..<text.utf8.count)
    }

    /// No place in any program may trap, and a half of a character is no reason either.
    @Test func everyPlaceOfAProgramHasAnAnswer() throws {
        let talk = talk()
        let program =
            "import shop\nx = {'a': [1, (2, 3)], **{}}\nclass 類(shop.Tool):\n    \"\"\"Doc.\"\"\"\n    def f(self, *, k='\\N{x}'):\n        return f'{self!r:>{k}}' if not x else lambda: shop.find('saw')(colour=\"re\n#%% [\n)]}.a(b)[c]. '''é\u{1B002}"
        for offset in 0...program.utf8.count {
            _ = talk.session.completions(in: program, at: offset)
            _ = talk.session.inspection(in: program, at: offset)
        }
    }
}
