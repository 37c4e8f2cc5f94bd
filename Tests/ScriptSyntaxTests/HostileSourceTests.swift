import ScriptSyntax
import Testing

/// No source may crash or hang what reads it.
@Suite struct HostileSourceTests {
    private func exercise(_ bytes: [UInt8]) {
        let source = SourceText(name: "hostile", utf8: bytes)
        let parsed = Parser.parse(source)
        for diagnostic in parsed.diagnostics {
            #expect(!DiagnosticRenderer.text(diagnostic, in: source).isEmpty)
            #expect(DiagnosticRenderer.json(diagnostic, in: source) != "{}")
        }
        _ = FixApplication.apply(parsed.diagnostics, to: source)
        if !parsed.hasErrors { _ = PythonDump.text(of: parsed.module) }
        let scopes = ScopeAnalysis.analyze(parsed.module, known: builtinNames)
        _ = Warnings.find(in: parsed, scopes)
        _ = parsed.cells
        _ = Completeness.check(source)
    }

    @Test(arguments: [
        "(", "[", "{", "f(", "-", "not ", "lambda: ", "a.b(", "{1: ", "x[", "~", "1 if 1 else ", "2 ** ", "(yield ", "*",
        "f'{", "if x:\n", "(lambda x=", "'''", "\"", "\\", "\\\n", "@", ":", "elif x:\n", "x = ", "x, ", "a + ", "a.b.",
        "for x in ", "with (", "def f(", "try:\n", "# %%\n", "　", "（", "“", "\r", "\u{C}", "0_", "b'", "x := ",
    ])
    func survivesRepetition(piece: String) {
        for count in [1, 2, 150, 2_000] { exercise(Array(String(repeating: piece, count: count).utf8)) }
        exercise(Array((String(repeating: piece, count: 300) + "x").utf8))
    }

    @Test func limitsNestingAndChains() {
        func errors(_ text: String) -> [String] {
            Parser.parse(SourceText(name: "x", text: text)).diagnostics.map(\.code)
        }
        #expect(errors(String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200) + "\n") == [])
        #expect(errors(String(repeating: "(", count: 201) + "1" + String(repeating: ")", count: 201) + "\n") == ["E0013"])
        #expect(errors(String(repeating: "[", count: 100_000)).contains("E0013"))
        #expect(errors("x = 1" + String(repeating: " + 1", count: 900) + "\n") == [])
        #expect(errors("x = 1" + String(repeating: " + 1", count: 100_000) + "\n") == ["E0013"])
        #expect(errors("x = a" + String(repeating: ".b", count: 100_000) + "\n") == ["E0013"])
        #expect(errors("x = a" + String(repeating: "()", count: 100_000) + "\n") == ["E0013"])
        #expect(errors("if a:\n  b\n" + String(repeating: "elif a:\n  b\n", count: 900)) == [])
        #expect(errors("if a:\n  b\n" + String(repeating: "elif a:\n  b\n", count: 200_000)) == ["E0013"])
        let blocks = (0..<99).map { String(repeating: " ", count: $0) + "if a:\n" }.joined()
        #expect(errors(blocks + String(repeating: " ", count: 99) + "b\n") == [])
        let deeper = (0..<120).map { String(repeating: " ", count: $0) + "if a:\n" }.joined()
        #expect(errors(deeper + String(repeating: " ", count: 120) + "b\n").contains("E0013"))
        // Long, not deep: fine.
        #expect(errors("x = [" + String(repeating: "1, ", count: 100_000) + "]\n") == [])
        #expect(errors("x = 1 and 2" + String(repeating: " and 2", count: 20_000) + "\n") == [])
    }

    @Test func aTreeAtTheLimitIsWalkedAndReleased() {
        let chain = "x = 1" + String(repeating: " + 1", count: 900) + "\n"
        let nested = "x = " + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "\n"
        exercise(Array((chain + nested).utf8))
    }

    /// Mutations of real programs, from a fixed seed.
    @Test func survivesMutations() throws {
        let programs = try CPythonRecord.load().accepted.map { Array($0.source.utf8) }
        var random = MutationRandom(state: 20_240_601)
        let pieces = [
            "(", ")", "[", "'", "'''", "\n", "\n    ", "\t", "\\", ":", "=", ":=", "f'{", "}", "if ", "def ", "lambda ",
            "（", "\u{0}", "é", "0x", "#", "async ", "@", "*", "**", ",", "else:\n", "class A:\n", ";", "\r\n", "!", "$",
        ]
        for round in 0..<1_500 {
            var bytes = programs[random.below(programs.count)]
            for _ in 0...random.below(4) {
                let position = random.below(bytes.count + 1)
                switch random.below(5) {
                case 0: bytes.insert(contentsOf: Array(pieces[random.below(pieces.count)].utf8), at: position)
                case 1: bytes.removeSubrange(position..<min(bytes.count, position + random.below(8)))
                case 2 where position < bytes.count: bytes[position] = UInt8(truncatingIfNeeded: random.below(256))
                case 3:
                    let other = programs[random.below(programs.count)]
                    let from = random.below(other.count)
                    bytes.insert(contentsOf: other[from..<min(other.count, from + random.below(20))], at: position)
                default: bytes.removeSubrange(position...)
                }
            }
            if round % 3 == 0 { exercise(bytes) } else { _ = Parser.parse(SourceText(name: "m", utf8: bytes)) }
        }
    }
}

/// A small linear congruential generator (Knuth's MMIX constants): the same numbers everywhere.
private struct MutationRandom {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(1, bound)
    }
}
