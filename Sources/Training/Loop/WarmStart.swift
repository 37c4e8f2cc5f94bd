import Foundation
import NeuralNetworks
import Tensors

// How a run starts from what another one has learnt.

extension Estimator {
    /// Takes over the variables of the run in `init_dir`, if there is one: those of the same name and shape, and of the output layer what
    /// was learnt about classes that both tasks know by name.
    ///
    /// - Throws: `TrainingError.noCheckpoint`, or `.checkpointMismatch` when nothing fits.
    func warmStart(_ run: TrainingRun) throws {
        guard let place = hyperparameters.initDir else { return }
        guard let checkpoint = try RunFolder(path: place).newest(report: { progress(.warning($0.localizedDescription)) }) else {
            throw TrainingError.noCheckpoint(folder: place)
        }
        let mapping = try function.model.initializePretrained(from: place)
        let found = try run.warmStart(checkpoint, mapping: mapping)
        guard !found.taken.isEmpty else {
            throw TrainingError.checkpointMismatch(
                path: place, missing: run.store.names, unexpected: checkpoint.parameters.keys.sorted(), different: [])
        }
        progress(.notice("\(found.taken.count) variables start from \(place): \(found.taken.joined(separator: ", "))"))
        if let shared = found.sharedClasses {
            progress(
                .notice(
                    "the output layer starts with \(shared) of \(run.classNames.count) classes, those that both runs know by name"
                ))
        }
        if !found.unlike.isEmpty {
            progress(.warning("these have another shape there and start afresh: \(found.unlike.joined(separator: ", "))"))
        }
    }
}

extension TrainingRun {
    /// What a warm start found.
    struct WarmStart {
        var taken: [String] = []
        /// Names that have another shape here.
        var unlike: [String] = []
        /// Classes that both runs know, where the output layer was carried over by them.
        var sharedClasses: Int?
    }

    /// Takes those variables of another run that match; an empty mapping means equal names.
    func warmStart(_ checkpoint: Checkpoint, mapping: [(theirs: String, ours: String)]) throws -> WarmStart {
        var result = WarmStart()
        let theirClasses = checkpoint.state.classes ?? []
        let output = outputLayer
        for (name, tensor) in checkpoint.parameters.sorted(by: { $0.key < $1.key }) {
            let rule = mapping.first { name.hasPrefix($0.theirs) }
            if !mapping.isEmpty, rule == nil { continue }
            let ours = rule.map { $0.ours + name.dropFirst($0.theirs.count) } ?? name
            guard let current = store[ours] else { continue }
            if ours.hasPrefix(output), theirClasses != classNames,
                let (value, shared) = try Self.carriedOver(tensor, theirClasses, current, classNames)
            {
                try store.assign(value, to: ours)
                result.taken.append(ours)
                result.sharedClasses = shared
                continue
            }
            guard current.shape == tensor.shape, current.dtype == tensor.dtype else {
                result.unlike.append(ours)
                continue
            }
            try store.assign(tensor, to: ours)
            result.taken.append(ours)
        }
        return result
    }

    /// Where the names of the last layer's variables begin: the layer that has a column for each class.
    private var outputLayer: String {
        let name = store.trainable.last?.name ?? ""
        return name.lastIndex(of: "/").map { String(name[...$0]) } ?? name
    }

    /// `fresh` with the columns of those classes that `learnt` has under the same name. One column more than there are names (the blank
    /// of CTC) goes along.
    ///
    /// - Returns: nil when the last axis does not count the classes.
    private static func carriedOver(
        _ learnt: Tensor, _ theirNames: [String], _ fresh: Tensor, _ ourNames: [String]
    ) throws -> (Tensor, shared: Int)? {
        guard learnt.dtype == .float32, fresh.dtype == .float32, !theirNames.isEmpty, !ourNames.isEmpty,
            learnt.shape.dropLast() == fresh.shape.dropLast(), let theirs = learnt.shape.last, let ours = fresh.shape.last,
            theirs - theirNames.count == ours - ourNames.count, (0...1).contains(theirs - theirNames.count)
        else { return nil }
        let places = Dictionary(theirNames.enumerated().map { ($1, $0) }) { first, _ in first }
        let source: [Float] = learnt.elements(as: Float.self)
        var result: [Float] = fresh.elements(as: Float.self)
        var shared = 0
        for column in 0..<ours {
            let place = column < ourNames.count ? places[ourNames[column]] : theirNames.count
            guard let place else { continue }
            if column < ourNames.count { shared += 1 }
            for row in 0..<(result.count / max(1, ours)) { result[row * ours + column] = source[row * theirs + place] }
        }
        return (try Tensor(result, shape: fresh.shape), shared)
    }
}
