import Foundation
import ScriptRuntime

/// Checks of paths against the capabilities, and errors of the system as exceptions.
enum FileAccess {
    /// - Parameter path: as the script gave it; links are resolved before the check.
    static func check(_ path: String, writing: Bool, _ state: LibraryState) throws(Raised) {
        let capabilities = state.options.capabilities
        guard let roots = writing ? capabilities.writeRoots : capabilities.readRoots else { return }
        let resolved = resolve(path)
        for root in roots {
            let folder = resolve(root)
            if resolved == folder || folder == "/" || resolved.hasPrefix(folder + "/") { return }
        }
        throw Raised(
            .permissionError, arguments: [.int(Int(EACCES)), .str("the script may not \(writing ? "write" : "read") here"), .str(path)])
    }

    /// The real path: of the nearest ancestor that exists, with the rest appended.
    static func resolve(_ path: String) -> String {
        var head = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        head = PosixPath.normalize(head)
        var tail = ""
        while true {
            if let real = realpath(head, nil) {
                defer { free(real) }
                let resolved = String(cString: real)
                return tail.isEmpty ? resolved : (resolved == "/" ? "" : resolved) + tail
            }
            guard let slash = head.lastIndex(of: "/"), head != "/" else { return path }
            tail = head[slash...] + tail
            head = slash == head.startIndex ? "/" : String(head[..<slash])
        }
    }

    /// A path argument: str, bytes or an object with `__fspath__`.
    static func path(_ value: Value, _ interpreter: Interpreter, _ function: String) throws(Raised) -> String {
        var value = interpreter.plain(value)
        if let method = interpreter.method(value, "__fspath__") { value = interpreter.plain(try interpreter.callMethod(method, value)) }
        let text: String
        switch value {
        case .str(let path): text = path.string
        case .bytes(let path): text = String(decoding: path.bytes, as: UTF8.self)
        default:
            throw .type("\(function)expected str, bytes or os.PathLike object, not \(interpreter.typeName(of: value))")
        }
        if text.utf8.contains(0) { throw .value("embedded null byte") }
        return text
    }

    /// The exception for `errno`.
    static func error(_ code: Int32, _ path: String?) -> Raised {
        let kind: ExceptionKind
        switch code {
        case ENOENT: kind = .fileNotFoundError
        case EEXIST: kind = .fileExistsError
        case EISDIR: kind = .isADirectoryError
        case ENOTDIR: kind = .notADirectoryError
        case EACCES, EPERM: kind = .permissionError
        case EINTR: kind = .interruptedError
        case ETIMEDOUT: kind = .timeoutError
        case EAGAIN: kind = .blockingIOError
        default: kind = .osError
        }
        let arguments: [Value] = [.int(Int(code)), .str(String(cString: strerror(code)))]
        return Raised(kind, arguments: arguments + (path.map { [.str($0)] } ?? []))
    }
}
