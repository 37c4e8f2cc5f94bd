extension DiagnosticCatalogue.Entry {
    /// What `carpedm explain` says: the title, why, a program that causes it with what is told, and one that does not.
    ///
    /// - Parameter known: see `ScopeAnalysis.analyze`.
    public func markdown(known: Set<String>) -> String {
        var page = "## \(code.rawValue): \(title)\n\n\(explanation)\n"
        if !bad.isEmpty, bad.count < 1_000 {
            let source = SourceText(name: "example.cdm", utf8: bad)
            let told = SourceCheckup.diagnostics(of: source, known: known, limits: limits).first { $0.code == code.rawValue }
            if let told { page += "\n```text\n\(DiagnosticRenderer.text(told, in: source))```\n" }
            page += "\nFree of it:\n\n```python\n\(fixed)```\n"
        }
        return page
    }
}

extension DiagnosticCatalogue {
    /// The reference page of all diagnostics.
    public static func page(known: Set<String>) -> String {
        let introduction = """
            # Diagnostics

            Everything that is told about a script before it runs, by its number. `carpedm check FILE` tells it, `carpedm fix FILE` mends
            what can be mended without a person, and `carpedm explain E0005` shows the entry of one number.

            This page is printed by `carpedm explain --markdown`; a test compares the two.

            | Numbers | About |
            |---|---|
            | E00 | characters and tokens |
            | E01 | grammar |
            | E02 | names and scopes |
            | E03 | compilation |
            | E05 | what the language leaves out of Python |
            | W06 | what is allowed, but seldom meant |


            """
        return introduction + entries.map { $0.markdown(known: known) }.joined(separator: "\n")
    }
}
