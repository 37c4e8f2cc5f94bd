import Foundation
import ScriptSyntax
import Testing

/// Docs/Reference/Language.md holds the grammar of what is accepted: here it is held against the parser.
@Suite("The grammar of the reference") struct GrammarTests {
    private static let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL
    private let grammar: GrammarPage

    init() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("Docs/Reference/Language.md"), encoding: .utf8)
        let parts = page.components(separatedBy: "```ebnf\n")
        try #require(parts.count == 2)
        grammar = try GrammarPage(parts[1].components(separatedBy: "```")[0])
    }

    @Test("every name is defined once and used")
    func names() {
        #expect(grammar.loose == [])
        #expect(Set(grammar.names).count == grammar.names.count)
    }

    @Test("what the parser and CPython accept can be derived")
    func accepted() throws {
        let programs = try CPythonRecord.load().accepted.map(\.source)
        #expect(programs.count > 20)
        for program in programs {
            let source = SourceText(name: "x", text: program)
            #expect(grammar.accepts(GrammarPage.tokens(of: source)), "\(program)")
        }
    }

    @Test("every program of the project can be derived")
    func programs() throws {
        var count = 0
        for folder in ["Scripts", "Tests/ScriptRuntimeTests/Scripts", "Tests/ScriptLibraryTests/Programs", "Tests/BindingsTests/Fixtures"] {
            let files = FileManager.default.enumerator(atPath: Self.root.appendingPathComponent(folder).path)?.compactMap { $0 as? String }
            for file in (files ?? []).sorted() where file.hasSuffix(".cdm") {
                let source = SourceText(name: file, utf8: [UInt8](try Data(contentsOf: Self.root.appendingPathComponent(folder + "/" + file))))
                guard !Parser.parse(source).hasErrors else { continue }
                count += 1
                #expect(grammar.accepts(GrammarPage.tokens(of: source)), "\(folder)/\(file)")
            }
        }
        #expect(count > 30)
    }

    /// Rules that stand beside the grammar: the page names them.
    private static let beside: Set<DiagnosticCode> = [
        .cannotAssign, .cannotDelete, .cannotAugment, .cannotAnnotate, .multipleStars, .loneStarTarget, .walrusTarget, .assignToDebug,
        .positionalAfterKeyword, .starAfterDoubleStar, .repeatedKeyword, .keywordIsNotName, .bareGenerator,
        .requiredAfterDefault, .misplacedMarker, .duplicateParameter, .bareExceptNotLast, .misplacedStar, .mixedBytes, .invalidEscape,
    ]

    private func isBeside(_ diagnostic: Diagnostic) -> Bool {
        guard let code = DiagnosticCode(rawValue: diagnostic.code) else { return false }
        return Self.beside.contains(code) || ["E02", "E03", "E05"].contains { code.rawValue.hasPrefix($0) } || code.severity == .warning
    }

    @Test("what is refused cannot be derived, or breaks a rule beside the grammar")
    func refused() throws {
        for program in try CPythonRecord.load().refused {
            let source = SourceText(name: "x", text: program)
            let parsed = Parser.parse(source)
            // What is wrong with characters and tokens is not for a grammar; nor is what stands in an f-string's braces, which is one token.
            let isOfTokens = parsed.diagnostics.contains { $0.code.hasPrefix("E00") } || program.contains("f'{")
            guard parsed.hasErrors, !parsed.diagnostics.contains(where: isBeside), !isOfTokens else { continue }
            #expect(!grammar.accepts(GrammarPage.tokens(of: source)), "\(program): \(parsed.diagnostics.map(\.message))")
        }
    }

    @Test("a random program of the grammar is accepted, or breaks a rule beside the grammar")
    func sentences() {
        var random = Steps(state: 2018)
        var accepted = 0
        for _ in 0..<100 {
            let program = grammar.sentence(&random)
            let source = SourceText(name: "x", text: program)
            #expect(grammar.accepts(GrammarPage.tokens(of: source)), "\(program)")
            let parsed = Parser.parse(source)
            if !parsed.hasErrors { accepted += 1 }
            let unexplained = parsed.diagnostics.filter { !isBeside($0) }
            #expect(unexplained.isEmpty, "\(program): \(unexplained.map { "\($0.code) \($0.message)" })")
        }
        #expect(accepted > 50)
    }

    /// The same numbers each time.
    private struct Steps: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            // Source: Steele and Vigna's splitmix64.
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
