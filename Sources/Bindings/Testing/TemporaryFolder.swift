import Foundation
import ScriptRuntime

/// `with temp_dir() as path:`
final class TemporaryFolder: HostContext {
    private unowned let engine: Engine
    private var path: String?

    init(_ engine: Engine) { self.engine = engine }

    var scriptTypeName: String { "temp_dir" }
    var scriptSummary: String { "<temporary folder\(path.map { " '\($0)'" } ?? "")>" }

    /// Made by the script's own `os.mkdir`, so that its capabilities decide.
    func enter(_ interpreter: Interpreter) throws -> Value {
        let base = FileManager.default.temporaryDirectory.path
        let path = (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/carpedm-" + UUID().uuidString.lowercased()
        let make = try interpreter.attribute(.module(interpreter.importModule("os")), "mkdir")
        try interpreter.call(make, [.str(path)])
        self.path = path
        return .str(path)
    }

    func exit(_ exception: Value, _ interpreter: Interpreter) throws -> Bool {
        guard let path else { return false }
        self.path = nil
        try FileManager.default.removeItem(atPath: path)
        return false
    }
}
