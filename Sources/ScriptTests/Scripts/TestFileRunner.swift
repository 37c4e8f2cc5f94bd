import Foundation
import ScriptRuntime
import ScriptSession
import ScriptSyntax

/// Runs the tests of one file: what the process of that file does.
public struct TestFileRunner {
    /// What a run of tests is told by its command line.
    public struct Options: Codable, Sendable {
        public var seed = 0
        /// Seconds for one test.
        public var timeout = 60.0
        /// Bytes of script data that one file may hold.
        public var memory = 1 << 30
        /// The expression of `-k`.
        public var filter: String?
        /// `file.cdm::name`: this test only.
        public var only: String?
        public var includesDocstrings = true

        public init() {}
    }

    private let file: String
    private let options: Options
    private let makeSession: SessionMaker
    private let tell: (WorkerMessage) -> Void

    public init(file: String, options: Options, makeSession: SessionMaker, tell: @escaping (WorkerMessage) -> Void) {
        self.file = file
        self.options = options
        self.makeSession = makeSession
        self.tell = tell
    }

    /// - Parameter done: how many cases an earlier process of this file told of.
    public func run(skipping done: Int = 0) {
        do {
            try runCases(skipping: done)
        } catch {
            var result = fileCase
            result.verdict = .broken
            result.summary = error.localizedDescription
            if let hint = (error as? any LocalizedError)?.recoverySuggestion { result.detail = "\(result.summary)\nhint: \(hint)\n" }
            tell(.ended(result))
        }
        tell(.done)
    }

    // MARK: - Implementation

    private func runCases(skipping done: Int) throws {
        let filter = try options.filter.map { try NameFilter($0) }
        let source = try ScriptFile.source(at: file)
        let parsed = Parser.parse(source)
        let docstrings = options.includesDocstrings ? DocstringExamples.all(in: parsed) : []
        // A script without tests is not run: loading it would do its work.
        guard parsed.hasErrors || !docstrings.isEmpty || TestCollector.mayHoldTests(parsed.module.body) else { return }
        var setup = SessionMaker.Setup()
        setup.limits.seconds = options.timeout
        setup.limits.heapBytes = options.memory
        setup.seed = options.seed
        var notices: (String) -> Void = { _ in }
        setup.notice = { notices($0) }
        let session = try makeSession(setup)
        notices = { [unowned session] in session.notice($0) }

        tell(.begins(fileCase, limit: options.timeout))
        let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        let module: ModuleObject
        let items: [TestItem]
        do throws(ProgramError) {
            module = try session.interpreter.loadModule(source, as: name)
            items = try tests(of: module, parsed, session.interpreter)
        } catch {
            // The file itself is a case, the only one, when it cannot be loaded.
            var result = fileCase
            result.verdict = .broken
            if case .raised(let raised) = error, raised.stop != nil { result.verdict = .stopped }
            result.detail = session.interpreter.report(error)
            result.summary = "the file cannot be run: " + (result.detail.split(separator: "\n").first.map(String.init) ?? "")
            return tell(.ended(result))
        }

        var cases: [(result: CaseResult, run: (inout CaseResult) -> Void)] = []
        for docstring in docstrings {
            let result = CaseResult(file: file, name: "docstring \(docstring.name)", line: docstring.line)
            cases.append((result, { runExamples(docstring, module, session, &$0) }))
        }
        for item in items {
            let result = CaseResult(file: file, name: item.name, line: item.line, column: item.column)
            cases.append((result, { runTest(item, module, session, &$0) }))
        }
        if let only = options.only {
            guard cases.contains(where: { isNamed($0.result.name, only) }) else {
                throw ScriptTestError.noSuchTest(file: file, name: only, known: cases.map(\.result.name))
            }
            cases.removeAll { !isNamed($0.result.name, only) }
        }
        if let filter { cases.removeAll { !filter.matches("\(file)::\($0.result.name)") } }
        for (result, run) in cases.dropFirst(done) {
            var result = result
            result.again = "carpedm test '\(file)::\(result.name)'"
            tell(.begins(result, limit: options.timeout))
            let start = Date()
            _ = session.takeOutput()
            _ = session.takeNotices()
            run(&result)
            result.seconds = Date().timeIntervalSince(start)
            result.output = String((session.takeOutput() + session.takeNotices()).suffix(20_000))
            tell(.ended(result))
        }
    }

    /// The test itself, all sets of its parameters, or all tests of a class.
    private func isNamed(_ name: String, _ wanted: String) -> Bool {
        name == wanted || name.hasPrefix(wanted + "[") || name.hasPrefix(wanted + "::")
    }

    private var fileCase: CaseResult { CaseResult(file: file, name: "the file itself", line: 1) }

    private func tests(
        of module: ModuleObject, _ parsed: ParsedSource, _ interpreter: Interpreter
    ) throws(ProgramError) -> [TestItem] {
        do throws(Raised) {
            return try TestCollector(interpreter: interpreter, source: parsed.source).items(of: module, parsed.module)
        } catch { throw .raised(error) }
    }

    /// Makes a test independent of those before it: the default random stream starts anew.
    private func reseed(_ interpreter: Interpreter) {
        guard let random = try? interpreter.importModule("random"), let seed = random[Symbol("seed")] else { return }
        _ = try? interpreter.call(seed, [.int(options.seed)])
    }

    private func runTest(_ item: TestItem, _ module: ModuleObject, _ session: TestSession, _ result: inout CaseResult) {
        let interpreter = session.interpreter
        reseed(interpreter)
        let fixtures = Fixtures(interpreter, module)
        do throws(Raised) {
            var arguments: [Value] = []
            if let owner = item.owner {
                let instance = try interpreter.run(owner)
                arguments.append(instance)
                if let method = try interpreter.find(instance, Symbol("setup_method")) { try interpreter.run(method) }
            }
            arguments += try fixtures.arguments(of: item)
            try interpreter.run(item.function, arguments)
        } catch {
            judge(error, interpreter, &result)
        }
        do throws(Raised) {
            try fixtures.tearDown()
        } catch {
            if result.verdict == .passed { judge(error, interpreter, &result) }
        }
    }

    private func judge(_ raised: Raised, _ interpreter: Interpreter, _ result: inout CaseResult) {
        let report = interpreter.report(raised)
        if report.kind == "Skipped" || report.kind.hasSuffix(".Skipped") {
            result.verdict = .skipped
            result.summary = report.message
            return
        }
        result.verdict = report.stop == nil ? .failed : .stopped
        result.summary = report.summary
        result.detail = report.text
    }

    private func runExamples(
        _ docstring: DocstringExamples, _ module: ModuleObject, _ session: TestSession, _ result: inout CaseResult
    ) {
        let interpreter = session.interpreter
        reseed(interpreter)
        let scratch = interpreter.copy(of: module)
        for example in docstring.examples where !example.isSkipped {
            // Blank lines before it give every line the number that it has in the file.
            let code = SourceText(name: file, text: String(repeating: "\n", count: example.line - 1) + example.code)
            var text: String
            var expected = example.expected
            interpreter.resetBudgets()
            do throws(ProgramError) {
                try interpreter.execute(code, in: scratch, mode: .interactive)
                text = session.takeOutput()
            } catch {
                text = session.takeOutput()
                guard case .raised(let raised) = error, raised.stop == nil, expected.first?.hasPrefix("Traceback") == true else {
                    result.verdict = .failed
                    if case .raised(let raised) = error, raised.stop != nil { result.verdict = .stopped }
                    result.line = example.line
                    result.detail = interpreter.report(error)
                    result.summary = result.detail.split(separator: "\n").first.map(String.init) ?? "the example failed"
                    return
                }
                // Of a traceback only the last line counts, as in Python.
                expected = expected.last.map { [$0] } ?? []
                text += interpreter.report(raised).summary + "\n"
            }
            let comparison = Comparison(expected: expected, actual: outputLines(text))
            guard !comparison.isEqual else { continue }
            result.verdict = .failed
            result.line = example.line
            result.summary = "the example gives something else"
            result.detail = ">>> " + example.code.split(separator: "\n").joined(separator: "\n... ") + "\n" + comparison.difference
            return
        }
    }
}
