public import Foundation
import ScriptLibrary
import ScriptRuntime
public import ScriptSyntax

/// Sources in files.
public enum ScriptFile {
    /// The source in the file at `path`.
    ///
    /// - Throws: what Foundation says of a file that cannot be read; a `Refusal` for one that is longer than `limits` allow, before
    ///   all of it is read. Bytes that are no source are for the parser to tell.
    public static func source(at path: String, limits: SyntaxLimits = SyntaxLimits()) throws -> SourceText {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        return try source(in: file, name: path, limits: limits)
    }

    /// The same for a file that is open, such as standard input.
    public static func source(in file: FileHandle, name: String, limits: SyntaxLimits = SyntaxLimits()) throws -> SourceText {
        var bytes: [UInt8] = []
        // One byte beyond the limit tells that there is more.
        while bytes.count <= limits.sourceBytes {
            guard let piece = try file.read(upToCount: min(1 << 20, limits.sourceBytes + 1 - bytes.count)), !piece.isEmpty else {
                break
            }
            bytes += piece
        }
        guard bytes.count > limits.sourceBytes else { return SourceText(name: name, utf8: bytes) }
        let size = (try? file.seekToEnd()).map { Int(clamping: $0) } ?? 0
        throw Refusal([.sourceTooLong(max(size, bytes.count), limit: limits.sourceBytes)], in: SourceText(name: name, utf8: []))
    }

    /// The source of `import name` in the file `importer`: `name.cdm` beside it, dots as folders; nil when there is none.
    static func imported(
        _ name: String, from importer: String?, _ capabilities: Capabilities, limits: SyntaxLimits
    ) throws -> SourceText? {
        let folder = importer.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? "."
        let path = folder + "/" + name.replacingOccurrences(of: ".", with: "/") + ".cdm"
        guard mayRead(path, capabilities), FileManager.default.fileExists(atPath: path) else { return nil }
        return try source(at: path, limits: limits)
    }

    /// Whether the file lies in a folder that may be read, links resolved.
    private static func mayRead(_ path: String, _ capabilities: Capabilities) -> Bool {
        guard let roots = capabilities.readRoots else { return true }
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return roots.contains { real.hasPrefix(URL(fileURLWithPath: $0).resolvingSymlinksInPath().path + "/") }
    }
}
