import Foundation
import Testing

@Suite struct HistoryTests {
    @Test func inputsAreThereInTheNextSession() throws {
        let home = try TemporaryFolder()
        let first = try PseudoTerminal(in: home.url)
        try first.waitForPrompt(1)
        try first.send("def f():\r")
        try first.wait(for: "continuation") { $0.cursor.column == 12 }
        try first.send("return '仮名'\r\r")
        try first.waitForPrompt(2)
        try first.run("alpha = 1", 2)
        try first.send(PseudoTerminal.controlD)
        #expect(try first.waitForExit() == 0)

        let second = try PseudoTerminal(in: home.url)
        try second.waitForPrompt(1)
        // The whole definition comes back as one entry, on two lines.
        try second.send("def\u{1B}[A")
        try second.wait(for: "the definition") { $0.text.contains("In [1]: def f():\n    return '仮名'") }
        try second.send("\u{5}\r")
        try second.waitForPrompt(2)
        try second.run("f()", 2)
        #expect(second.picture.text.contains("Out[2]: '仮名'"))
        // Ctrl-R searches.
        try second.send("\u{12}alp")
        try second.wait(forText: "alpha = 1")
    }

    /// Two sessions write in turns while a third is killed in the middle of its own: no record is lost or torn.
    @Test func sessionsShareAFileAndMayBeKilled() throws {
        let home = try TemporaryFolder()
        let (first, second, third) = (
            try PseudoTerminal(in: home.url), try PseudoTerminal(in: home.url), try PseudoTerminal(in: home.url)
        )
        for terminal in [first, second, third] { try terminal.waitForPrompt(1) }
        try third.send("big = '''" + String(repeating: "x", count: 2_000) + "'''\r")
        for number in 1...10 {
            try first.send("a\(number) = \(number)\r")
            try second.send("b\(number) = \(number)\r")
            if number == 5 { kill(third.process, SIGKILL) }
            try first.waitForPrompt(number + 1)
            try second.waitForPrompt(number + 1)
        }
        let lines = try String(contentsOf: home.url.appendingPathComponent(ReplProgram.history), encoding: .utf8).split(
            separator: "\n")
        let records = lines.compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        // Only the record of the killed one could ever be torn, and then it would have a line of its own.
        #expect(records.count == lines.count || records.count == lines.count - 1 && !lines.allSatisfy { !$0.contains("xxxx") })
        let inputs = records.compactMap { $0["input"] as? String }
        for number in 1...10 { #expect(inputs.contains("a\(number) = \(number)") && inputs.contains("b\(number) = \(number)")) }
        #expect(records.filter { $0["status"] as? String == "ok" }.count >= 20)
    }

    @Test func withoutConfigNothingIsKept() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url, arguments: ["--no-config"])
        try terminal.waitForPrompt(1)
        try terminal.run("1", 1)
        #expect(!FileManager.default.fileExists(atPath: home.url.appendingPathComponent(ReplProgram.history).path))
    }
}
