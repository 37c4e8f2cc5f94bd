import Foundation
import ScriptRuntime

/// `os`: the parts that read and change folders and files, and the environment.
enum OSModule {
    static func module(_ state: LibraryState) -> NativeModule {
        NativeModule(
            "os", doc: "Routines of the operating system.", functions: reading(state) + writing(state),
            members: { interpreter in
                [
                    ("path", .module(try interpreter.importModule("os.path"))), ("sep", .str("/")), ("altsep", .none), ("linesep", .str("\n")),
                    ("pathsep", .str(":")), ("curdir", .str(".")), ("pardir", .str("..")), ("extsep", .str(".")), ("devnull", .str("/dev/null")),
                    ("SEEK_SET", .int(0)), ("SEEK_CUR", .int(1)), ("SEEK_END", .int(2)),
                    ("name", .str("posix")), ("environ", .dict(environment(state))), ("error", .type(interpreter.types.exception(.osError))),
                ]
            })
    }

    private static func environment(_ state: LibraryState) -> DictObject {
        let dict = DictObject()
        guard state.options.capabilities.environment else { return dict }
        for (name, value) in ProcessInfo.processInfo.environment.sorted(by: { $0.key < $1.key }) { dict[name] = .str(value) }
        return dict
    }

    private static func path(_ call: Call, _ index: Int, writing: Bool, _ state: LibraryState) throws -> String {
        let path = try FileAccess.path(call[index], call.interpreter, "")
        try FileAccess.check(path, writing: writing, state)
        return path
    }

    // MARK: - Reading

    private static func list(_ path: String) throws -> [String] {
        guard let folder = opendir(path) else { throw FileAccess.error(errno, path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                // A name of the system ends with a zero byte within its field.
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        // Sorted, so that a program gives the same output on every machine.
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func reading(_ state: LibraryState) -> [Native] {
        [
            Native("listdir(path='.')", "Return a sorted list of the names of the files in the directory.") { call in
                let names = try list(call[0].isNone ? "." : path(call, 0, writing: false, state))
                return .list(names.map { .str($0) })
            },
            Native("getcwd()", "Return the current working directory.") { _ in .str(FileManager.default.currentDirectoryPath) },
            Native("getenv(key, default=None)", "Get an environment variable, return None if it doesn't exist.") { call in
                guard case .module(let os)? = Value.module(try call.interpreter.importModule("os")) as Value?,
                    case .dict(let environment)? = os["environ"]
                else { return call[1] }
                return try call.interpreter.get(environment, call[0]) ?? call[1]
            },
            Native("fspath(path)", "Return the path representation of a path-like object.") { call in
                switch call.plain(0) {
                case .str, .bytes: return call[0]
                default: return .str(try FileAccess.path(call[0], call.interpreter, ""))
                }
            },
            Native("walk(top, topdown=True)", "Directory tree generator: (folder, names of folders, names of files) for each folder.") { call in
                let top = try path(call, 0, writing: false, state)
                return .iterator(try FolderWalk(top, topDown: call.truth(1), list: list, isFolder: isFolder))
            },
        ]
    }

    // MARK: - Writing

    private static func check(_ result: Int32, _ path: String) throws -> Value {
        if result != 0 { throw FileAccess.error(errno, path) }
        return .none
    }

    private static func writing(_ state: LibraryState) -> [Native] {
        func remove(_ name: String) -> Native {
            Native("\(name)(path)", "Remove a file.") { call in
                let path = try path(call, 0, writing: true, state)
                return try check(unlink(path), path)
            }
        }
        func rename(_ name: String) -> Native {
            Native("\(name)(src, dst)", "Rename a file or directory, overwriting the destination file.") { call in
                let (source, target) = (try path(call, 0, writing: true, state), try path(call, 1, writing: true, state))
                if Foundation.rename(source, target) == 0 { return .none }
                let failure = FileAccess.error(errno, source)
                throw failure
            }
        }
        return [
            remove("remove"), remove("unlink"), rename("rename"), rename("replace"),
            Native("mkdir(path, mode=511)", "Create a directory.") { call in
                let path = try path(call, 0, writing: true, state)
                return try check(Foundation.mkdir(path, mode_t(truncatingIfNeeded: call.int(1))), path)
            },
            Native("makedirs(name, mode=511, exist_ok=False)", "Create a directory and all that lead to it.") { call in
                let path = try path(call, 0, writing: true, state)
                try makeFolders(path, mode_t(truncatingIfNeeded: call.int(1)), existsIsFine: call.truth(2))
                return .none
            },
            Native("rmdir(path)", "Remove an empty directory.") { call in
                let path = try path(call, 0, writing: true, state)
                return try check(Foundation.rmdir(path), path)
            },
            Native("removedirs(name)", "Remove a directory and all empty ones that lead to it.") { call in
                var path = try path(call, 0, writing: true, state)
                _ = try check(Foundation.rmdir(path), path)
                while true {
                    path = PosixPath.split(path).head
                    if path.isEmpty || path == "/" || Foundation.rmdir(path) != 0 { return .none }
                }
            },
        ]
    }

    private static func makeFolders(_ path: String, _ mode: mode_t, existsIsFine: Bool) throws {
        var (head, tail) = PosixPath.split(path)
        if tail.isEmpty { (head, tail) = PosixPath.split(head) }
        var status = stat()
        if !head.isEmpty, !tail.isEmpty, stat(head, &status) != 0 {
            try makeFolders(head, 0o777, existsIsFine: true)
            if tail == "." { return }
        }
        if Foundation.mkdir(path, mode) == 0 { return }
        let code = errno
        if existsIsFine, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        throw FileAccess.error(code, path)
    }
}

/// `os.walk`: folders with the names in them, each from its parent's list as it is by then.
private final class FolderWalk: IteratorObject {
    private let list: (String) throws -> [String]
    private let isFolder: (String) -> Bool
    private let topDown: Bool
    /// Folders to be visited; with a list those whose own names were given and whose children come next.
    private var waiting: [(path: String, given: ListObject?, ready: Value?)]

    init(_ top: String, topDown: Bool, list: @escaping (String) throws -> [String], isFolder: @escaping (String) -> Bool) {
        self.list = list
        self.isFolder = isFolder
        self.topDown = topDown
        waiting = [(top, nil, nil)]
        super.init()
    }

    override var typeName: String { "walk_iterator" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        while let entry = waiting.popLast() {
            try interpreter.charge(steps: 1)
            if let ready = entry.ready { return ready }
            if let given = entry.given {
                push(given, under: entry.path, interpreter)
                continue
            }
            // A folder that cannot be read is passed over, as os.walk does without an error handler.
            guard let names = try? list(entry.path) else { continue }
            let folders = names.filter { isFolder(PosixPath.join(entry.path, [$0])) }
            let others = names.filter { !folders.contains($0) }
            let children = ListObject(folders.map { .str($0) })
            let value = Value.tuple([.str(entry.path), .list(children), .list(others.map { .str($0) })])
            if topDown {
                waiting.append((entry.path, children, nil))
                return value
            }
            waiting.append((entry.path, nil, value))
            push(children, under: entry.path, interpreter)
        }
        return nil
    }

    private func push(_ names: ListObject, under path: String, _ interpreter: Interpreter) {
        for index in stride(from: names.count - 1, through: 0, by: -1) {
            if case .str(let name) = names[index] { waiting.append((PosixPath.join(path, [name.string]), nil, nil)) }
        }
    }
}
