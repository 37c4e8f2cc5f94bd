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

    // MARK: - Paths as texts

    /// A path argument: its units, and whether it is bytes.
    private struct Path {
        let units: [UInt32]
        let isBytes: Bool

        init(_ value: Value, _ call: Call, refusal: (String) -> String = { "expected str, bytes or os.PathLike object, not \($0)" }) throws {
            let interpreter = call.interpreter
            var plain = value
            if case .instance = value { plain = Path.isText(value, interpreter) ? interpreter.plain(value) : value }
            switch plain {
            case .str, .bytes: break
            default:
                guard let method = interpreter.method(value, "__fspath__") else { throw Raised.type(refusal(interpreter.typeName(of: value))) }
                let made = try interpreter.callMethod(method, value)
                plain = Path.isText(made, interpreter) ? interpreter.plain(made) : made
            }
            switch plain {
            case .str(let text): (units, isBytes) = (text.units, false)
            case .bytes(let bytes): (units, isBytes) = (bytes.bytes.map(UInt32.init), true)
            default:
                throw Raised.type(
                    "expected \(interpreter.typeName(of: value)).__fspath__() to return str or bytes, not \(interpreter.typeName(of: plain))")
            }
        }

        /// A bytearray is no path, though it holds bytes.
        private static func isText(_ value: Value, _ interpreter: Interpreter) -> Bool {
            interpreter.type(of: value).lineage.contains { $0 === interpreter.types.str || $0 === interpreter.types.bytes }
        }

        /// A result of the same kind.
        func value(_ units: [UInt32]) -> Value {
            isBytes ? .bytes(BytesObject(units.map { UInt8(truncatingIfNeeded: $0) })) : .str(.make(units: units))
        }

        func pair(_ parts: ([UInt32], [UInt32])) -> Value { .tuple([value(parts.0), value(parts.1)]) }

        /// The folder that paths are relative to.
        var current: [UInt32] {
            let folder = FileManager.default.currentDirectoryPath
            return isBytes ? folder.utf8.map(UInt32.init) : folder.unicodeScalars.map(\.value)
        }

        func absolute() -> [UInt32] { PosixPath.normalize(units.first == 47 ? units : current + [47] + units) }
    }

    /// Several that must be of one kind.
    private static func paths(_ values: [Value], _ function: String, _ call: Call) throws -> [Path] {
        let paths = try values.map { value in
            try Path(value, call, refusal: { "\(function)() argument must be str, bytes, or os.PathLike object, not '\($0)'" })
        }
        if paths.contains(where: { $0.isBytes != paths[0].isBytes }) { throw Raised.type("Can't mix strings and bytes in path components") }
        return paths
    }

    private static func pure(_ state: LibraryState) -> [Native] {
        func native(_ declaration: String, _ doc: String, _ body: @escaping (Path) -> Value) -> Native {
            Native(declaration, doc) { call in body(try Path(call[0], call)) }
        }
        return [
            Native("join(a, /, *p)", "Join two or more pathname components, inserting '/' as needed.") { call in
                _ = try Path(call[0], call)
                let all = try paths([call[0]] + call.rest(1), "join", call)
                return all[0].value(PosixPath.join(all[0].units, all.dropFirst().map(\.units)))
            },
            native("split(p)", "Split a pathname into head and tail; tail is everything after the final slash.") { path in
                path.pair(PosixPath.split(path.units))
            },
            native("basename(p)", "Returns the final component of a pathname.") { $0.value(PosixPath.split($0.units).tail) },
            native("dirname(p)", "Returns the directory component of a pathname.") { $0.value(PosixPath.split($0.units).head) },
            native("splitext(p)", "Split the extension from a pathname.") { $0.pair(PosixPath.splitExtension($0.units)) },
            native("splitdrive(p)", "Split a pathname into drive and path; the drive is always empty.") { $0.pair(([], $0.units)) },
            native("normpath(path)", "Normalize path, eliminating double slashes, etc.") { $0.value(PosixPath.normalize($0.units)) },
            native("normcase(s)", "Normalize case of pathname; has no effect here.") { $0.value($0.units) },
            native("isabs(s)", "Test whether a path is absolute.") { .bool($0.units.first == 47) },
            native("abspath(path)", "Return an absolute path.") { $0.value($0.absolute()) },
            Native("relpath(path, start=None)", "Return a relative version of a path.") { call in
                let target = try Path(call[0], call)
                if target.units.isEmpty { throw Raised.value("no path specified") }
                if call[1].isNone { return target.value(PosixPath.relative(target.absolute(), from: PosixPath.normalize(target.current))) }
                let both = try paths([call[0], call[1]], "relpath", call)
                return target.value(PosixPath.relative(target.absolute(), from: both[1].absolute()))
            },
            Native("commonprefix(m)", "Given a list of pathnames, returns the longest common leading component.") { call in
                try commonPrefix(call)
            },
            Native("commonpath(paths)", "Given a sequence of path names, returns the longest common sub-path.") { call in
                let items = try call.items(0)
                if items.isEmpty { throw Raised.value("commonpath() arg is an empty sequence") }
                _ = try items.map { try Path($0, call) }
                let all = try paths(items, "commonpath", call)
                guard let common = PosixPath.common(all.map(\.units)) else { throw Raised.value("Can't mix absolute and relative paths") }
                return all[0].value(common)
            },
        ]
    }

    /// Of paths, or of lists item by item, as CPython's.
    private static func commonPrefix(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        if try !call.truth(0) { return .str("") }
        let first = try interpreter.item(of: call[0], at: .int(0))
        var items = try call.items(0)
        switch interpreter.plain(first) {
        case .list, .tuple: break
        default:
            items = try items.map { item in
                let path = try Path(item, call)
                return path.value(path.units)
            }
        }
        var (least, greatest) = (items[0], items[0])
        for item in items.dropFirst() {
            if try interpreter.isTrue(.less, item, least) { least = item }
            if try interpreter.isTrue(.greater, item, greatest) { greatest = item }
        }
        let (a, b) = (try interpreter.items(of: least), try interpreter.items(of: greatest))
        var count = 0
        while count < a.count {
            // A longer least one is never there: of two that begin alike the shorter is less.
            guard count < b.count, try interpreter.same(a[count], b[count]) else { break }
            count += 1
        }
        return try interpreter.item(of: least, at: .slice(SliceObject(.none, .int(count), .none)))
    }

    // MARK: - Questions to the file system

    private static func asking(_ state: LibraryState) -> [Native] {
        func question(_ name: String, _ doc: String, following: Bool = true, _ ask: @escaping (stat) -> Bool) -> Native {
            Native("\(name)(path)", doc) { call in
                // A path that no file can have is no error, as in CPython.
                if try Path(call[0], call).units.contains(0) { return .false }
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
            Native("realpath(filename)", "Return the canonical path, eliminating symbolic links.") { call in
                let resolved = FileAccess.resolve(try path(call, 0))
                return try Path(call[0], call).isBytes ? .bytes(BytesObject(Array(resolved.utf8))) : .str(resolved)
            },
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
                let path = try Path(call[0], call)
                let end = path.units.firstIndex(of: 47) ?? path.units.count
                guard path.units.prefix(end).elementsEqual([126]), state.options.capabilities.environment,
                    let home = ProcessInfo.processInfo.environment["HOME"]
                else { return path.value(path.units) }
                var units = path.isBytes ? home.utf8.map(UInt32.init) : home.unicodeScalars.map(\.value)
                while units.last == 47 { units.removeLast() }
                units += path.units[end...]
                return path.value(units.isEmpty ? [47] : units)
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
