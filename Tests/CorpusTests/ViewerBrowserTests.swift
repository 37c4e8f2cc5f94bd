import Corpus
import Foundation
import Testing

/// The viewer's page in headless Chromium: a script in the page clicks and types, and writes down what is then to be seen.
@Suite(.enabled(if: Browser.path != nil, "there is no Chromium in PATH"))
struct ViewerBrowserTests {
    /// The pages themselves, and crops in their place.
    @Test(arguments: [CorpusViewer().byteLimit, 3_000_000])
    func aPersonCanLeafFilterAndLook(byteLimit: Int) throws {
        let shop = try Workshop()
        let configuration = CorpusConfiguration(
            dataFolder: try SampleData.folder(environment: [:]), repertoire: try Repertoire(named: "kana"))
        let corpus = try Corpus(configuration)
        let script = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil)).appending(
            path: "viewer_check.js")
        var viewer = CorpusViewer()
        viewer.byteLimit = byteLimit
        let page = try viewer.html(corpus, subset: .dev)
        // Without a network: everything that is shown is in the file.
        #expect(!page.contains("http://") && !page.contains("https://"))
        try shop.write(
            page.replacing("</body>", with: "<script>\(try String(contentsOf: script, encoding: .utf8))</script></body>"),
            to: "view.html")
        let found = try Browser.result(of: "\(shop.path)/view.html")

        let excerpts = corpus[.dev]
        let last = excerpts.count - 1
        func count(_ holds: (Excerpt) -> Bool) -> Int { excerpts.count(where: holds) }
        let expected: [String: String] = [
            "start": "0/\(last)", "text": corpus.text(of: excerpts[0]), "drawn": "true", "next": "1/\(last)",
            "wrap": "\(last)/\(last)",
            "wrapforward": "0/\(last)", "goto": "12/\(last)", "badgoto": "Please enter a whole number.",
            "hover": corpus.text(of: excerpts[3]),
            "plain": "false", "boxes": "true", "lines": "true", "off": "false",
            "character": "0/\(count { corpus.text(of: $0) == "の" } - 1)", "shown": "の", "code": "true", "added": "true",
            "nocharacter": "ゑゐ is no character.", "nothing": "Nothing matches this filter.",
            "images": "0/\(count { corpus.page(of: $0).name.contains("00001") } - 1)", "reset": "0/\(last) ",
            "right": "2/\(last)",
            "left": "1/\(last)", "end": "\(last)/\(last)", "home": "0/\(last)", "c": "true", "l": "true", "r": "0/\(last)",
            "thousand": "\(1000 % excerpts.count)/\(last)",
        ]
        #expect(found == expected)
    }
}

private enum Browser {
    static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let places = ["chromium", "chromium-browser", "google-chrome"].flatMap { name in folders.map { "\($0)/\(name)" } }
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// The lines `name=value` that the page's script left in its element `result`.
    static func result(of page: String) throws -> [String: String] {
        let process = Process()
        process.executableURL = URL(filePath: try #require(path))
        process.arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,800", "--user-data-dir=\(page)-profile",
            "--virtual-time-budget=60000", "--dump-dom", "file://\(page)",
        ]
        let output = "\(page).txt"
        #expect(FileManager.default.createFile(atPath: output, contents: nil))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        let parts = text.components(separatedBy: "<pre id=\"result\">")
        try #require(parts.count == 2, "the page's script did not end")
        var found: [String: String] = [:]
        for line in parts[1].components(separatedBy: "</pre>")[0].split(separator: "\n") {
            let sides = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            found[String(sides[0])] = sides.count > 1 ? String(sides[1]) : ""
        }
        return found
    }
}
