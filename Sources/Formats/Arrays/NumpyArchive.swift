internal import CZip
import Foundation

/// Several named arrays in one `.npz` file, as NumPy's `savez` and `load`.
public enum NumpyArchive {
    /// Reads a file; the names are those of the arrays, without `.npy`.
    public static func read(path: String) throws -> [String: StoredArray] {
        try read(InputFile.contents(of: path), name: path)
    }

    /// Reads a file's bytes; `name` stands for the file in errors.
    ///
    /// - Throws: `FormatsError.malformed` when this is no zip archive, an entry is damaged, or is no plain array.
    public static func read(_ bytes: [UInt8], name: String = "<memory>") throws -> [String: StoredArray] {
        let archive = try ZipArchive(reading: bytes, name: name)
        var arrays: [String: StoredArray] = [:]
        for index in 0..<archive.count {
            let (entry, contents) = try archive.entry(index)
            guard entry.hasSuffix(".npy") else { continue }
            let key = String(entry.dropLast(4))
            let array = try NumpyArray.read(contents, name: "\(name)/\(entry)")
            guard arrays.updateValue(array, forKey: key) == nil else { throw FormatsError.duplicateName(key) }
        }
        return arrays
    }

    /// A file's bytes: entries in the order of their names, stored or (`compressed`) deflated; the same for the same content.
    public static func serialized(_ arrays: [String: StoredArray], compressed: Bool = false) throws -> [UInt8] {
        let entries = try arrays.sorted { $0.key < $1.key }.map { ($0.key + ".npy", try NumpyArray.serialized($0.value)) }
        return try ZipArchive.bytes(of: entries, compressed: compressed)
    }

    /// Writes a file whole or not at all.
    public static func write(
        _ arrays: [String: StoredArray], to path: String, compressed: Bool = false, isDurable: Bool = true
    ) throws {
        try AtomicFile.write(serialized(arrays, compressed: compressed), to: path, isDurable: isDurable)
    }
}

// MARK: - Implementation

/// A zip archive in memory, by libzip.
final class ZipArchive {
    private let handle: OpaquePointer
    private let name: String
    private let storage: UnsafeMutableRawBufferPointer

    init(reading bytes: [UInt8], name: String) throws {
        try ZipFile.needLibrary()
        self.name = name
        // libzip reads from `storage` until the archive is discarded; both happen in `deinit`, in that order.
        storage = .allocate(byteCount: max(1, bytes.count), alignment: 1)
        storage.copyBytes(from: bytes)
        var problem = zip_error_t()
        zip_error_init(&problem)
        guard let source = zip_source_buffer_create(storage.baseAddress, UInt64(bytes.count), 0, &problem) else {
            storage.deallocate()
            throw ZipArchive.failure(name, &problem)
        }
        guard let handle = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &problem) else {
            zip_source_free(source)
            storage.deallocate()
            throw ZipArchive.failure(name, &problem)
        }
        self.handle = handle
    }

    deinit {
        zip_discard(handle)
        storage.deallocate()
    }

    /// An entry that expands to more is refused.
    private static let mostBytes = 1 << 32

    var count: Int { max(0, Int(zip_get_num_entries(handle, 0))) }

    /// Name and contents of one entry, its checksum verified.
    func entry(_ index: Int) throws -> (name: String, contents: [UInt8]) {
        guard let entryName = zip_get_name(handle, zip_uint64_t(index), 0),
            let file = zip_fopen_index(handle, zip_uint64_t(index), 0)
        else { throw ZipArchive.failure(name, zip_get_error(handle)) }
        defer { zip_fclose(file) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let got = zip_fread(file, &chunk, zip_uint64_t(chunk.count))
            guard got >= 0 else { throw ZipArchive.failure(name, zip_file_get_error(file)) }
            if got == 0 { break }
            contents += chunk[0..<Int(got)]
            guard contents.count <= Self.mostBytes else {
                throw ZipArchive.failure(name, "it expands to more than \(Self.mostBytes) bytes")
            }
        }
        return (String(cString: entryName), contents)
    }

    static func bytes(of entries: [(name: String, contents: [UInt8])], compressed: Bool) throws -> [UInt8] {
        // The library writes no archive without entries; one is the record that ends every archive, with zeros for everything it tells.
        if entries.isEmpty { return Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 18) }
        try ZipFile.needLibrary()
        var problem = zip_error_t()
        zip_error_init(&problem)
        guard let target = zip_source_buffer_create(nil, 0, 0, &problem) else { throw failure("npz", &problem) }
        // `target` is kept once for the archive, which gives its share back in zip_close or zip_discard, and once for reading the result.
        zip_source_keep(target)
        defer { zip_source_free(target) }
        guard let handle = zip_open_from_source(target, ZIP_TRUNCATE, &problem) else {
            zip_source_free(target)
            throw failure("npz", &problem)
        }
        for (name, contents) in entries {
            do {
                try add(contents, named: name, to: handle, compressed: compressed)
            } catch {
                zip_discard(handle)
                throw error
            }
        }
        guard zip_close(handle) == 0 else {
            defer { zip_discard(handle) }
            throw failure("npz", zip_get_error(handle))
        }
        return try contents(of: target)
    }

    private static func add(_ contents: [UInt8], named name: String, to handle: OpaquePointer, compressed: Bool) throws {
        // libzip frees this copy, which must come from malloc, when it no longer needs it.
        guard let copy = malloc(max(1, contents.count)) else {
            throw FormatsError.system(action: .create, path: name, code: ENOMEM)
        }
        UnsafeMutableRawBufferPointer(start: copy, count: contents.count).copyBytes(from: contents)
        guard let source = zip_source_buffer(handle, copy, zip_uint64_t(contents.count), 1) else {
            free(copy)
            throw failure("npz", zip_get_error(handle))
        }
        let index = zip_file_add(handle, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            throw failure("npz", zip_get_error(handle))
        }
        let method = compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE
        // 1 January 1980, the first day of zip archives: the time of writing is no part of the content.
        guard zip_set_file_compression(handle, zip_uint64_t(index), method, 0) == 0,
            zip_file_set_dostime(handle, zip_uint64_t(index), 0, 0x21, 0) == 0
        else { throw failure("npz", zip_get_error(handle)) }
    }

    private static func contents(of source: OpaquePointer) throws -> [UInt8] {
        guard zip_source_open(source) == 0, zip_source_seek(source, 0, SEEK_END) == 0 else {
            throw failure("npz", zip_source_error(source))
        }
        defer { zip_source_close(source) }
        let count = zip_source_tell(source)
        guard count >= 0, zip_source_seek(source, 0, SEEK_SET) == 0 else { throw failure("npz", zip_source_error(source)) }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        guard zip_source_read(source, &bytes, zip_uint64_t(count)) == count else {
            throw failure("npz", zip_source_error(source))
        }
        return bytes
    }

    private static func failure(_ name: String, _ problem: String) -> FormatsError {
        .malformed(file: name, format: .numpyArchive, offset: 0, problem: problem)
    }

    private static func failure(_ name: String, _ error: UnsafeMutablePointer<zip_error_t>?) -> FormatsError {
        let reason = zip_error_strerror(error).map { String(cString: $0) } ?? "unknown error"
        return .malformed(file: name, format: .numpyArchive, offset: 0, problem: reason)
    }
}
