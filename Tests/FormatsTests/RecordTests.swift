import CPixels
import Formats
import Foundation
import Testing

@Suite struct RecordTests {
    /// Check value of the CRC catalogue, and the vectors of RFC 3720, appendix B.4.
    static let checksums: [(bytes: [UInt8], checksum: UInt32)] = [
        (Array("123456789".utf8), 0xE306_9283),
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        ([UInt8](0..<32), 0x46DD_794E),
        ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
        ([], 0),
    ]

    @Test(arguments: checksums)
    func checksumEqualsPublishedValue(bytes: [UInt8], expected: UInt32) {
        #expect(CRC32C.checksum(bytes) == expected)
        #expect(CRC32C.checksum(AnySequence(bytes)) == expected)
    }

    /// The CPU's own instruction and the table give the same, from every start and of every length.
    @Test func checksumsDoNotDependOnTheCPU() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ $0 >> 3) }
        for start in 0..<9 {
            for count in [0, 1, 3, 7, 8, 9, 15, 16, 17, 63, 500, 991] {
                let part = Array(bytes[start..<start + count])
                #expect(cp_crc32c(~0, part, count) == cp_crc32c_portable(~0, part, count))
            }
        }
    }

    /// The bytes that TensorFlow 2.21 wrote: `tf.io.TFRecordWriter(p).write(b"hello")`.
    static let hello: [UInt8] = [
        0x05, 0, 0, 0, 0, 0, 0, 0, 0xEA, 0xB2, 0x04, 0x3E, 0x68, 0x65, 0x6C, 0x6C, 0x6F, 0xBB, 0x1F, 0x1C, 0x19,
    ]

    @Test func framingEqualsTensorFlows() throws {
        let folder = try ScratchFolder()
        let path = folder.file("hello")
        try AtomicFile.replace(path) { try TFRecordWriter($0).append(Array("hello".utf8)) }
        #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == Self.hello)
        #expect(try TFRecordReader.records(in: path) == [Array("hello".utf8)])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["hello"])
    }

    @Test func recordsOfEverySizeComeBack() throws {
        let folder = try ScratchFolder()
        let path = folder.file("sizes")
        let sizes = [0, 1, 7, 8, 9, 65_535, 65_536, 65_537, 200_000]
        let records = sizes.map { size in (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) } }
        try AtomicFile.replace(path) { file in
            let writer = TFRecordWriter(file)
            for record in records { try writer.append(record) }
            #expect(writer.count == sizes.count)
        }
        #expect(try TFRecordReader.records(in: path) == records)

        let reader = try TFRecordReader(path: path)
        _ = try reader.next()
        _ = try reader.next()
        let place = reader.offset
        let third = try reader.next()
        try reader.seek(to: place)
        #expect(try reader.next() == third)
    }

    @Test func damageIsRefusedWithItsPlace() throws {
        func error(_ change: (inout [UInt8]) -> Void) -> FormatsError? {
            var bytes = Self.hello + Self.hello
            change(&bytes)
            let reader = TFRecordReader(bytes: bytes, name: "shard")
            do {
                while try reader.next() != nil {}
                return nil
            } catch { return error as? FormatsError }
        }
        #expect(error { _ in } == nil)
        #expect(error { $0[21] ^= 1 } == .checksumMismatch(file: "shard", format: .record, offset: 21))
        #expect(error { $0[12] ^= 1 } == .checksumMismatch(file: "shard", format: .record, offset: 12))
        #expect(error { $0.removeLast() } == .truncated(file: "shard", format: .record, offset: 21, missing: 1))
        #expect(error { $0.removeLast(15) } == .truncated(file: "shard", format: .record, offset: 21, missing: 6))
        #expect(error { $0.removeLast(6) } == .truncated(file: "shard", format: .record, offset: 21, missing: 6))
        let message = error { $0.removeLast() }?.errorDescription
        #expect(message == "shard: truncated TFRecord: the item at byte 21 lacks 1 bytes")
    }

    @Test func absentFileNamesItself() throws {
        #expect(throws: FormatsError.system(action: .open, path: "/no/such/file", code: ENOENT)) {
            try TFRecordReader(path: "/no/such/file")
        }
        #expect(throws: FormatsError.system(action: .create, path: "/no/such/file", code: ENOENT)) {
            try AtomicFile.write([1], to: "/no/such/file")
        }
    }

    @Test func fullDiskKeepsWhatWasThere() throws {
        // Writing to /dev/full fails as a full disk does.
        let file = try OutputFile(path: "/dev/full")
        #expect(throws: FormatsError.system(action: .write, path: "/dev/full", code: ENOSPC)) {
            try file.write([1])
            try file.flush()
        }
        let folder = try ScratchFolder()
        let path = folder.file("kept")
        try AtomicFile.write([1, 2, 3], to: path)
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try AtomicFile.replace(path) { file in
                try file.write([9])
                throw Stop()
            }
        }
        #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == [1, 2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["kept"])
    }

    @Test func sequenceExampleComesBackAndIsDeterministic() throws {
        let ids: [FeatureValues] = [.integer(5), .integer(-1), .integer(.max)]
        let example = SequenceExample(
            context: [
                "image/data": .byteString([0, 1, 255]), "image/height": .integer(1), "image/width": .integer(3),
                "image/channels": .integer(1), "name": .string("あ"),
            ],
            featureLists: ["image/seq/char/id": ids, "image/seq/char/bbox/xmin": [.floats([0.25]), .floats([0.5])], "empty": []])
        let bytes = example.serialized()
        let again = try SequenceExample(serialized: bytes)
        #expect(again == example)
        #expect(again.serialized() == bytes)
        #expect(try again.integers("image/seq/char/id") == [5, -1, .max])
        #expect(try again.floats("image/seq/char/bbox/xmin") == [0.25, 0.5])
        #expect(try again.integer("image/width") == 3)
        #expect(try again.bytes("image/data") == [0, 1, 255])
        #expect(throws: FormatsError.self) { try again.integer("image/data") }
        #expect(throws: FormatsError.self) { try again.integers("image/seq/char/bbox/xmin") }
        #expect(throws: FormatsError.self) { try again.integers("absent") }
    }

    /// As TensorFlow 2.21 writes them: the same content as `tf.train.SequenceExample` and `tf.train.Example`,
    /// `message.SerializeToString(deterministic=True).hex()`.
    @Test func bytesAreThoseOfTensorFlow() {
        let values: [FeatureValues] = [.integer(0), .integers([1, -1, 127, 128, 1 << 40]), .floats([0.5, -2])]
        let example = SequenceExample(
            context: [
                "b": .bytes([[1, 2], [], [UInt8](repeating: 7, count: 200)]), "a": .integers([]), "c": .floats([]), "あ": .bytes([]),
                String(repeating: "k", count: 130): .string("v"),
            ],
            featureLists: ["x": values, "empty": [], "w": Array(repeating: .integer(3), count: 40)])
        #expect(hex(example.serialized()) == Self.sequenceExampleOfTensorFlow)
        #expect(hex(SequenceExample().serialized()) == "0a001200")
        let flat = Example(features: ["n": .integers([300, 5]), "f": .floats([1.5])])
        #expect(hex(flat.serialized()) == Self.exampleOfTensorFlow)
    }

    private static let sequenceExampleOfTensorFlow = """
        0a89030a070a016112021a000ada010a016212d4010ad1010a0201020a000ac8010707070707070707070707070707070707070707070707070707070707070707\
        0707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707\
        0707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707\
        07070707070707070707070707070707070707070707070707070707070707070707070707070a070a0163120212000a8c010a82016b6b6b6b6b6b6b6b6b6b6b6b\
        6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b\
        6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b12050a030a01760a090a03e3\
        818212020a0012e2020a090a05656d70747912000a9e020a01771298020a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a\
        051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a\
        030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a\
        01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a0103\
        0a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a051a030a01030a340a0178122f0a051a030a01000a18\
        1a160a1401ffffffffffffffffff017f80018080808080200a0c120a0a080000003f000000c0
        """
    private static let exampleOfTensorFlow = "0a1d0a0d0a0166120812060a040000c03f0a0c0a016e12071a050a03ac0205"

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test func damagedInputNeverTraps() throws {
        let example = SequenceExample(
            context: ["image/data": .byteString([UInt8](0..<200)), "n": .integer(4)],
            featureLists: ["id": (0..<20).map { .integer($0) }, "x": (0..<20).map { .floats([Float($0)]) }])
        let bytes = example.serialized()
        _ = readMutations(of: bytes) { _ = try SequenceExample(serialized: $0).integers("id") }
        _ = readMutations(of: bytes) { _ = try Example(serialized: $0) }
        let refused = readMutations(of: Self.hello + Self.hello + Self.hello) { bytes in
            let reader = TFRecordReader(bytes: bytes)
            while try reader.next() != nil {}
        }
        #expect(refused > 100)
    }
}
