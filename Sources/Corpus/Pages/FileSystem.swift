import Foundation

/// The few questions to the file system that this module has, with errors that name the file.
enum FileSystem {
    enum Kind { case file, folder, other }

    /// What is at `path` (links followed), or nil when there is nothing.
    static func kind(of path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        default: .other
        }
    }

    /// The names in a folder, sorted by their bytes.
    static func names(in folder: String) throws(CorpusError) -> [String] {
        guard let listing = opendir(folder) else { throw .unreadable(path: folder, code: errno) }
        defer { closedir(listing) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(listing) else { break }
            // `d_name` is a C string inside the entry, which lives until the next call.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(entry.pointee.d_reclen)) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .unreadable(path: folder, code: errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Everything in a file.
    static func contents(of path: String) throws(CorpusError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            // `read` fills at most the rest of the buffer and says how much it did.
            while count < buffer.count, let base = buffer.baseAddress {
                let got = read(descriptor, base + count, buffer.count - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard code == 0 else { throw .unreadable(path: path, code: code) }
        return bytes
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws(CorpusError) {
        switch kind(of: path) {
        case .folder?: return
        case nil: break
        default: throw .unwritable(path: path, code: ENOTDIR)
        }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
        guard mkdir(path, 0o777) == 0 || (errno == EEXIST && kind(of: path) == .folder) else {
            throw .unwritable(path: path, code: errno)
        }
    }

    /// The size of a file in bytes, or nil when there is none.
    static func size(of path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Removes a file, or a folder with everything in it; nothing there is no error.
    static func remove(_ path: String) throws(CorpusError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        let code = errno
        guard kind(of: path) == .folder else { throw .unwritable(path: path, code: code) }
        for name in try names(in: path) { try remove("\(path)/\(name)") }
        guard rmdir(path) == 0 else { throw .unwritable(path: path, code: errno) }
    }
}
