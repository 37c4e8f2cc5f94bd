internal import CZip
import Foundation

/// What a zip archive may be at most before it is refused.
public struct ZipLimits: Sendable {
    public var entries = 1_000_000
    /// Bytes of all entries unpacked.
    public var bytes = 64 << 30
    /// How many times larger than packed an entry may be; images and tables stay far below.
    public var ratio = 100

    public init() {}
}

/// A zip archive in a file, whose entries are checked before the first is unpacked.
public final class ZipFile {
    private struct Entry {
        var index: Int
        var name: String
        var size: Int
        var isFolder: Bool
    }

    private let handle: OpaquePointer
    private let path: String
    private let entries: [Entry]

    /// Opens an archive and checks the names, kinds and sizes of its entries.
    ///
    /// - Throws: `FormatsError.malformed` for what is no archive, and for one with links, encrypted entries, names that lead out of a
    ///   folder or come twice, or sizes beyond the limits.
    public init(path: String, limits: ZipLimits = ZipLimits()) throws {
        try ZipFile.needLibrary()
        var code: Int32 = 0
        guard let handle = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code) else {
            var error = zip_error_t()
            zip_error_init_with_code(&error, code)
            defer { zip_error_fini(&error) }
            throw ZipFile.failure(path, String(cString: zip_error_strerror(&error)))
        }
        do {
            entries = try ZipFile.checked(handle, path, limits)
        } catch {
            zip_discard(handle)
            throw error
        }
        self.handle = handle
        self.path = path
    }

    deinit { zip_discard(handle) }

    /// Unpacks everything into a new folder, checking the checksum of each entry.
    ///
    /// - Parameter progress: told before each entry; may throw to stop.
    /// - Throws: `FormatsError.malformed` for a damaged entry, `.system` when the disk is full; what is there by then stays.
    public func unpack(to folder: String, progress: (Int, Int) throws -> Void = { _, _ in }) throws {
        try makeFolder(folder)
        for (number, entry) in entries.enumerated() {
            try progress(number, entries.count)
            let target = "\(folder)/\(entry.name)"
            if entry.isFolder {
                try makeFolder(target)
            } else {
                try makeFolder(String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)]))
                try unpack(entry, to: target)
            }
        }
    }

    // MARK: - Implementation

    /// - Throws: `FormatsError.noLibrary` when libzip, which is loaded at its first use, is not there.
    static func needLibrary() throws(FormatsError) {
        if let problem = zip_library_problem() { throw .noLibrary(String(cString: problem)) }
    }

    private func unpack(_ entry: Entry, to target: String) throws {
        guard let file = zip_fopen_index(handle, zip_uint64_t(entry.index), 0) else {
            throw Self.failure(path, "\(entry.name): \(Self.text(zip_get_error(handle)))")
        }
        defer { zip_fclose(file) }
        let output = try OutputFile(path: target, opening: .creating)
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // At most `chunk.count` bytes are written to it; the checksum is verified with the last.
            let got = zip_fread(file, &chunk, zip_uint64_t(chunk.count))
            guard got >= 0 else { throw Self.failure(path, "\(entry.name): \(Self.text(zip_file_get_error(file)))") }
            if got == 0 { break }
            guard output.count + Int(got) <= entry.size else { throw Self.failure(path, "\(entry.name) is longer than it says") }
            try output.write(chunk[0..<Int(got)])
        }
        guard output.count == entry.size else { throw Self.failure(path, "\(entry.name) is shorter than it says") }
        try output.close()
    }

    private static func checked(_ handle: OpaquePointer, _ path: String, _ limits: ZipLimits) throws -> [Entry] {
        let count = max(0, Int(zip_get_num_entries(handle, 0)))
        guard count <= limits.entries else { throw failure(path, "it has \(count) entries, more than \(limits.entries)") }
        var entries: [Entry] = []
        var names: Set<String> = []
        var sum = 0
        for index in 0..<count {
            let entry = try entry(handle, path, index, limits)
            guard names.insert(entry.name).inserted else { throw failure(path, "it has two entries '\(entry.name)'") }
            let (total, overflow) = sum.addingReportingOverflow(entry.size)
            guard !overflow, total <= limits.bytes else { throw failure(path, "it unpacks to more than \(limits.bytes) bytes") }
            sum = total
            entries.append(entry)
        }
        return entries
    }

    private static func entry(_ handle: OpaquePointer, _ path: String, _ index: Int, _ limits: ZipLimits) throws -> Entry {
        var status = zip_stat_t()
        guard zip_stat_index(handle, zip_uint64_t(index), 0, &status) == 0, let raw = status.name else {
            throw failure(path, "entry \(index): \(text(zip_get_error(handle)))")
        }
        let name = String(cString: raw)
        var parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isFolder = parts.last == ""
        if isFolder { parts.removeLast() }
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !name.contains("\\"),
            !name.contains(":"),
            name.utf8.count < 1024
        else { throw failure(path, "its entry '\(name)' leads out of a folder") }
        guard status.encryption_method == UInt16(ZIP_EM_NONE) else { throw failure(path, "its entry '\(name)' is encrypted") }
        var system: UInt8 = 0
        var attributes: UInt32 = 0
        zip_file_get_external_attributes(handle, zip_uint64_t(index), 0, &system, &attributes)
        // The upper half of what Unix tools store is the mode of the file; anything but a file or folder is a link or device.
        let kind = attributes >> 16 & UInt32(S_IFMT)
        guard system != UInt8(ZIP_OPSYS_UNIX) || kind == 0 || kind == UInt32(S_IFREG) || kind == UInt32(S_IFDIR) else {
            throw failure(path, "its entry '\(name)' is a link or a device")
        }
        guard let size = Int(exactly: status.size), let packed = Int(exactly: status.comp_size) else {
            throw failure(path, "its entry '\(name)' is too large")
        }
        let (most, overflow) = packed.multipliedReportingOverflow(by: limits.ratio)
        guard overflow || size <= max(most, 1 << 20) else {
            throw failure(path, "its entry '\(name)' unpacks to \(size) bytes from \(packed), as only bombs do")
        }
        return Entry(index: index, name: isFolder ? String(name.dropLast()) : name, size: size, isFolder: isFolder)
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            throw FormatsError.system(action: .create, path: path, code: Int32(clamping: underlying?.code ?? Int(EIO)))
        }
    }

    private static func text(_ error: UnsafeMutablePointer<zip_error_t>?) -> String {
        zip_error_strerror(error).map { String(cString: $0) } ?? "unknown error"
    }

    private static func failure(_ path: String, _ problem: String) -> FormatsError {
        .malformed(file: path, format: .zip, offset: 0, problem: problem)
    }
}
