import Foundation
import ScriptLibrary
import ScriptRuntime
import ScriptSyntax
import Synchronization
import Testing

/// Sessions side by side in threads: what they share (names, short strings, the empty string, tables of the library) is counted by
/// nobody, so that the counts of the machine, which are not atomic, meet no other thread.
@Suite struct ParallelTests {
    @Test func manySessionsAtOncePrintWhatOneAlonePrints() throws {
        let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Programs")
        let names = ["strings", "numbers", "containers", "language", "corners", "changed_meanwhile", "operators"]
        let programs = try names.map { name in
            try (
                SourceText(name: "\(name).cdm", text: String(contentsOf: folder.appendingPathComponent("\(name).cdm"), encoding: .utf8)),
                String(contentsOf: folder.appendingPathComponent("\(name).out"), encoding: .utf8)
            )
        }
        let wrong = inThreads(8) { thread in
            programs.indices.prefix(3).compactMap { index in
                // Every thread begins elsewhere, so that different programs meet.
                let (source, expected) = programs[(index + thread) % programs.count]
                return Self.output(of: source) == expected ? nil : "\(source.name) in thread \(thread)"
            }
        }
        #expect(wrong == [])
    }

    /// Nothing but shared objects, over and over: a count that two threads write would go wrong within this.
    @Test func sharedObjectsSurviveManyThreads() {
        let script = """
            class Shared:
                name = "x"
                def __init__(self, value=""):
                    self.value = value
                def get(self):
                    return self.value or self.name

            count = 0
            for turn in range(400):
                letters = [c for c in "abcdefghijklmnopqrstuvwxyz"] + [""] * 20 + list("name value get") + [chr(i) for i in range(256)]
                table = {c: Shared(c) for c in letters}
                count += len({table[c].get() for c in letters}) + sum(getattr(s, "get")() == c for c, s in table.items())
                try:
                    raise KeyError("name")
                except KeyError as problem:
                    count += len(problem.args[0])
                count += len("".join(letters).split("a")) + len(str(turn)) + len(repr(Shared)) + len("{0}{1}".format("", "x"))
            print(count)
            """
        let source = SourceText(name: "shared.cdm", text: script)
        let alone = Self.output(of: source)
        #expect(alone.count > 3)
        let wrong = inThreads(8) { thread in Self.output(of: source) == alone ? [] : ["thread \(thread)"] }
        #expect(wrong == [])
    }

    private static func output(of source: SourceText) -> String {
        let interpreter = Interpreter()
        ScriptLibrary.install(in: interpreter, options: LibraryOptions(arguments: [source.name], capabilities: .all))
        var output = ""
        interpreter.output = { output += $0 }
        do {
            try interpreter.execute(source)
        } catch {
            output += interpreter.report(error)
        }
        return output
    }

    /// Runs `body` in that many threads at once, with stacks as large as the main thread's; gives all that they say.
    private func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> [String]) -> [String] {
        let said = Said()
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            let thread = Thread {
                said.add(body(number))
                group.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        group.wait()
        return said.all
    }

    private final class Said: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ more: [String]) { lines.withLock { $0 += more } }
        var all: [String] { lines.withLock { $0 }.sorted() }
    }
}
