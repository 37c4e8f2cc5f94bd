import Foundation
import ScriptRuntime

/// `os.path`, as on every POSIX system.
enum PathModule {
    static func module(_ state: LibraryState, name: String) -> NativeModule {
        NativeModule(
            name, doc: "Common operations on path names.", functions: pure(state) + asking(state),
            members: { _ in
                [
                    ("sep", .str("/")), ("altsep", .none), ("extsep", .str(".")), ("pathsep", .str(":")), ("curdir", .str(".")),
                    ("pardir", .str("..")), ("defpath", .str("/bin:/usr/bin")), ("devnull", .str("/dev/null")),
                ]
            })
    }

    private static func path(_ call: Call, _ index: Int) throws -> String {
        try FileAccess.path(call[index], call.interpreter, "")
    }

    private static func pair(_ parts: (String, String)) -> Value { .tuple([.str(parts.0), .str(parts.1)]) }

    private static func absolute(_ path: String) -> String {
        PosixPath.normalize(path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path)
    }

    private static func pure(_ state: LibraryState) -> [Native] {
        [
            Native("join(a, /, *p)", "Join two or more pathname components, inserting '/' as needed.") { call in
                let parts: [String]
                let first: String
                do {
                    first = try path(call, 0)
                    parts = try call.rest(1).map { part in
                        switch call.interpreter.plain(part) {
                        case .str, .bytes: break
                        case let other where call.interpreter.method(other, "__fspath__") != nil: break
                        default:
                            throw Raised.type(
                                "join() argument must be str, bytes, or os.PathLike object, not '\(call.interpreter.typeName(of: part))'")
                        }
                        return try FileAccess.path(part, call.interpreter, "")
                    }
                }
                return .str(PosixPath.join(first, parts))
            },
            Native("split(p)", "Split a pathname into head and tail; tail is everything after the final slash.") {
                pair(PosixPath.split(try path($0, 0)))
            },
            Native("basename(p)", "Returns the final component of a pathname.") { .str(PosixPath.split(try path($0, 0)).tail) },
            Native("dirname(p)", "Returns the directory component of a pathname.") { .str(PosixPath.split(try path($0, 0)).head) },
            Native("splitext(p)", "Split the extension from a pathname.") { pair(PosixPath.splitExtension(try path($0, 0))) },
            Native("splitdrive(p)", "Split a pathname into drive and path; the drive is always empty.") { pair(("", try path($0, 0))) },
            Native("normpath(path)", "Normalize path, eliminating double slashes, etc.") { .str(PosixPath.normalize(try path($0, 0))) },
            Native("normcase(s)", "Normalize case of pathname; has no effect here.") { .str(try path($0, 0)) },
            Native("isabs(s)", "Test whether a path is absolute.") { .bool(try path($0, 0).hasPrefix("/")) },
            Native("abspath(path)", "Return an absolute path.") { .str(absolute(try path($0, 0))) },
            Native("relpath(path, start=None)", "Return a relative version of a path.") { call in
                let target = try path(call, 0)
                if target.isEmpty { throw Raised.value("no path specified") }
                let start = call[1].isNone ? "." : try path(call, 1)
                return .str(PosixPath.relative(absolute(target), from: absolute(start)))
            },
            Native("commonprefix(m)", "Given a list of pathnames, returns the longest common leading component.") { call in
                let items = try call.items(0)
                if items.isEmpty { return .str("") }
                var prefix: StrObject?
                for item in items {
                    guard case .str(let text) = call.interpreter.plain(item) else { throw call.mismatch(0, "list of str") }
                    guard let known = prefix else {
                        prefix = text
                        continue
                    }
                    var length = 0
                    while length < min(known.count, text.count), known[length] == text[length] { length += 1 }
                    prefix = known.slice(0, length)
                }
                return .str(prefix ?? .empty)
            },
            Native("commonpath(paths)", "Given a sequence of path names, returns the longest common sub-path.") { call in
                let paths = try call.items(0).map { try FileAccess.path($0, call.interpreter, "") }
                guard let first = paths.first else { throw Raised.value("commonpath() arg is an empty sequence") }
                let isAbsolute = first.hasPrefix("/")
                if paths.contains(where: { $0.hasPrefix("/") != isAbsolute }) { throw Raised.value("Can't mix absolute and relative paths") }
                let split = paths.map { $0.split(separator: "/").filter { $0 != "." } }
                var common = split[0]
                for parts in split { common = Array(zip(common, parts).prefix { $0 == $1 }.map(\.0)) }
                return .str((isAbsolute ? "/" : "") + common.joined(separator: "/"))
            },
        ]
    }

    // MARK: - Questions to the file system

    private static func asking(_ state: LibraryState) -> [Native] {
        func question(_ name: String, _ doc: String, following: Bool = true, _ ask: @escaping (stat) -> Bool) -> Native {
            Native("\(name)(path)", doc) { call in
                let path = try path(call, 0)
                try FileAccess.check(path, writing: false, state)
                var status = stat()
                guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return .false }
                return .bool(ask(status))
            }
        }
        func status(_ call: Call) throws -> stat {
            let path = try path(call, 0)
            try FileAccess.check(path, writing: false, state)
            var status = stat()
            if stat(path, &status) != 0 { throw FileAccess.error(errno, path) }
            return status
        }
        return [
            question("exists", "Test whether a path exists.") { _ in true },
            question("lexists", "Test whether a path exists, also as a broken link.", following: false) { _ in true },
            question("isfile", "Test whether a path is a regular file.") { $0.st_mode & S_IFMT == S_IFREG },
            question("isdir", "Test whether a path is a directory.") { $0.st_mode & S_IFMT == S_IFDIR },
            question("islink", "Test whether a path is a symbolic link.", following: false) { $0.st_mode & S_IFMT == S_IFLNK },
            Native("getsize(filename)", "Return the size of a file.") { .int(Int(try status($0).st_size)) },
            Native("getmtime(filename)", "Return the last modification time of a file.") { call in
                let time = try modified(status(call))
                return .float(Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9)
            },
            Native("realpath(filename)", "Return the canonical path, eliminating symbolic links.") { .str(FileAccess.resolve(try path($0, 0))) },
            Native("samefile(f1, f2)", "Test whether two pathnames reference the same file.") { call in
                let paths = try [path(call, 0), path(call, 1)]
                let statuses = try paths.map { path in
                    try FileAccess.check(path, writing: false, state)
                    var status = stat()
                    if stat(path, &status) != 0 { throw FileAccess.error(errno, path) }
                    return status
                }
                return .bool(statuses[0].st_dev == statuses[1].st_dev && statuses[0].st_ino == statuses[1].st_ino)
            },
            Native("expanduser(path)", "Expand ~ at the beginning to the user's home directory.") { call in
                let path = try path(call, 0)
                guard path.hasPrefix("~"), state.options.capabilities.environment else { return .str(path) }
                let end = path.firstIndex(of: "/") ?? path.endIndex
                guard path[..<end] == "~", let home = ProcessInfo.processInfo.environment["HOME"] else { return .str(path) }
                let rest = String(path[end...])
                let trimmed = home.hasSuffix("/") ? String(home.dropLast()) : home
                return .str(trimmed.isEmpty && rest.isEmpty ? "/" : trimmed + rest)
            },
        ]
    }
}

/// The field has another name on Apple's systems.
private func modified(_ status: stat) -> timespec {
    #if canImport(Darwin)
        status.st_mtimespec
    #else
        status.st_mtim
    #endif
}
