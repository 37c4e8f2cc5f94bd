import Foundation
import ScriptLibrary
import ScriptRuntime
public import ScriptSyntax

/// Sources in files.
public enum ScriptFile {
    /// The source in the file at `path`.
    ///
    /// - Throws: what Foundation says of a file that cannot be read; `Diagnostic`s for bytes that are no source come from the parser.
    public static func source(at path: String) throws -> SourceText {
        SourceText(name: path, utf8: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    /// The source of `import name` in the file `importer`: `name.cdm` beside it, dots as folders; nil when there is none.
    static func imported(_ name: String, from importer: String?, _ capabilities: Capabilities) throws -> SourceText? {
        let folder = importer.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? "."
        let path = folder + "/" + name.replacingOccurrences(of: ".", with: "/") + ".cdm"
        guard mayRead(path, capabilities), FileManager.default.fileExists(atPath: path) else { return nil }
        return try source(at: path)
    }

    /// Whether the file lies in a folder that may be read, links resolved.
    private static func mayRead(_ path: String, _ capabilities: Capabilities) -> Bool {
        guard let roots = capabilities.readRoots else { return true }
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return roots.contains { real.hasPrefix(URL(fileURLWithPath: $0).resolvingSymlinksInPath().path + "/") }
    }
}
