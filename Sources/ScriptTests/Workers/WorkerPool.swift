import Foundation

/// Runs files of tests, each in a process of its own, several at a time; results come in the files' order.
///
/// A process that dies or hangs costs the case it was at: the file goes on in a new process behind it.
public struct WorkerPool: Sendable {
    /// One file.
    public struct Job {
        public var file: String
        /// The arguments of the process that runs it, given how many cases are done already.
        public var arguments: (_ done: Int) -> [String]
        /// Whether later cases can run in another process than earlier ones.
        public var canGoOn: Bool

        public init(file: String, canGoOn: Bool, arguments: @escaping (_ done: Int) -> [String]) {
            self.file = file
            self.canGoOn = canGoOn
            self.arguments = arguments
        }
    }

    /// What a file came to.
    public struct Answer: Sendable {
        public var results: [CaseResult] = []
        public var edits: [Edit] = []
    }

    public var environment: [String: String]
    public var parallel: Int
    public var stopsAtFirstFailure: Bool

    public init(environment: [String: String], parallel: Int, stopsAtFirstFailure: Bool = false) {
        self.environment = environment
        self.parallel = max(1, parallel)
        self.stopsAtFirstFailure = stopsAtFirstFailure
    }

    /// - Parameter report: called with each file's answer, in order, as soon as it and those before it are there.
    public func run(_ jobs: [Job], report: (Job, Answer) -> Void) {
        let board = Board(count: jobs.count)
        let work = UncheckedJobs(jobs: jobs)
        for _ in 0..<min(parallel, jobs.count) {
            Thread.detachNewThread {
                while let index = board.takeNext() {
                    let answer = run(work.jobs[index])
                    board.put(answer, at: index, ends: stopsAtFirstFailure && answer.results.contains { !$0.verdict.isFine })
                }
            }
        }
        for (index, job) in jobs.enumerated() {
            guard let answer = board.wait(for: index) else { return }
            report(job, answer)
            if stopsAtFirstFailure, answer.results.contains(where: { !$0.verdict.isFine }) { return }
        }
    }

    // MARK: - Implementation

    /// What a limit does not reach (work inside the engine) gets this many seconds more.
    private static let grace = 10.0

    private func run(_ job: Job) -> Answer {
        var answer = Answer()
        while true {
            let worker: WorkerProcess
            do {
                worker = try WorkerProcess(job.arguments(answer.results.count), environment: environment)
            } catch {
                answer.results.append(
                    CaseResult(
                        file: job.file, name: "start", line: 1, verdict: .broken,
                        summary: "its process could not be started: \(error.localizedDescription)"))
                return answer
            }
            let lost = listen(to: worker, job, &answer)
            worker.kill()
            guard let lost else { return answer }
            answer.results.append(lost)
            if !job.canGoOn || stopsAtFirstFailure { return answer }
        }
    }

    /// - Returns: the case that the process was lost at; nil when it came to its end.
    private func listen(to worker: WorkerProcess, _ job: Job, _ answer: inout Answer) -> CaseResult? {
        var current: CaseResult?
        var limit = 60.0
        while true {
            let problem: String
            switch worker.next(within: limit + Self.grace) {
            case .message(.begins(let result, let seconds)):
                current = result
                limit = seconds
                continue
            case .message(.ended(let result)):
                answer.results.append(result)
                current = nil
                if stopsAtFirstFailure, !result.verdict.isFine { return nil }
                continue
            case .message(.edit(let edit)):
                answer.edits.append(edit)
                continue
            case .message(.done): return nil
            case .silence: problem = "it did not end within \(limit) seconds, nor when asked to"
            case .ended(let how): problem = how
            }
            var lost = current ?? CaseResult(file: job.file, name: "the file", line: 1)
            lost.verdict = .stopped
            lost.summary = problem
            // Without a case that began nothing can be skipped: the file is given up.
            if current == nil {
                answer.results.append(lost)
                return nil
            }
            return lost
        }
    }

    /// Jobs are read by the threads and changed by nobody.
    private struct UncheckedJobs: @unchecked Sendable { let jobs: [Job] }

    /// Which files are taken and which answers are there.
    private final class Board: @unchecked Sendable {
        // Sendable because the condition guards all state.
        private let condition = NSCondition()
        private var next = 0
        private var answers: [Answer?]
        private var isOver = false

        init(count: Int) { answers = Array(repeating: nil, count: count) }

        func takeNext() -> Int? {
            condition.withLock {
                guard !isOver, next < answers.count else { return nil }
                defer { next += 1 }
                return next
            }
        }

        func put(_ answer: Answer, at index: Int, ends: Bool) {
            condition.withLock {
                answers[index] = answer
                if ends { isOver = true }
                condition.broadcast()
            }
        }

        /// Nil when the run ended before this file was taken.
        func wait(for index: Int) -> Answer? {
            condition.withLock {
                while answers[index] == nil {
                    if isOver, index >= next { return nil }
                    condition.wait()
                }
                return answers[index]
            }
        }
    }
}

/// A replacement of bytes in a file.
public struct Edit: Codable, Sendable, Equatable {
    public var range: Range<Int>
    /// What stands there.
    public var old: String
    public var text: String

    public init(range: Range<Int>, old: String, text: String) {
        self.range = range
        self.old = old
        self.text = text
    }

    /// The bytes with all edits made; nil when the bytes are not those that the edits are for, or edits overlap.
    public static func apply(_ edits: [Edit], to bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var position = 0
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            guard edit.range.lowerBound >= position, edit.range.upperBound <= bytes.count,
                bytes[edit.range].elementsEqual(edit.old.utf8)
            else { return nil }
            result += bytes[position..<edit.range.lowerBound]
            result += edit.text.utf8
            position = edit.range.upperBound
        }
        return result + bytes[position...]
    }
}
