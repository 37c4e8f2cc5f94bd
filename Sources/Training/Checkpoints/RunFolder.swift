import Formats
import Foundation

/// The folder of a run: checkpoints named after their step, and the text file `checkpoint` that lists them.
public struct RunFolder: Sendable {
    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// Steps of the checkpoints in the folder, ascending.
    public var steps: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { $0.hasPrefix(Self.prefix) ? Int($0.dropFirst(Self.prefix.count)) : nil }.sorted()
    }

    /// Where the checkpoint of `step` is, or would be.
    public func checkpointPath(_ step: Int) -> String { "\(path)/\(Self.prefix)\(step)" }

    /// Writes a checkpoint under its step and lists it.
    ///
    /// - Returns: its path.
    /// - Throws: `FormatsError.system` when the disk is full or gone; earlier checkpoints stay as they are.
    @discardableResult
    public func save(_ checkpoint: Checkpoint) throws -> String {
        try makeFolder(path)
        let target = checkpointPath(checkpoint.state.step)
        try checkpoint.write(to: target)
        try writeList(newest: checkpoint.state.step)
        return target
    }

    /// The newest whole checkpoint, `nil` when there is none.
    ///
    /// The one that the file `checkpoint` names goes first, then the others from the newest to the oldest. What is damaged is passed over.
    ///
    /// - Parameter report: told of each damaged one.
    /// - Throws: `TrainingError.damagedCheckpoint` when there are checkpoints but none is whole.
    public func newest(report: (TrainingError) -> Void) throws -> Checkpoint? {
        PausedSave.wait()
        var candidates = Array(steps.reversed())
        if let listed = listedStep, let place = candidates.firstIndex(of: listed) {
            candidates.insert(candidates.remove(at: place), at: 0)
        }
        var last: TrainingError?
        for step in candidates {
            do {
                return try Checkpoint(folder: checkpointPath(step))
            } catch let error as TrainingError {
                if last != nil || candidates.count > 1 { report(error) }
                last = error
            }
        }
        if let last { throw last }
        return nil
    }

    /// Removes checkpoints but the `newest` newest (0: all stay) and those in `kept`, and leftovers of writers that are gone.
    public func prune(newest count: Int, kept: Set<Int>) throws {
        let steps = steps
        let old = count > 0 ? steps.dropLast(count).filter { !kept.contains($0) } : []
        if !old.isEmpty, let last = steps.last {
            // The list goes first: it never names a checkpoint that is gone.
            try writeList(newest: last, without: Set(old))
            for step in old { removeFolder(checkpointPath(step)) }
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasPrefix(".") && name.contains(".partial-") { removeFolder("\(path)/\(name)") }
    }

    /// Removes checkpoints as the settings say, but those in `best` stay.
    func prune(_ config: RunConfig, best: [Int]) throws {
        try prune(
            newest: config.keepCheckpointMax, kept: Set(best + stepsKept(everyHours: config.keepCheckpointEveryNHours)))
    }

    /// Steps of checkpoints that stay for good: the first made `hours` after the last such one, counted from the oldest.
    func stepsKept(everyHours hours: Double) -> [Int] {
        var kept: [Int] = []
        var last: Date?
        for step in steps {
            let attributes = try? FileManager.default.attributesOfItem(atPath: checkpointPath(step))
            guard let made = attributes?[.modificationDate] as? Date else { continue }
            if let last, made.timeIntervalSince(last) < hours * 3600 { continue }
            if last != nil { kept.append(step) }
            last = made
        }
        return kept
    }

    // MARK: - Implementation

    private static let prefix = "model.ckpt-"
    private var listPath: String { "\(path)/checkpoint" }

    /// The step that the file `checkpoint` calls the newest.
    private var listedStep: Int? {
        guard let text = try? String(contentsOfFile: listPath, encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("model_checkpoint_path:") }
        guard let name = line?.split(separator: "\"").dropFirst().first, name.hasPrefix(Self.prefix) else { return nil }
        return Int(name.dropFirst(Self.prefix.count))
    }

    private func writeList(newest: Int, without gone: Set<Int> = []) throws {
        var lines = "model_checkpoint_path: \"\(Self.prefix)\(newest)\"\n"
        for step in steps where !gone.contains(step) { lines += "all_model_checkpoint_paths: \"\(Self.prefix)\(step)\"\n" }
        try AtomicFile.write(lines.utf8, to: listPath)
    }
}
