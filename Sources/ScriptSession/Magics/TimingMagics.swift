import Foundation
import ScriptRuntime
import ScriptSyntax

/// `%time`, `%timeit` and `%mem`.
enum TimingMagics {
    static var all: [Magic] {
        [
            Magic("time", "%time CODE", "Run code once and say how long it took.", operand: .code, takesBody: true) { call in
                let start = now
                let outcome = call.session.evaluate(call.source(call.code))
                call.session.interpreter.errorOutput("time: \(duration(now - start))\n")
                return outcome
            },
            Magic(
                "timeit", "%timeit [-n LOOPS] [-r RUNS] CODE",
                """
                Run code many times and say how long one time takes.
                It is compiled once, in a function of its own. Without -n the number of loops grows until they take 0.2 s; the best
                of -r runs (5) and their spread are shown.
                """, flags: ["-n", "-r"], operand: .code, takesBody: true, run: timeit),
            Magic("mem", "%mem", "Show how much memory the process and the script's own values take.") { call in
                let live = call.session.interpreter.liveBytes()
                var lines = ["values of the script  \(live.map { bytes($0) } ?? "no memory to count them")"]
                if let resident = residentBytes { lines.insert("process               \(bytes(resident))", at: 0) }
                call.print(lines.joined(separator: "\n"))
                return Outcome(.finished)
            },
        ]
    }

    // MARK: - Implementation

    private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

    private static func timeit(_ call: MagicCall) throws -> Outcome {
        var code = call.rest
        var loops: Int?
        var runs = 5
        while code.hasPrefix("-n") || code.hasPrefix("-r") {
            let isLoops = code.hasPrefix("-n")
            let (first, rest) = Input.word(String(code.dropFirst(2)).trimmingBlanks)
            guard let number = Int(first), number > 0 else {
                throw SessionError("\(code.prefix(2)) needs a number above 0", hint: "Write %timeit -n 100 -r 5 CODE.")
            }
            if isLoops { loops = number } else { runs = number }
            code = rest
        }
        if let body = call.body { code = body }
        if code.trimmingBlanks.isEmpty { throw SessionError("there is nothing to time", hint: "Write %timeit CODE.") }
        let session = call.session
        let interpreter = session.interpreter
        let lines = code.split(separator: "\n", omittingEmptySubsequences: false).map { "        " + $0 }
        let text = "def __timeit__(__loops__):\n    for __loop__ in range(__loops__):\n" + lines.joined(separator: "\n") + "\n"
        // A mistake is shown where the person made it, not in the text around it.
        let check = Parser.parse(call.source(code))
        if check.hasErrors { return session.evaluate(call.source(code)) }
        let defined = session.evaluate(SourceText(name: "In [\(call.number)]", text: text))
        guard case .finished = defined.ending, let function = interpreter.main["__timeit__"] else { return defined }
        defer { interpreter.main["__timeit__"] = nil }
        func measure(_ count: Int) throws -> Double {
            interpreter.resetBudgets()
            let start = now
            try interpreter.call(function, [.int(count)])
            return now - start
        }
        var count = loops ?? 1
        if loops == nil {
            while try measure(count) < 0.2, count < 1_000_000_000 { count *= count < 1000 ? 10 : 5 }
        }
        var times: [Double] = []
        for _ in 0..<runs { times.append(try measure(count) / Double(count)) }
        let mean = times.reduce(0, +) / Double(runs)
        let spread = (times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(runs)).squareRoot()
        call.print(
            "\(duration(times.min() ?? mean)) best, \(duration(mean)) ± \(duration(spread)) mean of \(runs) runs, \(count) loop\(count == 1 ? "" : "s") each"
        )
        return Outcome(.finished)
    }

    static func duration(_ seconds: Double) -> String {
        let (value, unit): (Double, String) =
            seconds < 1e-6
            ? (seconds * 1e9, "ns")
            : seconds < 1e-3 ? (seconds * 1e6, "µs") : seconds < 1 ? (seconds * 1e3, "ms") : (seconds, "s")
        return (value < 100 ? String(format: "%.3g", value) : String(format: "%.0f", value)) + " " + unit
    }

    private static func bytes(_ count: Int) -> String {
        count < 1 << 20 ? String(format: "%.1f KiB", Double(count) / 1024) : String(format: "%.1f MiB", Double(count) / 1_048_576)
    }

    /// Where the system tells: Linux.
    private static var residentBytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
