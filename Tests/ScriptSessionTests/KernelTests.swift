import Foundation
import ScriptRuntime
import ScriptSession
import ScriptSyntax
import Testing

/// A notebook kernel's answers, made of nothing but what the session gives: the messages are those of Jupyter's protocol.
@Suite struct KernelTests {
    /// What a kernel is beside its sockets.
    private final class Kernel {
        let session = ScriptSession()
        var published: [[String: Any]] = []

        init() {
            session.interpreter.output = { [unowned self] in published.append(["name": "stdout", "text": $0]) }
            session.interpreter.errorOutput = { [unowned self] in published.append(["name": "stderr", "text": $0]) }
        }

        func execute(_ code: String) -> [String: Any] {
            published = []
            let outcome = session.reply(to: code)
            let count = session.transcript.nextNumber - 1
            if !outcome.bundle.isEmpty {
                var data: [String: String] = [:]
                for form in outcome.bundle {
                    data[form.type] =
                        form.type.hasPrefix("text/")
                        ? String(decoding: form.data, as: UTF8.self) : Data(form.data).base64EncodedString()
                }
                published.append(["execution_count": count, "data": data])
            }
            if let failure = outcome.failure {
                return [
                    "status": "error", "execution_count": count, "ename": failure.kind, "evalue": failure.message,
                    "traceback": outcome.errorText(color: true).split(separator: "\n").map(String.init),
                ]
            }
            return ["status": "ok", "execution_count": count]
        }

        /// Jupyter counts code points, the session bytes.
        func complete(_ code: String, _ cursor: Int) -> (matches: [String], start: Int, end: Int) {
            let before = String(String.UnicodeScalarView(code.unicodeScalars.prefix(cursor)))
            let list = session.completions(in: code, at: before.utf8.count)
            func points(_ offset: Int) -> Int { String(decoding: code.utf8.prefix(offset), as: UTF8.self).unicodeScalars.count }
            return (list.candidates.map(\.text), points(list.range.lowerBound), points(list.range.upperBound))
        }

        func isComplete(_ code: String) -> [String: String] {
            switch session.completeness(of: code) {
            case .complete: ["status": "complete"]
            case .incomplete(indent: let indent): ["status": "incomplete", "indent": indent]
            case .invalid: ["status": "invalid"]
            }
        }
    }

    @Test func cellsAreExecuted() throws {
        let kernel = Kernel()
        #expect(kernel.execute("print('仮名')\n6 * 7")["status"] as? String == "ok")
        #expect(kernel.published.first?["text"] as? String == "仮名\n")
        let result = try #require(kernel.published.last)
        #expect(result["execution_count"] as? Int == 1)
        #expect(result["data"] as? [String: String] == ["text/plain": "42", "text/html": "<pre>42</pre>"])
        _ = kernel.execute("6 * 7;")
        #expect(kernel.published.isEmpty)
        let failure = kernel.execute("def f():\n    return [][3]\nf()")
        #expect(failure["ename"] as? String == "IndexError" && failure["evalue"] as? String == "list index out of range")
        #expect((failure["traceback"] as? [String])?.contains { $0.contains("In [3]:2:12") } == true)
        #expect(kernel.execute("_ + 1")["status"] as? String == "ok")
        #expect((kernel.published.last?["data"] as? [String: String])?["text/plain"] == "43")
        #expect(kernel.execute("x = = 1")["ename"] as? String == "SyntaxError")
        #expect(kernel.execute("%nosuch")["ename"] as? String == "Misuse")
        #expect(kernel.execute("exit 3")["evalue"] as? String == "3")
    }

    @Test func editorsAreAnswered() {
        let kernel = Kernel()
        _ = kernel.execute("文字列 = '\u{1B002}'\nclass Box:\n    \"\"\"A box.\"\"\"\n    def open(self): pass\nbox = Box()")
        let answer = kernel.complete("'\u{1B002}', 文字", 7)
        #expect(answer.matches == ["文字列"] && answer.start == 5 && answer.end == 7)
        #expect(kernel.complete("box.op", 6).matches == ["open"])
        #expect(kernel.session.inspection(in: "Box(", at: 4)?.contains("A box.") == true)
        #expect(kernel.isComplete("if x:") == ["status": "incomplete", "indent": "    "])
        #expect(kernel.isComplete("1 +") == ["status": "invalid"])
        #expect(kernel.isComplete("1 + 1") == ["status": "complete"])
    }

    @Test func cellsAreInterruptedFromAnotherThread() {
        let kernel = Kernel()
        let interrupt = kernel.session.interrupt
        // The first piece of output says that the loop runs.
        let began = DispatchSemaphore(value: 0)
        kernel.session.interpreter.output = { _ in began.signal() }
        Thread.detachNewThread {
            began.wait()
            interrupt.cancel()
        }
        #expect(kernel.execute("kept = 1\nprint('begun')\nwhile True: pass")["ename"] as? String == "KeyboardInterrupt")
        interrupt.clear()
        #expect(kernel.execute("kept")["status"] as? String == "ok")
    }
}
