import Formats
import ScriptRuntime
import Tensors

/// `carpedm.tensor`, imported as `T`.
extension Engine {
    func tensorModules(_ type: TypeObject) -> [NativeModule] {
        let dtypes = DType.allCases.map { (name: $0.name, value: Value.str($0.name)) }
        let constants: [(name: String, value: Value)] = [
            ("pi", .float(.pi)), ("e", .float(2.718281828459045)), ("inf", .float(.infinity)), ("nan", .float(.nan)),
            ("newaxis", .none),
            ("Tensor", .type(type)),
        ]
        return [
            NativeModule(
                "carpedm.tensor",
                doc:
                    "Tensors with the functions and argument names of NumPy and the array API. dtypes are bool, uint8, int32, int64, float32 "
                    + "(the default for fractions) and float64, given by name.",
                functions: TensorFunction.all.map { $0.native(self) } + fileFunctions, members: { _ in dtypes + constants }),
            randomModule(),
        ]
    }

    // MARK: - Files

    private var fileFunctions: [Native] {
        [
            Native("save(path, x)", "Write a tensor as .npy, or a dict of tensors as .npz, where NumPy reads them.") {
                [unowned self] call in
                let contents: [UInt8]
                if case .dict(let dict) = interpreter.plain(call[1]) {
                    var arrays: [String: StoredArray] = [:]
                    // The elements' bytes, the entries made of them, and the archive; each entry has a header.
                    try MemoryPool.ensureRoom(dict.entries.reduce(0) { $0 + 3 * ((asTensor($1.1)?.byteCount ?? 0) + 1024) }, "save")
                    for (name, value) in dict.entries {
                        guard case .str(let text) = name else { throw Raised.type("save: the names of tensors must be strings") }
                        arrays[text.string] = try stored(tensor(value, "save: '\(text.string)'"))
                    }
                    contents = try NumpyArchive.serialized(arrays)
                } else {
                    let tensor = try tensor(call[1], "save: argument 2")
                    try MemoryPool.ensureRoom(2 * tensor.byteCount, "save")
                    contents = try NumpyArray.serialized(stored(tensor))
                }
                try withFile(call[0], mode: "wb") { file in
                    _ = try interpreter.callMethod(file, named: "write", [.bytes(BytesObject(contents))])
                }
                return .none
            },
            Native("load(path)", "A tensor from .npy, or a dict of tensors from .npz.") { [unowned self] call in
                var contents: [UInt8] = []
                try withFile(call[0], mode: "rb") { file in
                    if case .bytes(let bytes) = try interpreter.callMethod(file, named: "read") { contents = bytes.bytes }
                }
                let name = try interpreter.str(call[0]).string
                // Entries and elements are copies.
                try MemoryPool.ensureRoom(2 * contents.count, "load")
                // A zip file begins so; an .npy file begins with its own mark.
                guard contents.starts(with: [0x50, 0x4B]) else {
                    return try result(read(NumpyArray.read(contents, name: name), name))
                }
                let arrays = try NumpyArchive.read(contents, name: name)
                return interpreter.dict(
                    try arrays.sorted { $0.key < $1.key }.map { ($0.key, try result(read($0.value, $0.key))) })
            },
        ]
    }

    /// Opens a file as the script itself would: with its capabilities, and with its exceptions.
    private func withFile(_ path: Value, mode: String, _ body: (Value) throws -> Void) throws {
        guard let open = interpreter.builtins["open"] else { throw Raised(.permissionError, "this session has no files") }
        let file = try interpreter.call(open, [path, .str(mode)])
        do { try body(file) } catch {
            try interpreter.callMethod(file, named: "close")
            throw error
        }
        try interpreter.callMethod(file, named: "close")
    }

    private static let kinds: [(DType, ElementType)] = [
        (.bool, .bool), (.uint8, .uint8), (.int32, .int32), (.int64, .int64), (.float32, .float32), (.float64, .float64),
    ]

    private func stored(_ tensor: Tensor) throws -> StoredArray {
        let type = Self.kinds.first { $0.0 == tensor.dtype }?.1 ?? .float32
        return try StoredArray(elementType: type, shape: tensor.shape, bytes: tensor.withUnsafeBytes { Array($0) })
    }

    private func read(_ array: StoredArray, _ name: String) throws -> Tensor {
        if let kind = Self.kinds.first(where: { $0.1 == array.elementType })?.0 {
            return try array.bytes.withUnsafeBytes { try Tensor(dtype: kind, shape: array.shape, bytes: $0) }
        }
        switch array.elementType {
        case .int8: return try Tensor(array.values(as: Int8.self).map { Int32($0) }, shape: array.shape)
        case .int16: return try Tensor(array.values(as: Int16.self).map { Int32($0) }, shape: array.shape)
        case .uint16: return try Tensor(array.values(as: UInt16.self).map { Int32($0) }, shape: array.shape)
        case .uint32: return try Tensor(array.values(as: UInt32.self).map { Int64($0) }, shape: array.shape)
        default:
            throw Raised(
                .typeError, "load: '\(name)' holds \(array.elementType.rawValue), for which there is no dtype",
                hint: "Save it as float32, float64, int32, int64, uint8 or bool.")
        }
    }
}
