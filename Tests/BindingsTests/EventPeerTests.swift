import Foundation
import Testing

/// Event files as TensorBoard reads them. Runs where `CARPEDM_PEER_PYTHON` names a Python with tensorflow and tensorboard.
private let peerPython = ProcessInfo.processInfo.environment["CARPEDM_PEER_PYTHON"]

@Suite(.enabled(if: peerPython != nil, "CARPEDM_PEER_PYTHON names no Python with tensorflow and tensorboard"))
struct EventPeerTests {
    @Test func tensorBoardReadsEverythingThatARunWrites() throws {
        let scratch = try Scratch()
        let conversation = try Conversation()
        #expect(
            conversation.answer(
                workshop(scratch) + """
                    from carpedm import tensor as T
                    def own(run):
                        dm.summary.scalar("own/scalar", run.loss)
                        dm.summary.text("own/text", ["**bold**", "日本"])
                        dm.summary.histogram("own/histogram", T.tensor([1.0, 2.0, 2.5]))
                        dm.summary.image("own/image", T.zeros((2, 4, 5, 1)))
                        dm.summary.pr_curve("own/pr", [0, 1, 1], T.tensor([[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]), 11)

                    e = estimator("a", [own], save_summary_steps=2, save_heavy_summary_steps=2)
                    train.train_and_evaluate(e, spec(4), checks)
                    with dm.summary.writer(place + "mine") as w:
                        w.scalar("x", 1.5, step=1)
                        w.scalar("x", 2.5, step=2)
                        w.pr_curve("pr", [0, 1, 1], T.tensor([[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]), step=3)
                    """) == "")
        let output = try python(
            """
            import io, numpy as np, tensorflow as tf
            from PIL import Image
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            from tensorboard.plugins.pr_curve import summary as pr
            guidance = {k: 0 for k in ("scalars", "histograms", "images", "tensors")}
            run, dev, mine = (EventAccumulator(d, size_guidance=guidance).Reload() for d in ("a", "a/eval", "mine"))
            print([s.step for s in run.Scalars("loss")], [s.step for s in run.Scalars("learning_rate")])
            tags = run.Tags()
            print(sorted(t for t in tags["histograms"] if "conv0" in t or "own" in t))
            print(sorted(t for t in tags["scalars"] if "conv0" in t or "own" in t))
            for tag in tags["histograms"]:
                for h in run.Histograms(tag):
                    assert abs(sum(h.histogram_value.bucket) - h.histogram_value.num) < 1e-6
            for source, tag in ((run, "sample_input/image/0"), (run, "own/image/image/1"), (dev, "confusion/image/0")):
                image = source.Images(tag)[0]
                print(tag, Image.open(io.BytesIO(image.encoded_image_string)).size == (image.width, image.height))
            print([x.decode() for x in tf.make_ndarray(run.Tensors("own/text")[0].tensor_proto)])
            print(dev.SummaryMetadata("classes/pr_curve").plugin_data.plugin_name)
            print([s.step for s in dev.Scalars("accuracy")], b"| true |" in tf.make_ndarray(dev.Tensors("confusion/most_confused")[0].tensor_proto).item())
            scores = np.array([[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]], np.float32)
            truths = np.array([[1, 0], [0, 1], [0, 1]], bool)
            for source, tag, n in ((run, "own/pr", 11), (mine, "pr", 101)):
                wanted = tf.make_ndarray(pr.pb("x", truths.ravel(), scores.ravel(), num_thresholds=n).value[0].tensor)
                found = tf.make_ndarray(source.Tensors(tag)[0].tensor_proto)
                print(tag, found.shape, np.array_equal(wanted, found))
            print([(s.step, s.value) for s in mine.Scalars("x")])
            """, in: scratch.path)
        #expect(
            output == """
                [2, 4] [2, 4]
                ['Baseline_CNN_c3x3.64-p2x2.2-c3x3.96-p2x2.2-c3x3.128-p2x2.2-c3x3.160-p2x2.2/conv0/activations', 'own/histogram']
                ['Baseline_CNN_c3x3.64-p2x2.2-c3x3.96-p2x2.2-c3x3.128-p2x2.2-c3x3.160-p2x2.2/conv0/sparsity', 'own/scalar']
                sample_input/image/0 True
                own/image/image/1 True
                confusion/image/0 True
                ['**bold**', '日本']
                pr_curves
                [4] True
                own/pr (6, 11) True
                pr (6, 101) True
                [(1, 1.5), (2, 2.5)]

                """)
        let inspected = try python(
            "import sys; from tensorboard.main import run_main; sys.argv = ['tensorboard', '--inspect', '--logdir', '.']; run_main()",
            in: scratch.path)
        for part in ["Found event files in:", "a/eval", "mine", "own/scalar", "sample_input/image/0"] {
            #expect(inspected.contains(part), "\(part)")
        }
    }

    private func python(_ code: String, in folder: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: try #require(peerPython))
        process.arguments = ["-c", code]
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging([
            "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1",
        ]) { $1 }
        let (output, errors) = ("\(folder)/stdout", "\(folder)/stderr")
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try process.run()
        process.waitUntilExit()
        let complaint = try String(contentsOfFile: errors, encoding: .utf8).suffix(2000)
        #expect(process.terminationStatus == 0, "\(complaint)")
        return try String(contentsOfFile: output, encoding: .utf8)
    }
}
