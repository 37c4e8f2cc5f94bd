import Foundation
import ScriptRuntime
import ScriptSession
import ScriptSyntax

/// Runs the blocks of one page: what the process of that page does.
///
/// A page is a session in order, as its reader would type it; the working folder is an empty one that is removed afterwards.
public struct PageRunner {
    /// What a run of pages is told by its command line.
    public struct Options: Codable, Sendable {
        /// Only what the block at this line needs, and that block.
        public var line: Int?
        public var includesSlow = false
        /// Seconds for a block that does not say otherwise.
        public var timeout = 10.0
        public var memory = 1 << 31
        /// Tell corrections for what differs.
        public var blesses = false
        public var seed = 0

        public init() {}
    }

    private let path: String
    private let page: Page
    private let options: Options
    private let makeSession: SessionMaker
    private let tell: (WorkerMessage) -> Void

    /// - Throws: what Foundation says of a page that cannot be read.
    public init(path: String, options: Options, makeSession: SessionMaker, tell: @escaping (WorkerMessage) -> Void) throws {
        self.path = path
        self.options = options
        self.makeSession = makeSession
        self.tell = tell
        page = Page(name: path, bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    public func run() {
        let home = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent()
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-page-\(UUID().uuidString)")
        guard (try? FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)) != nil,
            FileManager.default.changeCurrentDirectoryPath(place.path)
        else {
            tell(
                .ended(
                    CaseResult(
                        file: path, name: "the page", line: 1, verdict: .broken,
                        summary: "no working folder can be made in \(FileManager.default.temporaryDirectory.path)")))
            return tell(.done)
        }
        defer {
            _ = FileManager.default.changeCurrentDirectoryPath("/")
            try? FileManager.default.removeItem(at: place)
        }
        var run = PageRun(page: page, home: home, options: options, makeSession: makeSession, tell: tell)
        run.all()
        tell(.done)
    }
}

/// The sessions of a page while it runs.
private struct PageRun {
    let page: Page
    /// The page's folder: what it names is looked for there.
    let home: URL
    let options: PageRunner.Options
    let makeSession: SessionMaker
    let tell: (WorkerMessage) -> Void
    var sessions: [String: TestSession] = [:]
    /// A setup that failed: nothing of the page is worth running.
    var broken: String?

    mutating func all() {
        if let mistake = page.mistake {
            report(mistake, line: 1, column: 1)
            return
        }
        let last = options.line.map { line in page.blocks.lastIndex { $0.line <= line } ?? 0 }
        for (index, block) in page.blocks.enumerated() {
            // A block needs those before it in its session, and nothing behind it.
            if let last {
                guard index <= last else { break }
                if index != last, block.options?.session != page.blocks[last].options?.session { continue }
            }
            run(block)
        }
        if let teardown = page.teardown, last == nil {
            var result = CaseResult(file: page.name, name: "teardown", line: 1)
            tell(.begins(result, limit: options.timeout))
            if let session = sessions[""], let failure = runFile(teardown, in: session) { fail(&result, failure) }
            tell(.ended(result))
        }
    }

    private func report(_ mistake: PageError, line: Int, column: Int) {
        var result = CaseResult(
            file: page.name, name: "the page", line: line, column: column, verdict: .broken, summary: mistake.message)
        result.detail = mistake.message + "\n" + (mistake.hint.map { "hint: \($0)\n" } ?? "")
        tell(.ended(result))
    }

    private mutating func run(_ block: Page.Block) {
        if let mistake = block.mistake { return report(mistake, line: block.line, column: block.fence.indent + 1) }
        guard let flags = block.options else { return }
        var result = CaseResult(file: page.name, name: "block", line: block.line, column: block.fence.indent + 1)
        result.again = "carpedm doctest \(page.name):\(block.line)" + (flags.isSlow ? " --slow" : "")
        let limit = flags.timeout ?? options.timeout
        tell(.begins(result, limit: limit))
        if let reason = flags.skip ?? (flags.isSlow && !options.includesSlow ? "slow; run with --slow" : nil) {
            result.verdict = .skipped
            result.summary = reason
            return tell(.ended(result))
        }
        let start = Date()
        do {
            let session = try session(for: flags, limit: limit)
            if let include = flags.include { try compare(block, with: include) }
            for input in block.inputs where result.verdict == .passed { run(input, of: block, flags, session, &result) }
        } catch let mistake as PageError {
            result.verdict = .broken
            result.summary = mistake.message
            result.detail = mistake.message + "\n" + (mistake.hint.map { "\($0)\n" } ?? "")
        } catch {
            result.verdict = .broken
            result.summary = error.localizedDescription
        }
        result.seconds = Date().timeIntervalSince(start)
        tell(.ended(result))
    }

    // MARK: - Sessions

    private mutating func session(for flags: BlockOptions, limit: Double) throws -> TestSession {
        if let broken { throw PageError(message: "the page's setup failed", hint: broken) }
        if flags.isFresh { sessions[flags.session] = nil }
        let session: TestSession
        if let known = sessions[flags.session] {
            session = known
        } else {
            var setup = SessionMaker.Setup()
            setup.seed = options.seed
            setup.reachesNetwork = false
            setup.limits.heapBytes = options.memory
            setup.limits.seconds = limit
            var notices: (String) -> Void = { _ in }
            setup.notice = { notices($0) }
            session = try makeSession(setup)
            notices = { [unowned session] in session.notice($0) }
            sessions[flags.session] = session
            if let file = page.setup, let failure = runFile(file, in: session) {
                broken = failure
                throw PageError(message: "the page's setup failed", hint: failure)
            }
        }
        session.interpreter.limits.seconds = limit
        if let file = flags.setup, let failure = runFile(file, in: session) {
            throw PageError(message: "the block's setup failed", hint: failure)
        }
        return session
    }

    /// - Returns: what went wrong.
    private func runFile(_ name: String, in session: TestSession) -> String? {
        do {
            let source = try ScriptFile.source(at: home.appendingPathComponent(name).path)
            let outcome = session.session.evaluate(source)
            _ = session.takeOutput()
            return outcome.exitCode == 0 ? nil : outcome.errorText
        } catch {
            return "'\(name)' cannot be read: \(error.localizedDescription)"
        }
    }

    /// A block that shows a part of a file must show what is there.
    private func compare(_ block: Page.Block, with include: String) throws {
        let parts = include.split(separator: "#", maxSplits: 1).map(String.init)
        let source: SourceText
        do {
            source = try ScriptFile.source(at: home.appendingPathComponent(parts[0]).path)
        } catch {
            throw PageError(message: "include=\(include): the file cannot be read", hint: error.localizedDescription)
        }
        var body = source.text(of: SourceSpan(0..<source.utf8.count))
        if parts.count > 1 {
            let cells = Parser.parse(source).cells
            let title = parts[1] == "head" ? "" : parts[1].replacing("_", with: " ")
            guard let cell = cells.first(where: { $0.title == title }) else {
                let titles = cells.map(\.title).filter { !$0.isEmpty }
                throw PageError(message: "include=\(include): there is no such cell", hint: "Cells: \(titles.joined(separator: ", ")).")
            }
            body = source.text(of: cell.body)
        }
        var expected = outputLines(body)
        while expected.last?.trimmingBlanks.isEmpty == true { expected.removeLast() }
        var shown = outputLines(block.inputs.map(\.code).joined())
        while shown.last?.trimmingBlanks.isEmpty == true { shown.removeLast() }
        let comparison = Comparison(expected: shown, actual: expected)
        guard comparison.isEqual else {
            if options.blesses {
                let place = Page.Expectation(
                    lines: shown, range: block.fence.content, margin: String(repeating: " ", count: block.fence.indent))
                tell(.edit(page.edit(place, to: expected)))
            }
            throw PageError(message: "the block does not show what is in \(include)", hint: comparison.difference)
        }
    }

    // MARK: - One input

    private func run(
        _ input: Page.Input, of block: Page.Block, _ flags: BlockOptions, _ session: TestSession, _ result: inout CaseResult
    ) {
        let interpreter = session.interpreter
        // Blank lines before it give every line the number that it has in the page.
        let source = SourceText(
            name: URL(fileURLWithPath: page.name).lastPathComponent, text: String(repeating: "\n", count: input.line - 1) + input.code)
        if flags.isNotRun || flags.isNoProgram {
            check(source, input, flags, interpreter, &result)
            return
        }
        var failure: String?
        var kind: String?
        var isStop = false
        interpreter.resetBudgets()
        do throws(ProgramError) {
            // A script shows the value of its last line, an input of a transcript every value, as the prompt does.
            let value = try interpreter.execute(source, mode: block.isTranscript ? .interactive : .lastValue)
            if !block.isTranscript { try show(value, interpreter) }
        } catch {
            (kind, isStop) = name(of: error, interpreter)
            failure = interpreter.report(error)
            move(&result, to: place(of: error, in: source, interpreter), of: input)
        }

        let printed = session.takeOutput()
        let noticed = session.takeNotices()
        result.output = ""
        if isStop {
            fail(&result, failure ?? "", verdict: .stopped)
            result.output = printed
            return
        }
        // A transcript expects an error by showing it.
        let mayFail = flags.shouldFail || input.answer?.lines.contains { $0.hasPrefix("error[") } == true
        if let failure, !mayFail {
            fail(&result, failure)
            result.output = printed
            return
        }
        if flags.shouldFail, block.isTranscript == false {
            guard let kind else { return fail(&result, "the block should fail, but ran to its end\n") }
            if let wanted = flags.failure, wanted != kind {
                return fail(&result, "the block should raise \(wanted), but raised:\n" + (failure ?? ""))
            }
        }
        if let answer = input.answer ?? block.output {
            judge(outputLines(printed) + outputLines(failure.map { Self.likeExpected($0, answer.lines) } ?? ""), answer, input, flags, &result)
        }
        if let answer = block.errorOutput { judge(outputLines(noticed), answer, input, flags, &result) }
    }

    private func show(_ value: Value, _ interpreter: Interpreter) throws(ProgramError) {
        do { try interpreter.display(value, interpreter) } catch { throw .raised(interpreter.convert(error)) }
    }

    private func check(_ source: SourceText, _ input: Page.Input, _ flags: BlockOptions, _ interpreter: Interpreter, _ result: inout CaseResult) {
        do throws(ProgramError) {
            _ = try interpreter.disassemble(source)
            if flags.isNoProgram { fail(&result, "the block should be refused, but is a program\n") }
        } catch {
            if !flags.isNoProgram {
                move(&result, to: place(of: error, in: source, interpreter), of: input)
                fail(&result, interpreter.report(error))
            }
        }
    }

    private func judge(
        _ lines: [String], _ expectation: Page.Expectation, _ input: Page.Input, _ flags: BlockOptions, _ result: inout CaseResult
    ) {
        let comparison = Comparison(expected: expectation.lines, actual: lines, tolerance: flags.tolerance)
        guard !comparison.isEqual else { return }
        if options.blesses {
            tell(.edit(page.edit(expectation, to: comparison.corrected)))
        }
        move(&result, to: (input.line, 1), of: input)
        fail(&result, input.code.split(separator: "\n").map { "| \($0)\n" }.joined() + comparison.difference)
        result.summary = "the output differs"
    }

    private func fail(_ result: inout CaseResult, _ text: String, verdict: CaseResult.Verdict = .failed) {
        result.verdict = verdict
        result.detail = text
        result.summary = text.split(separator: "\n").first.map(String.init) ?? "failed"
    }

    // MARK: - Errors as pages show them

    /// Where in the input's code an error comes from: of an exception the statement that led to it.
    private func place(of error: ProgramError, in source: SourceText, _ interpreter: Interpreter) -> (line: Int, column: Int)? {
        let offset: Int32?
        switch error {
        case .invalid(let diagnostics, _):
            offset = (diagnostics.first { $0.severity == .error } ?? diagnostics.first)?.primary.span.start
        case .tooLarge: offset = nil
        case .raised(let raised): offset = interpreter.report(raised).frames.last { $0.source === source }?.span.start
        }
        guard let offset else { return nil }
        let position = source.position(at: Int(offset))
        return (position.line, position.column)
    }

    private func move(_ result: inout CaseResult, to place: (line: Int, column: Int)?, of input: Page.Input) {
        guard let place else { return }
        result.line = place.line
        result.column = page.column(place.column, ofLine: place.line, in: input)
    }

    private func name(of error: ProgramError, _ interpreter: Interpreter) -> (String, isStop: Bool) {
        guard case .raised(let raised) = error else { return ("SyntaxError", false) }
        return (interpreter.report(raised).kind, raised.stop != nil)
    }

    /// The part of a report that the page speaks of: its first line, or that and the source with its caret, or all.
    private static func likeExpected(_ text: String, _ expected: [String]) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if expected.contains(where: { $0.hasPrefix("in ") || $0 == "..." }) { return text }
        let showsPlace = expected.contains { $0.contains("-->") }
        let end = lines.firstIndex { $0.hasPrefix("in ") || $0.isEmpty } ?? lines.count
        return lines.prefix(showsPlace ? end : 1).joined(separator: "\n") + "\n"
    }
}
