import Foundation
import ScriptSession
import Testing

@Suite struct HistoryFileTests {
    private func talk(_ path: String) -> Talk {
        let talk = Talk()
        talk.session.history = History(path: path)
        return talk
    }

    @Test func inputsHaveTimePlaceAndEnd() throws {
        let folder = try Folder()
        let talk = talk(folder.url.path + "/deep/history.jsonl")
        _ = talk.reply("def f():\n    return '仮名'\n")
        _ = talk.reply("1 / 0")
        let entries = try #require(talk.session.history?.entries())
        #expect(entries.map(\.input) == ["def f():\n    return '仮名'\n", "1 / 0"])
        #expect(entries.map(\.status) == ["ok", "error"])
        #expect(entries.allSatisfy { $0.folder == FileManager.default.currentDirectoryPath && $0.time > 1_700_000_000 })
        // One line of text for each record, whatever it holds.
        let text = try String(contentsOfFile: folder.url.path + "/deep/history.jsonl", encoding: .utf8)
        #expect(text.split(separator: "\n").count == 4)
    }

    /// The quick way of reading gives what the decoder gives.
    @Test func recentInputsAreTheInputs() throws {
        let folder = try Folder()
        let path = folder.url.path + "/history.jsonl"
        let talk = talk(path)
        for input in ["x = '仮名\\n\\\\'", "y = \"\\t\tz\"", "def f():\n    return '\\u3042\u{1}\u{1B002}/'\n"] {
            _ = talk.reply(input)
        }
        let history = try #require(talk.session.history)
        #expect(history.recentInputs(lastBytes: 1 << 20) == history.entries().map(\.input))
        #expect(history.recentInputs(lastBytes: 1 << 20).count == 3)
    }

    @Test func aTornRecordHarmsNoOther() throws {
        let folder = try Folder()
        let path = try folder.write(
            "history.jsonl", "{\"input\":\"whole\",\"number\":1,\"session\":\"a\",\"time\":1}\n{\"input\":\"torn")
        let talk = talk(path)
        _ = talk.reply("after = 1")
        #expect(talk.session.history?.entries().map(\.input) == ["whole", "after = 1"])
    }

    @Test func theFileStaysBelowItsSize() throws {
        let folder = try Folder()
        let path = folder.url.path + "/history.jsonl"
        let talk = talk(path)
        for number in 0..<200 { _ = talk.reply("x = \(number)") }
        talk.session.history?.trim(to: 10_000)
        let entries = try #require(talk.session.history?.entries())
        #expect(entries.last?.input == "x = 199" && entries.count < 100)
        #expect(try #require(FileManager.default.contents(atPath: path)).count <= 5_000)
        _ = talk.reply("x = 200")
        #expect(talk.session.history?.entries().last?.input == "x = 200")
    }

    @Test func namesOfSessionsDiffer() {
        #expect(Set((0..<1000).map { _ in History.newSession() }).count == 1000)
    }

    @Test func earlierSessionsAreFound() throws {
        let folder = try Folder()
        let path = folder.url.path + "/history.jsonl"
        let first = talk(path)
        for input in ["alpha = 1", "beta = 2", "alpha = 1"] { _ = first.reply(input) }
        let second = talk(path)
        _ = second.reply("gamma = alpha")
        #expect(second.reply("%history") == "1: gamma = alpha\n")
        let found = second.reply("%history -g alpha -u").split(separator: "\n").map(String.init)
        // The own one is the last, as the newest.
        #expect(found.count == 2 && found[0].hasSuffix(": alpha = 1") && found[1] == "1: gamma = alpha")
        #expect(second.reply("%history -g b*2").hasSuffix(": beta = 2\n"))
        #expect(second.reply("%history -n 1 --session all").split(separator: "\n").count == 1)
        #expect(second.reply("%history --what").contains("does not know '--what'"))
    }

    @Test func aFileThatCannotBeWrittenIsToldOnce() throws {
        let talk = Talk()
        let history = History(path: "/proc/no/such/history")
        var told = 0
        history.problem = { _ in told += 1 }
        talk.session.history = history
        _ = talk.reply("1")
        _ = talk.reply("2")
        #expect(told == 1)
    }
}
