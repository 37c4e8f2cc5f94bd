import Foundation

/// Collects measured rows and prints them as JSON, as `Scripts/bench.d/peers/compare.py` reads them.
struct Report {
    /// How long a row is measured.
    private let seconds = 2.0
    private let chosen: Regex<AnyRegexOutput>?
    private var rows: [String] = []

    /// - Parameter only: an expression; rows whose name it does not occur in are left out.
    init(only: String?) throws {
        chosen = try only.map { try Regex($0) }
    }

    func wants(_ name: String) -> Bool { chosen.map { name.contains($0) } ?? true }

    /// The median time of `step` after two calls to warm up.
    ///
    /// - Parameter check: a number that must come out the same on every side.
    mutating func time(_ name: String, check: Double? = nil, _ step: () throws -> Void) rethrows {
        guard wants(name) else { return }
        let clock = ContinuousClock()
        func once() throws -> Double { try clock.measure { try step() } / .milliseconds(1) }
        let first = try once()
        var times = first > 2000 * seconds ? [first] : []
        if times.isEmpty {
            _ = try once()
            let end = clock.now + .seconds(seconds)
            while clock.now < end || times.count < 5 { times.append(try once()) }
        }
        add(name, times.sorted()[times.count / 2], "ms", check)
    }

    mutating func add(_ name: String, _ value: Double, _ unit: String, _ check: Double? = nil) {
        guard wants(name) else { return }
        let tail = check.map { ", \"check\": \($0)" } ?? ""
        rows.append("{\"name\": \"\(name)\", \"value\": \(value), \"unit\": \"\(unit)\"\(tail)}")
    }

    /// The most memory that the process has held so far.
    mutating func addMemory(_ name: String) {
        var usage = rusage()
        // ru_maxrss counts kilobytes.
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return }
        add(name, Double(usage.ru_maxrss) / 1024, "MB")
    }

    func show() { print("[" + rows.joined(separator: ",\n ") + "]") }
}
