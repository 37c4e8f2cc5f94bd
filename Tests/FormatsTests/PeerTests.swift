import Formats
import Foundation
import Testing

/// The formats against the programs that define them. Runs where `CARPEDM_PEER_PYTHON` names a Python with tensorflow, tensorboard,
/// safetensors and numpy.
private let peerPython = ProcessInfo.processInfo.environment["CARPEDM_PEER_PYTHON"]

@Suite(.enabled(if: peerPython != nil, "CARPEDM_PEER_PYTHON names no Python with tensorflow, tensorboard, safetensors and numpy"))
struct PeerTests {
    /// Runs a Python program in `folder`; its standard output without the last line end.
    private func python(_ program: String, in folder: ScratchFolder) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(peerPython))
        process.arguments = ["-c", program]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        var environment = ProcessInfo.processInfo.environment
        environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
        environment["CUDA_VISIBLE_DEVICES"] = "-1"
        process.environment = environment
        let (output, errors) = (folder.file("stdout"), folder.file("stderr"))
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        try process.run()
        process.waitUntilExit()
        let complaint = try String(contentsOfFile: errors, encoding: .utf8).suffix(2000)
        #expect(process.terminationStatus == 0, "\(complaint)")
        return try String(contentsOfFile: output, encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    @Test func tensorFlowReadsAndWritesRecords() throws {
        let folder = try ScratchFolder()
        let example = SequenceExample(
            context: ["image/data": .byteString([1, 2, 3, 4]), "image/height": .integer(2), "label": .string("あ")],
            featureLists: ["image/seq/char/id": [.integer(3), .integer(5)], "x": [.floats([0.25]), .floats([0.5])]])
        try AtomicFile.replace(folder.file("ours")) { file in
            let writer = TFRecordWriter(file)
            try writer.append(example.serialized())
            try writer.append([])
        }
        let answer = try python(
            """
            import tensorflow as tf
            records = [r.numpy() for r in tf.data.TFRecordDataset("ours")]
            context, lists = tf.io.parse_single_sequence_example(
                records[0],
                context_features={"image/data": tf.io.FixedLenFeature([], tf.string),
                                  "image/height": tf.io.FixedLenFeature([], tf.int64),
                                  "label": tf.io.FixedLenFeature([], tf.string)},
                sequence_features={"image/seq/char/id": tf.io.FixedLenSequenceFeature([], tf.int64),
                                   "x": tf.io.FixedLenSequenceFeature([], tf.float32)})
            print(len(records), list(tf.io.decode_raw(context["image/data"], tf.uint8).numpy()), int(context["image/height"]),
                  context["label"].numpy().decode(), lists["image/seq/char/id"].numpy().tolist(), lists["x"].numpy().tolist())
            with tf.io.TFRecordWriter("theirs") as writer:
                writer.write(records[0])
                writer.write(b"tail")
            with open("ours", "r+b") as file:
                file.seek(20)
                byte = file.read(1)
                file.seek(20)
                file.write(bytes([byte[0] ^ 1]))
            try:
                list(tf.data.TFRecordDataset("ours"))
            except tf.errors.DataLossError:
                print("refused")
            """, in: folder)
        let numbers = "[np.uint8(1), np.uint8(2), np.uint8(3), np.uint8(4)]"
        #expect(
            answer.replacingOccurrences(of: numbers, with: "[1, 2, 3, 4]") == "2 [1, 2, 3, 4] 2 あ [3, 5] [0.25, 0.5]\nrefused")
        let records = try TFRecordReader.records(in: folder.file("theirs"))
        #expect(records.map(\.count) == [example.serialized().count, 4])
        #expect(try SequenceExample(serialized: records[0]) == example)
        #expect(throws: FormatsError.checksumMismatch(file: folder.file("ours"), format: .record, offset: 12)) {
            try TFRecordReader.records(in: folder.file("ours"))
        }
    }

    @Test func tensorBoardReadsEvents() throws {
        let folder = try ScratchFolder()
        let writer = try EventFileWriter(folder: folder.file("run"))
        for step in 0..<12 {
            try writer.write([.scalar("loss", 1 / Float(step + 1)), .scalar("learning_rate", 0.001)], step: step)
        }
        try writer.write(
            [
                try .histogram("conv0/kernel", (0..<1000).map { Float($0) / 500 - 1 }), .text("note", "# あ"),
                .texts("decoded", ["あ", "い"]),
                .image("sample_input/image/0", png: Self.png, height: 1, width: 1, channels: 1),
                Summary("pr", .precisionRecall(rows: [[1, 2], [3, 4], [5, 6], [7, 8], [0.5, 1], [1, 0.5]])),
            ], step: 11)
        try writer.close()
        let answer = try python(
            """
            import glob, io, numpy as np
            import tensorflow as tf
            from PIL import Image
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            kinds = ("scalars", "histograms", "images", "tensors")
            events = EventAccumulator("run", size_guidance={k: 0 for k in kinds})
            events.Reload()
            print(sorted(events.Tags()["scalars"]), events.Tags()["histograms"], events.Tags()["images"], sorted(events.Tags()["tensors"]))
            loss = events.Scalars("loss")
            print(len(loss), loss[-1].step, np.float32(loss[3].value) == np.float32(0.25))
            histogram = events.Histograms("conv0/kernel")[0].histogram_value
            print(histogram.num, sum(histogram.bucket), histogram.min, round(histogram.max, 3))
            image = events.Images("sample_input/image/0")[0]
            print(Image.open(io.BytesIO(image.encoded_image_string)).size, image.height, image.width)
            print([s.decode() for s in events.Tensors("decoded")[0].tensor_proto.string_val],
                  events.SummaryMetadata("decoded").plugin_data.plugin_name)
            from tensorboard.plugins.pr_curve import metadata
            content = events.SummaryMetadata("pr").plugin_data
            print(content.plugin_name, metadata.parse_plugin_metadata(content.content).num_thresholds,
                  tf.make_ndarray(events.Tensors("pr")[0].tensor_proto).shape)
            path = glob.glob("run/*")[0]
            data = open(path, "rb").read()
            open(path, "wb").write(data[:-5])
            events = EventAccumulator("run")
            events.Reload()
            print(len(events.Scalars("loss")))
            """, in: folder)
        #expect(
            answer == """
                ['learning_rate', 'loss'] ['conv0/kernel'] ['sample_input/image/0'] ['decoded', 'note', 'pr']
                12 11 True
                1000.0 1000.0 -1.0 0.998
                (1, 1) 1 1
                ['あ', 'い'] text
                pr_curves 2 (6, 2)
                12
                """)
    }

    /// One gray pixel: `PIL.Image.new("L", (1, 1), 128).save(f, "PNG")`.
    private static let png: [UInt8] = [UInt8](
        Data(base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")
            ?? Data())

    @Test func histogramEqualsTensorFlows() throws {
        let folder = try ScratchFolder()
        let values = (0..<500).map { Float(($0 * 7919) % 1009 - 500) / 37 }
        try AtomicFile.write(values.map(\.description).joined(separator: " ").utf8, to: folder.file("values"))
        let answer = try python(
            """
            import tensorflow as tf
            values = [float(word) for word in open("values").read().split()]
            with tf.compat.v1.Session(graph=tf.Graph()) as session:
                text = tf.compat.v1.summary.histogram("h", tf.compat.v1.placeholder(tf.float32, [None], name="x"))
                summary = tf.compat.v1.Summary.FromString(session.run(text, {"x:0": values}))
            histogram = summary.value[0].histo
            print(" ".join(map(repr, histogram.bucket_limit)))
            print(" ".join(map(repr, histogram.bucket)))
            print(repr(histogram.sum), repr(histogram.sum_squares))
            """, in: folder)
        let lines = answer.split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
        try #require(lines.count == 3)
        let ours = try Histogram(values)
        #expect(ours.limits == lines[0])
        #expect(ours.counts == lines[1])
        #expect([ours.sum, ours.sumOfSquares] == lines[2])
    }

    @Test func referenceClientsReadAndWriteArrays() throws {
        let folder = try ScratchFolder()
        let arrays = try ArrayTests.sample()
        let document = Safetensors(arrays: arrays, metadata: ["step": "7", "注": "\"x\""])
        try document.write(to: folder.file("ours.safetensors"))
        try NumpyArchive.write(arrays.filter { $0.key != "a/kernel" }, to: folder.file("ours.npz"), compressed: true)
        try NumpyArray.write(StoredArray([Float](arrayLiteral: 1, 2, 3), shape: [3]), to: folder.file("ours.npy"))
        let answer = try python(
            """
            import numpy as np
            from safetensors import safe_open
            from safetensors.numpy import load_file, save_file
            ours = load_file("ours.safetensors")
            with safe_open("ours.safetensors", "numpy") as file:
                notes = file.metadata()
            print(notes["step"], notes["注"], {name: (str(a.dtype), a.shape) for name, a in sorted(ours.items())})
            archive = np.load("ours.npz", allow_pickle=False)
            print(sorted(archive.files), all(np.array_equal(archive[n], ours[n]) for n in archive.files))
            print(np.load("ours.npy").tolist())
            save_file(ours, "theirs.safetensors", metadata=notes)
            np.savez_compressed("theirs.npz", **{n: a for n, a in ours.items() if n != "a/kernel"})
            np.save("theirs.npy", np.arange(6, dtype="<f4").reshape(2, 3).T)
            """, in: folder)
        let types = "{'a/kernel': ('uint8', (5,)), 'b': ('float32', (2, 3)), 'empty': ('int32', (0, 4)), "
        #expect(
            answer
                == "7 \"x\" \(types)'scalar': ('float64', ()), '量': ('int64', (2,))}\n['b', 'empty', 'scalar', '量'] True\n[1.0, 2.0, 3.0]"
        )
        #expect(try Safetensors(path: folder.file("theirs.safetensors")) == document)
        #expect(try NumpyArchive.read(path: folder.file("theirs.npz")) == arrays.filter { $0.key != "a/kernel" })
        #expect(try NumpyArray.read(path: folder.file("theirs.npy")).values(as: Float.self) == [0, 3, 1, 4, 2, 5])
    }
}
