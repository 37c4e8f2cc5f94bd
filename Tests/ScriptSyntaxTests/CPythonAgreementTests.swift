import Foundation
import ScriptSyntax
import Testing

/// Trees, scopes and completeness against what CPython 3.11 said of the same programs.
@Suite struct CPythonAgreementTests {
    @Test func treesAreThoseOfAst() throws {
        for program in try CPythonRecord.load().accepted {
            let parsed = Parser.parse(SourceText(name: "x", text: program.source))
            #expect(parsed.diagnostics.map(\.message) == [], "\(program.source)")
            #expect(scalars(PythonDump.text(of: parsed.module)) == scalars(program.tree), "\(program.source)")
        }
    }

    @Test func scopesAreThoseOfSymtable() throws {
        for program in try CPythonRecord.load().accepted {
            let parsed = Parser.parse(SourceText(name: "x", text: program.source))
            let table = ScopeAnalysis.analyze(parsed.module, known: []).table
            #expect(describe(table) == program.scopes.map(withoutModuleGlobals).sorted(), "\(program.source)")
        }
    }

    @Test func whatPythonRefusesIsRefused() throws {
        for source in try CPythonRecord.load().refused {
            let parsed = Parser.parse(SourceText(name: "x", text: source))
            let known: Set<String> = ["a", "b", "c", "x", "y", "z", "f", "A", "B", "print", "range", "int", "d"]
            let scoped = ScopeAnalysis.analyze(parsed.module, known: known).diagnostics
            #expect(parsed.hasErrors || !scoped.isEmpty, "\(source)")
        }
    }

    @Test func completenessIsThatOfCodeop() throws {
        for input in try CPythonRecord.load().prefixes {
            let parsed = Parser.parse(SourceText(name: "x", text: input.text))
            // What the language leaves out of Python is invalid at once.
            if parsed.diagnostics.contains(where: { $0.code.hasPrefix("E05") }) { continue }
            let name =
                switch Completeness.check(input.text) {
                case .complete: "complete"
                case .incomplete: "incomplete"
                case .invalid: "invalid"
                }
            #expect(name == input.verdict, "\(input.text.debugDescription)")
        }
    }

    @Test func docstringsAreCleanedAsByInspect() throws {
        for docstring in try CPythonRecord.load().docstrings {
            #expect(scalars(Docstring.clean(docstring.text)) == scalars(docstring.clean))
        }
    }

    /// With python3 (3.11) at hand: files of its own library that lie in the subset; none of it is kept.
    @Test func treesOfPythonsOwnLibraryAgree() throws {
        let script = """
            import ast, glob, json, os, sys, sysconfig, warnings
            warnings.simplefilter("ignore")
            if sys.version_info[:2] != (3, 11): sys.exit()
            for path in sorted(glob.glob(os.path.join(sysconfig.get_path("stdlib"), "*.py")))[::6]:
                source = open(path, "rb").read()
                try: print(json.dumps([path, ast.dump(ast.parse(source))]))
                except (SyntaxError, ValueError): pass
            """
        guard let output = python(script) else { return }
        var compared = 0
        for line in output.split(separator: "\n") {
            let record = try JSONDecoder().decode([String].self, from: Data(line.utf8))
            let bytes = [UInt8](FileManager.default.contents(atPath: record[0]) ?? Data())
            let parsed = Parser.parse(SourceText(name: record[0], utf8: bytes))
            let refusals = parsed.diagnostics.filter { !$0.code.hasPrefix("E05") && $0.code != "E0006" }
            #expect(refusals.map(\.message) == [], "\(record[0])")
            if parsed.hasErrors { continue }
            let isEqual = scalars(PythonDump.text(of: parsed.module)) == scalars(record[1])
            #expect(isEqual, "\(record[0])")
            compared += 1
        }
        if !output.isEmpty { #expect(compared > 5) }
    }

    // MARK: - Implementation

    private func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

    private func python(_ script: String) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = Pipe()
        guard (try? process.run()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    private func describe(_ table: ScopeTable) -> [String] {
        table.scopes.map { scope in
            let names = scope.symbols.map { "\($0.name)=\(scope.kind == .module ? local($0.binding) : "\($0.binding)")" }
                .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
            let kind = scope.kind == .module ? "module" : scope.kind == .classBody ? "class" : "function"
            let name = scope.kind == .module ? "top" : scope.name.filter { $0 != "<" && $0 != ">" }
            return withoutModuleGlobals("\(kind) \(name): \(names.joined(separator: " "))")
        }.sorted()
    }

    private func local(_ binding: Scope.Binding) -> String { "\(binding)" }

    /// In the module's own scope a name is the same thing whether declared global or not, and CPython lists there
    /// also those that only functions declare.
    private func withoutModuleGlobals(_ line: String) -> String {
        guard line.hasPrefix("module ") else { return line }
        return line.split(separator: " ", omittingEmptySubsequences: false)
            .filter { !$0.hasSuffix("=globalExplicit") && !["global_=local", "y=local"].contains($0) }.joined(separator: " ")
    }
}
