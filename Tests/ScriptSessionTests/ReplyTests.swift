import Foundation
import ScriptLibrary
import ScriptRuntime
import ScriptSession
import ScriptSyntax
import Testing

/// A session with what it wrote.
final class Talk {
    let session: ScriptSession
    var output = ""

    init(_ capabilities: Capabilities = .all) {
        session = ScriptSession(library: LibraryOptions(capabilities: capabilities))
        session.interpreter.output = { [unowned self] in output += $0 }
        session.interpreter.errorOutput = { [unowned self] in output += $0 }
    }

    /// What an input writes, then the text of its value or its error.
    func reply(_ input: String) -> String {
        output = ""
        let outcome = session.reply(to: input)
        return output + (outcome.valueText.map { $0 + "\n" } ?? "") + outcome.errorText
    }
}

@Suite struct ReplyTests {
    @Test func namesStayAndValuesAreNumbered() {
        let talk = Talk()
        #expect(talk.reply("x = 20") == "")
        #expect(talk.reply("x + 1") == "21\n")
        #expect(talk.reply("_ * 2") == "42\n")
        #expect(talk.reply("_2 + _3 + Out[2]") == "84\n")
        #expect(talk.reply("In[1]") == "'x = 20'\n")
        #expect(talk.reply("x;") == "")
        #expect(talk.reply("_").contains("20"))
        #expect(talk.session.transcript.entry(2)?.shown?.text == "21")
    }

    @Test func anErrorLeavesWhatWasBound() {
        let talk = Talk()
        _ = talk.reply("a = 1")
        #expect(talk.reply("b = 2; 1 / 0").contains("ZeroDivisionError"))
        #expect(talk.reply("a + b") == "3\n")
        #expect(talk.reply("%tb").contains("ZeroDivisionError"))
    }

    @Test func oldValuesGoButTheirTextStays() {
        let talk = Talk()
        for number in 1...100 { _ = talk.reply("\(number) * 1000") }
        #expect(talk.reply("Out[1]").contains("no value is kept for input 1"))
        #expect(talk.reply("_1").contains("_1"))
        #expect(talk.reply("%out 1") == "1000\n")
        #expect(talk.reply("Out[100]") == "100000\n")
    }

    @Test func bigValuesAreNotKept() {
        let talk = Talk()
        _ = talk.reply("'x' * 50_000_000")
        _ = talk.reply("'y' * 50_000_000")
        #expect(talk.reply("len(Out[2])") == "50000000\n")
        #expect(talk.reply("len(Out[1])").contains("no value is kept"))
    }

    @Test func longTextsAreCut() throws {
        let talk = Talk()
        let text = talk.reply("'x' * 100_000")
        #expect(text.count < 21_000)
        #expect(text.contains("more characters"))
    }

    @Test func outcomesRenderInEveryForm() throws {
        let talk = Talk()
        let value = talk.session.reply(to: "'<b>'")
        #expect(value.valueText == "'<b>'")
        #expect(value.html == "<pre>'&lt;b&gt;'</pre>")
        #expect(value.bundle.map(\.type) == ["text/plain", "text/html"])
        let failure = talk.session.reply(to: "1 / 0")
        #expect(failure.errorText(color: true).contains("\u{1B}[1;31merror[ZeroDivisionError]"))
        #expect(failure.errorText(color: true).contains("In [2]:1:1"))
        #expect(failure.html.hasPrefix("<pre class=\"carpedm-error\">"))
        #expect(failure.exitCode == 1 && failure.status == "error")
        #expect(talk.session.reply(to: "x = = 1").exitCode == 2)
        #expect(talk.session.reply(to: "exit 3").exitCode == 3)
    }

    @Test func richFormsOfHostObjectsAreKept() throws {
        final class Dot: HostDisplay {
            var scriptTypeName: String { "Dot" }
            var scriptSummary: String { "<dot>" }
            func displayText(_ interpreter: Interpreter) throws -> String { "a dot" }
            func richForms(_ interpreter: Interpreter) throws -> [(type: String, data: [UInt8])] { [("image/png", [1, 2, 3])] }
        }
        let talk = Talk()
        talk.session.interpreter.registerBuiltin("dot", talk.session.interpreter.value(of: Dot()))
        let outcome = talk.session.reply(to: "dot")
        #expect(outcome.valueText == "a dot")
        #expect(outcome.bundle.first { $0.type == "image/png" }?.data == [1, 2, 3])
        #expect(outcome.html.contains("data:image/png;base64,AQID"))
    }

    @Test(arguments: [
        ("", Completeness.complete), ("1 + 1", .complete), ("%time", .complete), ("!ls (", .complete), ("f?", .complete),
        ("?", .complete),
        ("f(", .incomplete(indent: "    ")), ("if x:", .incomplete(indent: "    ")), ("if x:\n    1\n", .complete),
        ("x = = 1", .invalid),
        ("%%timeit", .incomplete(indent: "")), ("%%timeit\nx = 1\n", .complete),
    ])
    func completeness(text: String, expected: Completeness) {
        #expect(Talk().session.completeness(of: text) == expected)
    }

    @Test func interruptEndsCodeAndKeepsTheSession() {
        let talk = Talk()
        _ = talk.reply("n = 0")
        talk.session.interpreter.output = { _ in talk.session.interrupt.cancel() }
        let outcome = talk.session.reply(to: "print()\nwhile True: n += 1")
        #expect(outcome.exitCode == 130 && outcome.status == "interrupted")
        #expect(talk.session.reply(to: "n >= 0").valueText == "True")
    }
}
