import Foundation
import Imaging
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

    @Test("every link resolves, to the heading where it names one")
    func links() throws {
        var files = 0
        for page in Self.pages {
            for (target, anchor) in MarkdownPage(try String(contentsOf: page, encoding: .utf8)).links {
                guard !target.contains("://"), !target.hasPrefix("mailto:") else { continue }
                let file = target.isEmpty ? page : URL(fileURLWithPath: target, relativeTo: page.deletingLastPathComponent())
                #expect(FileManager.default.fileExists(atPath: file.path), "\(page.lastPathComponent) links to \(target)")
                files += 1
                if let anchor, let text = try? String(contentsOf: file, encoding: .utf8) {
                    #expect(MarkdownPage(text).anchors.contains(anchor), "\(page.lastPathComponent) links to \(target)#\(anchor)")
                }
            }
        }
        #expect(files > 10)
    }

    @Test("headings become anchors as GitHub makes them")
    func anchors() {
        let page = MarkdownPage("# Two words\n\n## `%time`, *Once*\n```\n# none\n[a](b)\n```\n## Two words\n## 濁点 (voicing)\n[c](d#e) ![f](g.png)\n")
        #expect(page.anchors == ["two-words", "time-once", "two-words-1", "濁点-voicing"])
        #expect(page.links.map { $0.target + "#" + ($0.anchor ?? "") } == ["d#e", "g.png#"])
    }

    /// Drawn again and compared by their pixels: a library that packs files otherwise makes no other picture.
    @Test("every picture is shown, and what the program draws today")
    func pictures() throws {
        let folder = Self.root.appendingPathComponent("Docs/Pictures")
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let shown = try Self.pages.flatMap { try MarkdownPage(String(contentsOf: $0, encoding: .utf8)).links.map(\.target) }
            .filter { $0.contains("Pictures/") }.map { URL(fileURLWithPath: $0).lastPathComponent }
        #expect(kept == Set(shown).sorted())
        let fresh = try TemporaryFolder()
        let script = Self.root.appendingPathComponent("Scripts/maintain/pictures.cdm").path
        let program = try Program(["run", script, fresh.url.path])
        #expect(program.exitCode == 0, "\(program.error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: fresh.url.path).sorted() == kept)
        for name in kept {
            let (old, new) = (folder.appendingPathComponent(name), fresh.url.appendingPathComponent(name))
            let isCurrent =
                if name.hasSuffix(".png") { try Image.read(old.path) == Image.read(new.path) } else {
                    try Data(contentsOf: old) == Data(contentsOf: new)
                }
            #expect(isCurrent, "\(name) is not current: run Scripts/maintain/pictures")
        }
    }

    @Test("what pages show of Swift stands in the tested program", arguments: ["Docs/Guide", "Sources"])
    func swiftBlocks(_ place: String) throws {
        let programs = ["Docs/Embedding/Station.swift", "Docs/Embedding/main.swift"]
        let known = try programs.map { Self.unindented(try String(contentsOf: Self.root.appendingPathComponent($0), encoding: .utf8)) }
        let pages = FileManager.default.enumerator(at: Self.root.appendingPathComponent(place), includingPropertiesForKeys: nil)
        var count = 0
        for case let page as URL in pages ?? .init() where page.pathExtension == "md" {
            let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```swift\n")
            for part in parts.dropFirst() {
                let block = Self.unindented(part.components(separatedBy: "```")[0])
                #expect(known.contains { $0.contains(block) }, "\(page.lastPathComponent): \(block)")
                count += 1
            }
        }
        #expect(count > 3)
    }

    private static func unindented(_ text: String) -> String {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
    }

    /// A case or a property may be explained by its name; anything else of the library says what it gives.
    @Test("the pages of the Swift library have no broken links, and every declaration is explained")
    func swiftLibrary() throws {
        let built = try #require(Program.path).deletingLastPathComponent().appendingPathComponent("Modules")
        let symbols = try TemporaryFolder()
        let script = Self.root.appendingPathComponent("Scripts/maintain/docc").path
        let run = try Program(["--check", "--modules", built.path, "--symbols", symbols.url.path], at: URL(fileURLWithPath: script))
        #expect(run.exitCode == 0, "\(run.output)\(run.error)")
        var count = 0
        let graphs = FileManager.default.enumerator(at: symbols.url, includingPropertiesForKeys: nil)
        for case let file as URL in graphs ?? .init() where file.pathExtension == "json" {
            for symbol in try JSONDecoder().decode(SymbolGraph.self, from: Data(contentsOf: file)).symbols {
                count += 1
                let speaks = ["swift.enum.case", "swift.property", "swift.type.property"].contains(symbol.kind.identifier)
                let isExplained = symbol.docComment != nil || symbol.identifier.precise.contains("::SYNTHESIZED::")
                #expect(speaks || isExplained, "\(symbol.kind.identifier) \(symbol.pathComponents.joined(separator: "."))")
            }
        }
        #expect(count > 1_000)
    }

    /// What the compiler tells of a module's declarations.
    private struct SymbolGraph: Decodable {
        struct Symbol: Decodable {
            struct Kind: Decodable { let identifier: String }
            struct Identifier: Decodable { let precise: String }
            struct Comment: Decodable {}

            let kind: Kind
            let identifier: Identifier
            let pathComponents: [String]
            let docComment: Comment?
        }
        let symbols: [Symbol]
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

/// A page with its code taken out.
private struct MarkdownPage {
    private let lines: [Substring]

    init(_ text: String) {
        var fence: Substring?
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            let rest = line.drop { $0 == " " }
            let mark = rest.prefix { $0 == "`" || $0 == "~" }
            if let open = fence {
                if mark.count >= open.count, mark.first == open.first { fence = nil }
                return false
            }
            guard mark.count >= 3 else { return true }
            fence = mark
            return false
        }
    }

    var links: [(target: String, anchor: String?)] {
        lines.flatMap { line in
            line.matches(of: #/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/#).map { (String($0.output.1), $0.output.2.map(String.init)) }
        }
    }

    /// Of the headings, in order.
    var anchors: [String] {
        var seen: [String: Int] = [:]
        return lines.filter { $0.wholeMatch(of: /#{1,6} .*/) != nil }.map { line in
            let words = line.drop { $0 == "#" }.dropFirst().lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
            let anchor = words.replacing(" ", with: "-")
            defer { seen[anchor, default: 0] += 1 }
            return seen[anchor].map { "\(anchor)-\($0)" } ?? anchor
        }
    }
}
