/// A run in the Test Anything Protocol, version 13.
public enum TAPReport {
    public static func text(_ results: [CaseResult]) -> String {
        var text = "TAP version 13\n1..\(results.count)\n"
        for (index, result) in results.enumerated() {
            let name = escaped("\(result.place) \(result.name)")
            switch result.verdict {
            case .passed: text += "ok \(index + 1) - \(name)\n"
            case .skipped: text += "ok \(index + 1) - \(name) # SKIP \(escaped(result.summary))\n"
            case .failed, .broken, .stopped:
                text += "not ok \(index + 1) - \(name)\n  ---\n  verdict: \(result.verdict.rawValue)\n  message: |\n"
                let detail = result.detail.isEmpty ? result.summary : result.detail
                text += detail.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }.joined()
                text += "  ...\n"
            }
        }
        return text
    }

    /// A description on one line; `#` would begin a directive.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("#", with: "\\#").replacing("\n", with: " ")
    }
}
