import Formats
import Foundation
public import Tensors

/// A run as it stood after a step: parameters, optimizer slots and state, in a folder of three files and their checksums.
///
/// `weights.safetensors` and `optimizer.safetensors` hold tensors by name, `state.json` the rest, `MANIFEST` a line for each file with its
/// CRC32C, size and name. The folder appears under its name when everything is on the disk, never before.
public struct Checkpoint: Sendable {
    public var state: RunState
    public var parameters: [String: Tensor]
    /// By variable and slot: `conv0/kernel/momentum`.
    public var slots: [String: Tensor]

    public init(state: RunState, parameters: [String: Tensor], slots: [String: Tensor]) {
        (self.state, self.parameters, self.slots) = (state, parameters, slots)
    }

    /// Reads and verifies the checkpoint in `folder`.
    ///
    /// - Throws: `TrainingError.damagedCheckpoint` naming what is wrong.
    public init(folder: String) throws {
        func damaged(_ problem: String) -> TrainingError { .damagedCheckpoint(path: folder, problem: problem) }
        PausedSave.wait()
        try Manifest.verify(folder)
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(FileName.state)"))
            state = try JSONDecoder().decode(RunState.self, from: data)
            parameters = try Safetensors(path: "\(folder)/\(FileName.weights)").arrays.mapValues(Tensor.init(stored:))
            slots = try Safetensors(path: "\(folder)/\(FileName.optimizer)").arrays.mapValues(Tensor.init(stored:))
        } catch let error as FormatsError {
            throw damaged(error.errorDescription ?? "\(error)")
        } catch let error as DecodingError {
            throw damaged("\(FileName.state) cannot be decoded (\(error))")
        }
        guard state.version == RunState.currentVersion else {
            throw damaged("its version \(state.version) is not \(RunState.currentVersion)")
        }
        guard Set(state.variables + state.untrained) == Set(parameters.keys) else {
            throw damaged("\(FileName.state) and \(FileName.weights) name different variables")
        }
    }

    /// Writes the checkpoint to `folder`, replacing one that is there.
    ///
    /// - Throws: `FormatsError.system` when the disk is full or the folder cannot be written; nothing is left behind then.
    public func write(to folder: String) throws {
        let partial = AtomicFile.partialPath(for: folder)
        do {
            try makeFolder(partial)
            let metadata = ["step": "\(state.step)", "model": state.model]
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            let files: [(name: String, bytes: [UInt8])] = [
                (
                    FileName.weights,
                    Safetensors(arrays: try parameters.mapValues(StoredArray.init), metadata: metadata).serialized()
                ),
                (FileName.optimizer, Safetensors(arrays: try slots.mapValues(StoredArray.init), metadata: metadata).serialized()),
                (FileName.state, [UInt8](try encoder.encode(state))),
            ]
            for file in files { try writeSynchronized(file.bytes, to: "\(partial)/\(file.name)") }
            try writeSynchronized(Array(Manifest.text(files).utf8), to: "\(partial)/\(FileName.manifest)")
            try AtomicFile.synchronizeFolder(of: "\(partial)/\(FileName.manifest)")
            try replaceFolder(folder, with: partial)
        } catch {
            removeFolder(partial)
            throw error
        }
    }

    enum FileName {
        static let weights = "weights.safetensors"
        static let optimizer = "optimizer.safetensors"
        static let state = "state.json"
        static let manifest = "MANIFEST"
    }

    /// Parameters only, for a warm start; the optimizer's file need not be whole.
    static func parameters(in folder: String) throws -> [String: Tensor] {
        PausedSave.wait()
        try Manifest.verify(folder)
        return try Safetensors(path: "\(folder)/\(FileName.weights)").arrays.mapValues(Tensor.init(stored:))
    }
}

// MARK: - Implementation

/// The checksums of a checkpoint's files.
private enum Manifest {
    static func text(_ files: [(name: String, bytes: [UInt8])]) -> String {
        let lines = files.map { "\(hex(CRC32C.checksum($0.bytes))) \($0.bytes.count) \($0.name)\n" }.joined()
        return lines + "\(hex(CRC32C.checksum(lines.utf8))) end\n"
    }

    static func verify(_ folder: String) throws {
        func damaged(_ problem: String) -> TrainingError { .damagedCheckpoint(path: folder, problem: problem) }
        func contents(_ name: String) throws -> [UInt8] {
            do {
                return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
            } catch {
                throw damaged("\(name) is missing or cannot be read")
            }
        }
        let text = String(decoding: try contents(Checkpoint.FileName.manifest), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.split(separator: " ") }
        let body = text.split(separator: "\n").dropLast().map { $0 + "\n" }.joined()
        guard lines.count == 5, lines[3] == [Substring(hex(CRC32C.checksum(body.utf8))), "end"], lines[4].isEmpty else {
            throw damaged("\(Checkpoint.FileName.manifest) is not whole")
        }
        for line in lines.prefix(3) {
            guard line.count == 3 else { throw damaged("\(Checkpoint.FileName.manifest) is not whole") }
            let bytes = try contents(String(line[2]))
            guard String(bytes.count) == line[1] else {
                throw damaged("\(line[2]) has \(bytes.count) bytes instead of \(line[1])")
            }
            guard hex(CRC32C.checksum(bytes)) == line[0] else { throw damaged("\(line[2]) has the wrong checksum") }
        }
    }

    private static func hex(_ checksum: UInt32) -> String {
        let digits = String(checksum, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// A file in a folder that nobody reads yet: it needs no name of its own while it is written.
private func writeSynchronized(_ bytes: [UInt8], to path: String) throws {
    let file = try OutputFile(path: path, opening: .creating)
    try file.write(bytes)
    try file.synchronize()
    try file.close()
}

/// Makes a folder and those above it.
func makeFolder(_ path: String) throws {
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        throw FormatsError.system(action: .create, path: path, code: systemErrorCode(of: error))
    }
}

func removeFolder(_ path: String) {
    // What cannot be removed is only a leftover under a name that nobody reads.
    try? FileManager.default.removeItem(atPath: path)
}

/// Puts the finished folder `new` in the place of `path`, whose old contents go.
private func replaceFolder(_ path: String, with new: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return try AtomicFile.move(new, to: path) }
    let old = AtomicFile.partialPath(for: path)
    try AtomicFile.move(path, to: old)
    try AtomicFile.move(new, to: path)
    removeFolder(old)
}

extension Tensor {
    /// - Throws: `FormatsError.wrongElementType` for types that tensors do not have.
    init(stored array: StoredArray) throws {
        let dtype: DType =
            switch array.elementType {
            case .bool: .bool
            case .uint8: .uint8
            case .int32: .int32
            case .int64: .int64
            case .float32: .float32
            case .float64: .float64
            default: throw FormatsError.wrongElementType(name: "tensor", found: array.elementType, wanted: .float32)
            }
        self = try array.bytes.withUnsafeBytes { try Tensor(dtype: dtype, shape: array.shape, bytes: $0) }
    }
}

extension StoredArray {
    init(_ tensor: Tensor) throws {
        let elementType: ElementType =
            switch tensor.dtype {
            case .bool: .bool
            case .uint8: .uint8
            case .int32: .int32
            case .int64: .int64
            case .float32: .float32
            case .float64: .float64
            }
        try self.init(elementType: elementType, shape: tensor.shape, bytes: tensor.withUnsafeBytes { [UInt8]($0) })
    }
}
