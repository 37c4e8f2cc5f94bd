import Formats
import Foundation
import Testing
import Training

/// Runs that a person stops, wherever they stand.
@Suite struct InterruptionTests {
    /// Stopped at every place where a run asks, within steps and evaluations, it goes on to the same bits.
    @Test(arguments: [true, false])
    func aRunMayBeStoppedAnywhere(hasFolder: Bool) throws {
        let straight = try toyEstimator(nil)
        _ = try straight.trainAndEvaluate(toySpec(6), [toyEvaluation()])
        var place = 0
        var wasStopped = true
        while wasStopped {
            place += 1
            let scratch = try ScratchFolder()
            let estimator = try toyEstimator(hasFolder ? scratch.path : nil)
            var asked = 0
            // A press that is heard is heard until the prompt is there.
            estimator.isInterrupted = {
                asked += 1
                return asked >= place
            }
            let outcome = try estimator.trainAndEvaluate(toySpec(6), [toyEvaluation()])
            wasStopped = outcome.status == .interrupted
            guard wasStopped else { break }
            #expect(estimator.step < 6 || estimator.history.last?.step != 6)
            #expect(estimator.losses.map(\.step) == Array(1..<(estimator.step + 1)))
            estimator.isInterrupted = { false }
            #expect(try estimator.trainAndEvaluate(toySpec(6), [toyEvaluation()]).step == 6)
            #expect(bits(estimator) == bits(straight), "stopped at place \(place)")
        }
        // Several in every step and every batch of the evaluations.
        #expect(place > 30)
    }

    /// What reads the folder waits for the checkpoint of a pause.
    @Test func theCheckpointOfAPauseIsThereForReaders() throws {
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.path)
        estimator.isInterrupted = { estimator.newest?.step == 3 }
        let outcome = try estimator.train(toySpec(9))
        #expect(outcome.status == .interrupted)
        let path = try #require(outcome.checkpoint)
        #expect(try Checkpoint(folder: path).state.step == 3)
        #expect(RunRecord(folder: scratch.path)?.step == 3)
        #expect(try RunFolder(path: scratch.path).newest { _ in }?.state.step == 3)
        try estimator.waitUntilSaved()
        #expect(RunRecord(folder: scratch.path)?.isRunning == false)
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(!names.contains { $0.contains(".partial-") })
    }

    /// A disk that refuses it is told of, and the state stays in memory until there is room.
    @Test func aPauseThatCannotBeKeptIsTriedAgain() throws {
        let scratch = try ScratchFolder()
        let folder = scratch.file("run")
        let estimator = try toyEstimator(folder)
        estimator.isInterrupted = {
            guard estimator.newest?.step == 3 else { return false }
            // A file in the folder's place: nothing can be written there.
            try? FileManager.default.removeItem(atPath: folder)
            _ = FileManager.default.createFile(atPath: folder, contents: nil)
            return true
        }
        #expect(try estimator.train(toySpec(9)).status == .interrupted)
        #expect(throws: FormatsError.self) { try estimator.waitUntilSaved() }
        estimator.isInterrupted = { false }
        #expect(throws: FormatsError.self) { try estimator.train(toySpec(9)) }
        try FileManager.default.removeItem(atPath: folder)
        var starts: [Int] = []
        estimator.progress = { if case .started(let start) = $0 { starts.append(start.step) } }
        #expect(try estimator.train(toySpec(9)).step == 9)
        #expect(starts == [3])
    }
}
