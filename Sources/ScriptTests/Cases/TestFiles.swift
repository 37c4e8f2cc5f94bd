import Foundation

/// Finding pages and scripts, and writing corrected pages.
public enum TestFiles {
    /// The files with one of the endings at and below the paths, sorted within each path; a path to a file is taken as it is.
    ///
    /// - Throws: `ScriptTestError.noSuchPath`, or `.nothingFound` for a folder without any.
    public static func find(_ paths: [String], endings: [String], what: String) throws -> [String] {
        var found: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw ScriptTestError.noSuchPath(path) }
            guard isFolder.boolValue else {
                found.append(path)
                continue
            }
            let inside = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
                .filter { name in
                    endings.contains { name.hasSuffix($0) } && !name.split(separator: "/").contains { $0.hasPrefix(".") }
                }
            if inside.isEmpty { throw ScriptTestError.nothingFound(path: path, what: what) }
            found += inside.sorted().map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
        }
        var seen = Set<String>()
        return found.filter { seen.insert($0).inserted }
    }

    /// Whether git knows of changes of the file that are not committed; false where there is no git or no checkout.
    public static func hasUncommittedChanges(_ path: String) -> Bool {
        let git = Process()
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let url = URL(fileURLWithPath: path)
        git.arguments = ["git", "-C", url.deletingLastPathComponent().path, "status", "--porcelain", "--", url.lastPathComponent]
        let output = Pipe()
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        guard (try? git.run()) != nil else { return false }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        git.waitUntilExit()
        return git.terminationStatus == 0 && !data.isEmpty
    }

    /// Makes the edits in the file, all or none.
    ///
    /// - Returns: the lines that changed, `-` before the old and `+` before the new ones.
    /// - Throws: `ScriptTestError.notReadable`, `.notWritable`.
    public static func apply(_ edits: [Edit], to path: String) throws -> String {
        let url = URL(fileURLWithPath: path)
        let old: [UInt8]
        do { old = [UInt8](try Data(contentsOf: url)) } catch {
            throw ScriptTestError.notReadable(path: path, reason: error.localizedDescription)
        }
        guard let new = Edit.apply(edits, to: old) else { throw ScriptTestError.changedWhileRunning(path) }
        do { try Data(new).write(to: url, options: .atomic) } catch {
            throw ScriptTestError.notWritable(path: path, reason: error.localizedDescription)
        }
        return edits.sorted { $0.range.lowerBound < $1.range.lowerBound }.map { edit in
            let before = outputLines(edit.old)
            let line = old[..<min(edit.range.lowerBound, old.count)].count { $0 == 10 } + 1
            return "\(path):\(line)\n" + before.map { "- \($0)\n" }.joined() + outputLines(edit.text).map { "+ \($0)\n" }.joined()
        }.joined()
    }
}
