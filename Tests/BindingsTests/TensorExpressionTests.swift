import Foundation
import Testing

/// Expressions of tensors in scripts against NumPy, from `Fixtures/tensor_expressions.json`, which
/// `Scripts/fixtures/tensor_script_reference.py` made.
@Suite struct TensorExpressionTests {
    /// Runs every expression in one script that prints a line of JSON for each, so that a failure names the expression.
    @Test func everyExpressionEqualsNumPy() throws {
        let file = try Fixture.json("tensor_expressions") as? [String: Any]
        let setup = try #require(file?["setup"] as? String)
        let cases = try #require(file?["cases"] as? [[String: Any]])
        #expect(cases.count > 330)
        var code = "import json\nfrom carpedm import tensor as T\n" + setup
        code += """

            def plain(value):
                if isinstance(value, T.Tensor):
                    flat = [x if not isinstance(x, float) or -1e308 < x < 1e308 else repr(x) for x in value.flatten().tolist()]
                    return {"dtype": value.dtype, "shape": list(value.shape), "values": flat}
                if isinstance(value, (list, tuple)):
                    return [plain(item) for item in value]
                return value

            def run(f):
                try:
                    print(json.dumps(plain(f())))
                except Exception as error:
                    print(json.dumps(type(error).__name__ + ": " + str(error)))


            """
        for item in cases { code += "run(lambda: \(item["code"] as? String ?? ""))\n" }
        let run = try ScriptRun(code)
        #expect(run.error == "")
        let lines = run.output.split(separator: "\n")
        try #require(lines.count == cases.count)
        for (line, item) in zip(lines, cases) {
            let found = try JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed)
            let name = item["code"] as? String ?? ""
            #expect(Self.agree(found, item["result"] ?? NSNull()), "\(name): \(line), not \(item["result"] ?? "")")
        }
    }

    private static func agree(_ found: Any, _ wanted: Any) -> Bool {
        if let found = found as? [String: Any], let wanted = wanted as? [String: Any] {
            guard agree(found["shape"] ?? 0, wanted["shape"] ?? 1), agree(found["values"] ?? 0, wanted["values"] ?? 1) else {
                return false
            }
            let (mine, theirs) = (found["dtype"] as? String ?? "", wanted["dtype"] as? String ?? "")
            // Integers with fractions stay float32 here, and sums of uint8 are int64.
            return mine == theirs || (mine, theirs) == ("float32", "float64") || (mine, theirs) == ("int64", "uint64")
        }
        if let found = found as? [Any], let wanted = wanted as? [Any] {
            return found.count == wanted.count && zip(found, wanted).allSatisfy { agree($0, $1) }
        }
        if let found = found as? String, let wanted = wanted as? String { return found == wanted }
        guard let found = found as? NSNumber, let wanted = wanted as? NSNumber else { return found is NSNull && wanted is NSNull }
        // float32 arithmetic, whose functions differ in the last bits.
        return abs(found.doubleValue - wanted.doubleValue) <= 3e-6 * max(1, abs(wanted.doubleValue))
    }
}

enum Fixture {
    static func json(_ name: String) throws -> Any {
        guard let url = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    }
}
