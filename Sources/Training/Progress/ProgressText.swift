/// Progress as text for people.
public enum ProgressText {
    /// `step 450 of 1350, epoch 10 of 30, loss 2.1034 (penalty 0.1009), 412 examples/s, 2 min 10 s left`.
    public static func line(_ progress: StepProgress) -> String {
        var parts = ["step \(progress.step)" + (progress.maxSteps.map { " of \($0)" } ?? "")]
        parts.append("epoch \(progress.epoch)" + (progress.epochs.map { " of \($0)" } ?? ""))
        let penalty = progress.penalty == 0 ? "" : " (penalty \(fixed(progress.penalty, 4)))"
        parts.append("loss \(fixed(progress.loss, 4))" + penalty)
        for (name, value) in progress.logged.sorted(by: { $0.key < $1.key }) where name != "loss" {
            parts.append("\(name) \(significant(value, 4))")
        }
        parts.append("\(fixed(progress.examplesPerSecond, 0)) examples/s")
        if let left = progress.secondsLeft { parts.append("\(duration(left)) left") }
        return parts.joined(separator: ", ")
    }

    /// One line for the evaluation, with the task's measures and their counts.
    public static func line(_ evaluation: Evaluation) -> String {
        let title = evaluation.name.map { "evaluation '\($0)'" } ?? "evaluation"
        var parts = ["loss \(fixed(evaluation.metrics["loss"] ?? .nan, 4))"]
        for (name, measure) in evaluation.measures.sorted(by: { $0.key < $1.key }) where !(measure is Confusion) {
            parts.append("\(name) \(measure.summary)")
        }
        if let confusion = evaluation.confusion, confusion.majority.count > 0 {
            parts.append("always the commonest class \(percent(confusion.majority.value))")
        }
        return "\(title) at step \(evaluation.step): " + parts.joined(separator: ", ")
    }

    /// A line for an event, or `nil` for what only a terminal shows.
    public static func line(_ event: ProgressEvent) -> String? {
        switch event {
        case .started(let start):
            let place = start.folder.map { " in \($0)" } ?? ""
            let from = start.step == 0 ? "training" : "going on from step \(start.step)"
            return "\(from): \(start.model), \(start.parameterCount) parameters\(place)"
        case .step(let progress): return progress.endsInterval ? line(progress) : nil
        case .evaluated(let evaluation): return line(evaluation)
        case .saved: return nil
        case .notice(let text): return text
        case .warning(let text): return "warning: \(text)"
        case .finished(let outcome): return line(outcome)
        }
    }

    /// `2 h 5 min`, `2 min 10 s`, `7 s`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "a long time" }
        let whole = Int(max(0, seconds).rounded())
        if whole >= 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }

    private static func line(_ outcome: RunOutcome) -> String {
        let place = outcome.checkpoint.map { "; checkpoint \($0)" } ?? ""
        switch outcome.status {
        case .finished: return "finished at step \(outcome.step)\(place)"
        case .alreadyFinished: return "step \(outcome.step) was reached before: nothing to train\(place)"
        case .interrupted:
            return "interrupted at step \(outcome.step)\(place); run again to go on from there (at the prompt: train.resume())"
        case .stopped(let reason): return "stopped at step \(outcome.step): \(reason)\(place)"
        case .dataEnded: return "the training data ended at step \(outcome.step)\(place)"
        }
    }
}

/// Shows progress as plain lines: for pipes, files and logs.
public final class LineProgress {
    private let write: (String) -> Void

    /// - Parameter write: gets whole lines with their ends.
    public init(write: @escaping (String) -> Void) {
        self.write = write
    }

    public func show(_ event: ProgressEvent) {
        if let line = ProgressText.line(event) { write(line + "\n") }
    }
}

/// Shows progress on a terminal: the line of the step is drawn over the one before; everything else stays.
public final class RedrawnProgress {
    private let write: (String) -> Void
    private let columns: () -> Int
    private let clock: () -> Double
    private var isDrawn = false
    private var lastDrawn = -Double.infinity

    /// - Parameters:
    ///   - columns: width of the terminal now.
    ///   - clock: seconds; the line is drawn ten times a second at most.
    public init(columns: @escaping () -> Int, clock: @escaping () -> Double, write: @escaping (String) -> Void) {
        (self.columns, self.clock, self.write) = (columns, clock, write)
    }

    public func show(_ event: ProgressEvent) {
        if case .step(let progress) = event {
            let isLast = progress.step == progress.maxSteps
            guard clock() - lastDrawn >= 0.1 || isLast else { return }
            lastDrawn = clock()
            let line = ProgressText.line(progress).prefix(max(1, columns() - 1))
            write("\r\(line)\u{1B}[K")
            isDrawn = true
        } else if let line = ProgressText.line(event) {
            write((isDrawn ? "\r\u{1B}[K" : "") + line + "\n")
            isDrawn = false
        }
    }

    /// Leaves the last line standing; to be called when something else writes to the terminal.
    public func end() {
        if isDrawn { write("\n") }
        isDrawn = false
    }
}
