/// A run in the XML that continuous integration reads.
///
/// - Source: the schema that Jenkins' JUnit plugin documents: `testsuites/testsuite/testcase` with `failure`, `error`, `skipped`.
public enum JUnitReport {
    public static func text(_ results: [CaseResult]) -> String {
        var files: [String] = []
        var byFile: [String: [CaseResult]] = [:]
        for result in results {
            if byFile[result.file] == nil { files.append(result.file) }
            byFile[result.file, default: []].append(result)
        }
        let suites = files.map { suite($0, byFile[$0] ?? []) }.joined()
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites\(counts(results))>\n\(suites)</testsuites>\n"
    }

    private static func suite(_ file: String, _ results: [CaseResult]) -> String {
        "  <testsuite name=\"\(escaped(file))\"\(counts(results))>\n" + results.map(testCase).joined() + "  </testsuite>\n"
    }

    private static func counts(_ results: [CaseResult]) -> String {
        func count(_ verdicts: CaseResult.Verdict...) -> Int { results.count { verdicts.contains($0.verdict) } }
        return " tests=\"\(results.count)\" failures=\"\(count(.failed))\" errors=\"\(count(.broken, .stopped))\""
            + " skipped=\"\(count(.skipped))\" time=\"\(seconds(results.reduce(0) { $0 + $1.seconds }))\""
    }

    private static func testCase(_ result: CaseResult) -> String {
        let head =
            "    <testcase classname=\"\(escaped(result.file))\" name=\"\(escaped(result.name))\""
            + " file=\"\(escaped(result.file))\" line=\"\(result.line)\" time=\"\(seconds(result.seconds))\""
        let body: String
        switch result.verdict {
        case .passed: return head + "/>\n"
        case .skipped: body = "      <skipped message=\"\(escaped(result.summary))\"/>\n"
        case .failed: body = "      <failure message=\"\(escaped(result.summary))\">\(escaped(result.detail))</failure>\n"
        case .broken, .stopped:
            body = "      <error type=\"\(result.verdict.rawValue)\" message=\"\(escaped(result.summary))\">\(escaped(result.detail))</error>\n"
        }
        let output = result.output.isEmpty ? "" : "      <system-out>\(escaped(result.output))</system-out>\n"
        return head + ">\n" + body + output + "    </testcase>\n"
    }

    private static func seconds(_ seconds: Double) -> String {
        let thousandths = Int((max(0, seconds) * 1000).rounded())
        let fraction = String(1000 + thousandths % 1000).dropFirst()
        return "\(thousandths / 1000).\(fraction)"
    }

    /// Text for XML 1.0, which has no place for most control characters, not even escaped: they become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\r": result += "&#13;"
            default:
                let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
                result.unicodeScalars.append(isAllowed ? scalar : "\u{FFFD}")
            }
        }
        return result
    }
}
