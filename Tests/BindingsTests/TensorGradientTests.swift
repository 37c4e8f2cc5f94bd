import Foundation
import Testing

/// Gradients of the functions of tensors in scripts against PyTorch, from `Fixtures/tensor_gradients.json`, which
/// `Scripts/fixtures/gradient_reference.py` made.
@Suite struct TensorGradientTests {
    private static let helpers = """
        import json
        import carpedm as dm
        from carpedm import nn
        from carpedm import tensor as T

        def weighted(result):
            flat = result.flatten()
            return (flat * (1 + T.arange(flat.size, dtype='float64') % 7 / 7)).sum()

        def run(f, arguments):
            try:
                value = f(*arguments)
                slopes = dm.grad(lambda *a: weighted(f(*a)), argnums=tuple(range(len(arguments))))(*arguments)
                print(json.dumps([list(value.shape), value.flatten().tolist()] + [s.flatten().tolist() for s in slopes]))
            except Exception as error:
                print(json.dumps(type(error).__name__ + ": " + str(error)))


        """

    @Test func everyGradientEqualsPyTorch() throws {
        let file = try Fixture.json("tensor_gradients") as? [String: Any]
        let setup = try #require(file?["setup"] as? String)
        let cases = try #require(file?["cases"] as? [[String: Any]])
        #expect(cases.count > 320)
        var code = Self.helpers + setup
        for item in cases {
            let names = (item["names"] as? [String] ?? []).joined(separator: ", ")
            code += "run(lambda \(names): \(item["code"] as? String ?? ""), [\(names)])\n"
        }
        let run = try ScriptRun(code)
        #expect(run.error == "")
        let lines = run.output.split(separator: "\n")
        try #require(lines.count == cases.count)
        for (line, item) in zip(lines, cases) {
            let name = item["code"] as? String ?? ""
            let found = try JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed) as? [[Double]]
            guard let found, let shape = item["shape"] as? [Double], let values = item["values"] as? [Double],
                let slopes = item["gradients"] as? [[Double]]
            else {
                Issue.record("\(name): \(line)")
                continue
            }
            #expect(found[0] == shape, "\(name)")
            for (mine, theirs) in zip(found.dropFirst(), [values] + slopes) {
                // The file has twelve digits.
                let agree = mine.count == theirs.count && zip(mine, theirs).allSatisfy { abs($0 - $1) <= 1e-9 * max(1, abs($1)) }
                #expect(agree, "\(name): \(mine), not \(theirs)")
            }
        }
    }
}
