/// Rows of comma-separated files in the dialect of Python's `csv` module: CRLF, quotes only where needed.
public enum CommaSeparated {
    /// One row with its line end.
    public static func row(_ fields: [String]) -> String {
        if fields == [""] { return "\"\"\r\n" }
        return fields.map(quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        guard field.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return field }
        var answer = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { answer += "\"" }
            answer.unicodeScalars.append(scalar)
        }
        return answer + "\""
    }
}
