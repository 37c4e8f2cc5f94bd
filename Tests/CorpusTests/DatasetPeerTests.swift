import Corpus
import Formats
import Foundation
import Imaging
import Testing

private let peerPython = ProcessInfo.processInfo.environment["CARPEDM_PEER_PYTHON"]

/// Stored datasets as TensorFlow and Pillow read them.
@Suite(.enabled(if: peerPython != nil, "CARPEDM_PEER_PYTHON names no Python with tensorflow and Pillow"))
struct DatasetPeerTests {
    /// Adler-32, as Python's zlib has it (RFC 1950).
    private func adler(_ bytes: [UInt8]) -> UInt32 {
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return b << 16 | a
    }

    private func python(_ program: String, in shop: Workshop) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: try #require(peerPython))
        process.arguments = ["-c", program]
        process.currentDirectoryURL = URL(filePath: shop.path)
        process.environment = ProcessInfo.processInfo.environment.merging([
            "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1",
        ]) { $1 }
        let (output, errors) = ("\(shop.path)/stdout.txt", "\(shop.path)/stderr.txt")
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try process.run()
        process.waitUntilExit()
        let complaint = try String(contentsOfFile: errors, encoding: .utf8).suffix(2000)
        #expect(process.terminationStatus == 0, "\(complaint)")
        return try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Sequences with boxes in grey and colours, read with the feature specification of the original.
    @Test(arguments: [1, 3])
    func tensorFlowReadsWhatWasStored(_ channels: Int) throws {
        let shop = try Workshop()
        var configuration = CorpusConfiguration(
            dataFolder: try SampleData.folder(environment: [:]), repertoire: try Repertoire(named: "kana"))
        (configuration.scope, configuration.sequenceLength) = (.sequence, 3)
        let corpus = try Corpus(configuration)
        var request = DatasetRequest(folder: "\(shop.path)/out", subset: .dev)
        request.recipe.color = try #require(PixelFormat(rawValue: channels))
        (request.recipe.boxes, request.recipe.hasLines, request.recipe.hasMasks) = (.ratio, true, true)
        let store = try DatasetStore.open(corpus, request)
        let found = try python(
            """
            import glob, json, struct, zlib
            import tensorflow as tf
            one = lambda kind: tf.io.FixedLenFeature([], kind)
            many = lambda kind: tf.io.FixedLenSequenceFeature([], kind)
            context = {"image/data": one(tf.string), "image/height": one(tf.int64), "image/width": one(tf.int64),
                       "image/channels": one(tf.int64), "image/char/count": one(tf.int64), "image/line/count": one(tf.int64),
                       "image/mask/char": one(tf.string)}
            lists = {"image/seq/char/id": many(tf.int64)}
            for side in ("xmin", "ymin", "xmax", "ymax"):
                for kind in ("char", "line"):
                    lists["image/seq/%s/bbox/%s" % (kind, side)] = many(tf.float32)
            count = 0
            for record in tf.data.TFRecordDataset(sorted(glob.glob("out/dev-*"))):
                c, l = tf.io.parse_single_sequence_example(record, context_features=context, sequence_features=lists)
                h, w, d = (int(c["image/" + n]) for n in ("height", "width", "channels"))
                pixels = tf.reshape(tf.io.decode_raw(c["image/data"], tf.uint8), (h, w, d)).numpy()
                print(h, w, d, int(c["image/char/count"]), int(c["image/line/count"]), zlib.adler32(pixels.tobytes()),
                      zlib.adler32(c["image/mask/char"].numpy()), *l["image/seq/char/id"].numpy(),
                      *(zlib.adler32(l["image/seq/char/bbox/" + s].numpy().tobytes()) for s in ("xmin", "ymin", "xmax", "ymax")))
                count += 1
            print(count, json.load(open("out/num_examples.json"))["dev"])
            """, in: shop)
        var expected: [String] = []
        try store.forEachExample { _, example in
            let sides = try ["xmin", "ymin", "xmax", "ymax"].map { side in
                adler(
                    try example.features.floats("image/seq/char/bbox/\(side)").flatMap { number in
                        withUnsafeBytes(of: number) { Array($0) }
                    })
            }
            let numbers: [Int] = [example.image.height, example.image.width, example.image.channels, 3, 0]
            let sums = [adler(example.image.pixels), adler(try example.features.bytes("image/mask/char"))]
            expected.append(
                (numbers.map(String.init) + sums.map(String.init) + example.targets.map(String.init) + sides.map(String.init))
                    .joined(separator: " "))
        }
        #expect(found == expected + ["\(store.count) \(store.count)"])
    }

    @Test func pillowReadsStoredPictures() throws {
        let shop = try Workshop()
        let configuration = CorpusConfiguration(
            dataFolder: try SampleData.folder(environment: [:]), repertoire: try Repertoire(named: "kana"))
        let corpus = try Corpus(configuration)
        var sums: [String] = []
        var request = DatasetRequest(folder: "\(shop.path)/png", subset: .dev)
        (request.recipe.format, request.shardCount) = (.png, 1)
        _ = try DatasetStore.open(corpus, request)
        let pages = PageCache()
        for excerpt in corpus[.dev] {
            let image = try corpus.clipping(of: excerpt).image(pages)
            sums.append("\(image.width) \(image.height) \(adler(image.pixels))")
        }
        let found = try python(
            """
            import csv, zlib
            from PIL import Image
            for row in csv.DictReader(open("png/dev/targets_0.csv", newline="")):
                image = Image.open("png/dev/%s/%s.png" % (row["unicodes"], row["file_id"]))
                print(image.width, image.height, zlib.adler32(image.tobytes()))
            """, in: shop)
        #expect(found == sums)
    }
}
