import Foundation

/// Where the file is that a person means.
struct ScriptLocation {
    let path: String
    /// What to tell when the path is not the one that was asked for.
    let remark: String?

    /// The file at `path`; else the only one whose path differs by capital letters alone; else the bundled script of that name.
    ///
    /// - Throws: `CommandError.noScript`, or `.ambiguous` when several paths differ by capital letters alone.
    init(_ path: String) throws {
        if Self.isFile(path) {
            (self.path, remark) = (path, nil)
            return
        }
        let candidates = Self.ignoringCase(path)
        if candidates.count > 1 { throw CommandError.ambiguous(path: path, candidates: candidates) }
        if let found = candidates.first {
            (self.path, remark) = (found, "there is no '\(path)'; running '\(found)'")
            return
        }
        let name = String(path.split(separator: "/").last ?? "")
        if let folder = Self.bundled, !name.isEmpty {
            for candidate in ["\(folder)/\(name)", "\(folder)/\(name).cdm"] where Self.isFile(candidate) {
                (self.path, remark) = (candidate, "there is no '\(path)'; running the bundled '\(candidate)'")
                return
            }
        }
        throw CommandError.noScript(path: path, isFolder: Self.isFolder(path))
    }

    /// The folder of the scripts that come with the program: beside an installed one, or in the checkout that it was built in.
    static var bundled: String? {
        var folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        if let installed = folder?.appendingPathComponent("../share/carpedm/scripts").standardized.path, isFolder(installed) {
            return installed
        }
        while let here = folder, here.path != "/" {
            let scripts = here.appendingPathComponent("Scripts").path
            if isFile(here.appendingPathComponent("Package.swift").path), isFolder(scripts) { return scripts }
            folder = here.deletingLastPathComponent()
        }
        return nil
    }

    // MARK: - Implementation

    /// Existing files that equal `path` but for capital letters, sorted.
    private static func ignoringCase(_ path: String) -> [String] {
        let parts = path.split(separator: "/").map(String.init)
        var found = [path.hasPrefix("/") ? "/" : ""]
        for part in parts {
            found = found.flatMap { folder in
                if part == "." || part == ".." { return [folder + part + "/"] }
                let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
                return entries.sorted().filter { $0.lowercased() == part.lowercased() }.map { folder + $0 + "/" }
            }
        }
        return found.filter { !$0.isEmpty }.map { String($0.dropLast()) }.filter(isFile)
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}

/// A mistake in the use of the program.
enum CommandError: LocalizedError {
    case noScript(path: String, isFolder: Bool)
    case ambiguous(path: String, candidates: [String])
    case notReadable(path: String, reason: String)
    case notWritable(path: String, reason: String)
    case noDiagnostic(String, nearest: String?)
    case nothingToRun

    var errorDescription: String? {
        switch self {
        case .noScript(let path, let isFolder): isFolder ? "'\(path)' is a folder" : "there is no file '\(path)'"
        case .ambiguous(let path, _): "there is no file '\(path)', but several whose names differ by capital letters"
        case .notReadable(let path, let reason): "'\(path)' cannot be read: \(reason)"
        case .notWritable(let path, let reason): "'\(path)' cannot be written: \(reason)"
        case .noDiagnostic(let code, _): "there is no diagnostic '\(code)'"
        case .nothingToRun: "nothing to run"
        }
    }

    var recoverySuggestion: String? {
        switch self {
        case .noScript(_, true): "Name a script in it."
        case .noScript:
            ScriptLocation.bundled.map { "Check the path; the scripts that come with the program are in \($0)." } ?? "Check the path."
        case .ambiguous(_, let candidates): "Choose one of \(candidates.joined(separator: ", "))."
        case .notReadable, .notWritable: nil
        case .noDiagnostic(_, let nearest): (nearest.map { "Did you mean '\($0)'? " } ?? "") + "'carpedm explain' lists all."
        case .nothingToRun: "Name a file, '-' for standard input, or give code with -c."
        }
    }
}
