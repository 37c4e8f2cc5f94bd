import Foundation
import Testing

/// What the pages promise: links that resolve, and a reference that is current.
@Suite("Documentation")
struct DocumentationTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static var pages: [URL] {
        let docs = FileManager.default.enumerator(at: root.appendingPathComponent("Docs"), includingPropertiesForKeys: nil)
        let found = (docs?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "md" }
        return [root.appendingPathComponent("README.md")] + found.sorted { $0.path < $1.path }
    }

    @Test("every link to a file resolves")
    func links() throws {
        let link = try Regex("\\]\\(([^)#\\s]+)(#[^)]*)?\\)", as: (Substring, Substring, Substring?).self)
        var count = 0
        for page in Self.pages {
            let text = try String(contentsOf: page, encoding: .utf8)
            for match in text.matches(of: link) {
                let target = String(match.output.1)
                guard !target.contains("://"), !target.hasPrefix("mailto:") else { continue }
                let file = URL(fileURLWithPath: target, relativeTo: page.deletingLastPathComponent())
                #expect(FileManager.default.fileExists(atPath: file.path), "\(page.lastPathComponent) links to \(target)")
                count += 1
            }
        }
        #expect(count > 10)
    }

    @Test("the reference says what help says")
    func reference() throws {
        let program = try Program(["reference", "--check", Self.root.appendingPathComponent("Docs/Reference").path])
        #expect(program.exitCode == 0, "run `carpedm reference Docs/Reference`: \(program.output)\(program.error)")
    }

    @Test("the manual pages name every command")
    func manual() throws {
        let folder = try TemporaryFolder()
        #expect(try Program(["reference", "--manual", folder.url.path]).exitCode == 0)
        let text = String(decoding: try Data(contentsOf: folder.url.appendingPathComponent("carpedm.1")), as: UTF8.self)
        #expect(text.hasPrefix(".TH CARPEDM 1") && text.contains("carpedm doctest") && text.contains("carpedm run"))
    }
}
