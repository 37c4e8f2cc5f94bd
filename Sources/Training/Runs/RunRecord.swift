public import Foundation

/// A run as its folder tells it: for lists and comparisons.
public struct RunRecord: Sendable, Codable, Equatable {
    /// An evaluation's value of the metric that decides.
    public struct Best: Sendable, Codable, Equatable {
        public var metric: String
        public var value: Double
        public var step: Int
    }

    public var path: String
    public var model: String
    /// Of the newest checkpoint.
    public var step: Int
    /// Whether a process trains in the folder now.
    public var isRunning: Bool
    /// When the newest checkpoint was made.
    public var changed: Date
    public var evaluations: Int
    /// The numbers of the newest evaluation.
    public var metrics: [String: Double]
    public var best: Best?
    public var hyperparameters: [String: String]
    /// Steps of the checkpoints that are kept.
    public var checkpoints: [Int]

    /// Reads the run in `folder`; nil when there is none. Nothing in the folder is changed.
    public init?(folder: String) {
        PausedSave.wait()
        let place = RunFolder(path: folder)
        checkpoints = place.steps
        guard let newest = checkpoints.last, let state = Self.state(place.checkpointPath(newest)) else { return nil }
        path = folder
        (model, step, hyperparameters) = (state.model, state.step, state.hyperparameters)
        let attributes = try? FileManager.default.attributesOfItem(atPath: place.checkpointPath(newest))
        changed = attributes?[.modificationDate] as? Date ?? .distantPast
        isRunning = FolderLock.isHeld(folder: folder)
        let log = EvaluationLog(folder: folder, upTo: .max)
        evaluations = log.entries.count
        metrics = (log.entries.last?.metrics ?? [:]).filter { $0.key != "global_step" && $0.value.isFinite }
        if let metric = log.mainMetric, let first = log.entries.first,
            let top = log.best(metric, name: first.name, count: 1).first,
            top.value.isFinite
        {
            best = Best(metric: metric.name, value: top.value, step: top.step)
        }
    }

    /// The runs in `folder` and below it, sorted by path.
    public static func all(under folder: String) -> [RunRecord] {
        PausedSave.wait()
        var found: [RunRecord] = []
        var waiting = [folder]
        while let here = waiting.popLast() {
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: here)) ?? []).filter { !$0.hasPrefix(".") }
            if names.contains(where: { $0.hasPrefix("model.ckpt-") }) {
                // What is below a run belongs to it.
                if let run = RunRecord(folder: here) { found.append(run) }
                continue
            }
            for name in names where isFolder("\(here)/\(name)") { waiting.append(here == "/" ? "/\(name)" : "\(here)/\(name)") }
        }
        return found.sorted { $0.path < $1.path }
    }

    private static func state(_ checkpoint: String) -> RunState? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: "\(checkpoint)/\(Checkpoint.FileName.state)")) else {
            return nil
        }
        return try? JSONDecoder().decode(RunState.self, from: data)
    }

    /// Links are not followed, for they may lead in circles.
    private static func isFolder(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.type] as? FileAttributeType == .typeDirectory
    }
}
