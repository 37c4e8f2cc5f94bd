import Formats
import Foundation
import Testing

@Suite struct ArrayTests {
    static func sample() throws -> [String: StoredArray] {
        [
            "b": try StoredArray([Float](arrayLiteral: 1.5, -2, .infinity, 0.1, 1e-30, -0.0), shape: [2, 3]),
            "a/kernel": try StoredArray([UInt8](0..<5), shape: [5]),
            "量": try StoredArray([Int64](arrayLiteral: .min, 7), shape: [2]),
            "scalar": try StoredArray([Double](arrayLiteral: 0.1), shape: []),
            "empty": try StoredArray([Int32](), shape: [0, 4]),
        ]
    }

    @Test func shapesMustBeFilled() throws {
        #expect(throws: FormatsError.sizeMismatch(name: "array", shape: [2, 2], elementType: .float32, bytes: 12)) {
            try StoredArray([Float](repeating: 0, count: 3), shape: [2, 2])
        }
        #expect(throws: FormatsError.self) { try StoredArray([Float](), shape: [.max, .max, 0]) }
        #expect(throws: FormatsError.self) { try StoredArray(elementType: .uint8, shape: [-1, -1], bytes: [1]) }
        #expect(throws: FormatsError.wrongElementType(name: "array", found: .uint8, wanted: .float32)) {
            try StoredArray([UInt8](arrayLiteral: 1), shape: [1]).values(as: Float.self)
        }
    }

    /// The bytes that Python's `safetensors.numpy.save({"a": np.array([1, 2], "<u2"), "b": np.array([0.5], "<f4")}, {"k": "v"})` gives.
    @Test func safetensorsBytesEqualTheReferenceWriters() throws {
        let arrays = [
            "a": try StoredArray([UInt16](arrayLiteral: 1, 2), shape: [2]),
            "b": try StoredArray([Float](arrayLiteral: 0.5), shape: [1]),
        ]
        let header =
            #"{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
            + #""a":{"dtype":"U16","shape":[2],"data_offsets":[4,8]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        var expected: [UInt8] = [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0]
        expected += Array(padded.utf8) + [0, 0, 0, 0x3F, 1, 0, 2, 0]
        #expect(Safetensors(arrays: arrays, metadata: ["k": "v"]).serialized() == expected)
    }

    @Test func safetensorsComeBack() throws {
        let folder = try ScratchFolder()
        let document = Safetensors(arrays: try Self.sample(), metadata: ["step": "7", "quote\"\\\n": "あ\u{1}"])
        try document.write(to: folder.file("x.safetensors"))
        let again = try Safetensors(path: folder.file("x.safetensors"))
        #expect(again == document)
        #expect(again.serialized() == document.serialized())
        #expect(document.serialized().count % 8 == Self.dataCount(try Self.sample()) % 8)
    }

    private static func dataCount(_ arrays: [String: StoredArray]) -> Int { arrays.values.reduce(0) { $0 + $1.bytes.count } }

    static let hostileHeaders: [(header: String, data: Int)] = [
        ("", 0), (" {}", 0), ("{", 0), ("{}x", 0), ("[]", 0), (#"{"a":1}"#, 0), (#"{"a":{}}"#, 0),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#, 5),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0),
        (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}"#, 4),
        (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, 6),
        (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}"#, 6),
        (#"{"__metadata__":{"a":1}}"#, 0), (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0), (#"{"__metadata__":{"a":"\ud800"}}"#, 0),
        (#"{"__metadata__":{"a":"\x"}}"#, 0), ("{\"__metadata__\":{\"a\":\"\u{1}\"}}", 0), ("{}\0\0\0\0\0\0", 0),
    ]

    @Test(arguments: hostileHeaders)
    func hostileHeaderIsRefused(header: String, data: Int) {
        let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [UInt8](repeating: 0, count: data)
        #expect(throws: FormatsError.self) { try Safetensors(bytes: bytes) }
    }

    @Test func headerLengthIsNotBelieved() {
        for first in [
            [UInt8](repeating: 0xFF, count: 8), [0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0, 0, 0], [1, 2],
        ] {
            #expect(throws: FormatsError.self) { try Safetensors(bytes: first + Array("{}".utf8)) }
        }
    }

    /// The bytes that NumPy 2 gives for `np.save(f, np.array([[1, 2]], "<i4"))`: magic, version 1.0, 118 bytes of header.
    @Test func numpyHeaderEqualsNumpys() throws {
        let bytes = try NumpyArray.serialized(StoredArray([Int32](arrayLiteral: 1, 2), shape: [1, 2]))
        let header = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }"
        let expected =
            [0x93] + Array("NUMPY\u{1}\u{0}v\u{0}".utf8) + Array(header.utf8)
            + [UInt8](repeating: 0x20, count: 117 - header.utf8.count)
            + [0x0A, 1, 0, 0, 0, 2, 0, 0, 0]
        #expect(bytes == expected)
    }

    @Test func numpyFilesComeBack() throws {
        let folder = try ScratchFolder()
        for (_, array) in try Self.sample() {
            #expect(try NumpyArray.read(NumpyArray.serialized(array)) == array)
        }
        for compressed in [false, true] {
            let path = folder.file("x\(compressed).npz")
            try NumpyArchive.write(Self.sample(), to: path, compressed: compressed)
            #expect(try NumpyArchive.read(path: path) == Self.sample())
            let again = try NumpyArchive.serialized(Self.sample(), compressed: compressed)
            #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == again)
        }
    }

    /// The bytes that `np.savez` writes when it is given nothing.
    @Test func anArchiveMayBeEmpty() throws {
        let folder = try ScratchFolder()
        try NumpyArchive.write([:], to: folder.file("none.npz"))
        #expect(
            [UInt8](try Data(contentsOf: URL(filePath: folder.file("none.npz")))) == [0x50, 0x4B, 5, 6]
                + [UInt8](repeating: 0, count: 18))
        #expect(try NumpyArchive.read(path: folder.file("none.npz")).isEmpty)
    }

    @Test func otherOrdersAreTurned() throws {
        func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
            [0x93] + Array("NUMPY\u{1}\u{0}".utf8) + [UInt8(header.utf8.count), 0] + Array(header.utf8) + data
        }
        let columns = try NumpyArray.read(file("{'descr':'|u1','fortran_order':True,'shape':(2,3)}", [1, 4, 2, 5, 3, 6]))
        #expect(try columns.values(as: UInt8.self) == [1, 2, 3, 4, 5, 6])
        let big = try NumpyArray.read(file("{'shape': (2,), 'fortran_order': False, 'descr': '>i2', }", [1, 2, 0xFF, 0xFE]))
        #expect(try big.values(as: Int16.self) == [0x102, -2])
        for header in [
            "{'descr':'|O','fortran_order':False,'shape':(1,)}", "{'descr':[('a','<i4')],'fortran_order':False,'shape':(1,)}",
            "{'descr':'<i4','shape':(1,)}", "{'descr':'<i4','fortran_order':Maybe,'shape':(1,)}", "{", "",
            "{'descr':'<i4','fortran_order':False,'shape':(9,)}", "{'descr':'<i4','fortran_order':False,'shape':(-1,)}",
        ] {
            #expect(throws: FormatsError.self, "\(header)") { try NumpyArray.read(file(header, [0, 0, 0, 0])) }
        }
    }

    @Test func indexedArraysAreRead() throws {
        let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 6]
        #expect(try IndexedArray.read(images) == StoredArray([UInt8](arrayLiteral: 9, 8, 7, 6), shape: [2, 1, 2]))
        let numbers: [UInt8] = [0, 0, 0x0C, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFE]
        #expect(try IndexedArray.read(numbers).values(as: Int32.self) == [-2])
        for damaged: [UInt8] in [images.dropLast(), images + [0], [0, 0, 7, 0], [0, 1, 8, 0], [0, 0, 8]] {
            #expect(throws: FormatsError.self) { try IndexedArray.read(damaged) }
        }
    }

    /// `gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3]), mtime=0)` of CPython 3.11.
    static let gzipped: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0x63, 0x60, 0xE0, 0x60, 0x64, 0x60, 0x60, 0x60, 0x66, 0x64, 0x62, 0x06, 0, 0x8B, 0xE5,
        0xBD, 0xA4, 0x0B, 0, 0, 0,
    ]

    @Test func gzippedIndexedArraysAreRead() throws {
        #expect(try IndexedArray.read(Self.gzipped) == StoredArray([UInt8](arrayLiteral: 1, 2, 3), shape: [3]))
        #expect(throws: FormatsError.self) { try IndexedArray.read(Self.gzipped.dropLast()) }
        #expect(throws: FormatsError.self) { try IndexedArray.read(Self.gzipped + [1]) }
    }

    @Test func damagedInputNeverTraps() throws {
        let document = Safetensors(arrays: try Self.sample(), metadata: ["a": "b"])
        _ = readMutations(of: document.serialized()) { _ = try Safetensors(bytes: $0) }
        _ = readMutations(of: try NumpyArray.serialized(StoredArray([Float](repeating: 1, count: 6), shape: [2, 3]))) {
            _ = try NumpyArray.read($0)
        }
        for compressed in [false, true] {
            _ = readMutations(of: try NumpyArchive.serialized(Self.sample(), compressed: compressed)) {
                _ = try NumpyArchive.read($0)
            }
        }
        let refused = readMutations(of: Self.gzipped) { _ = try IndexedArray.read($0) }
        #expect(refused > 150)
    }
}
