import Dispatch
import ScriptRuntime
import ScriptSession
import ScriptSyntax
import Synchronization

// A weather station whose rules are scripts: everything that a host program does with the language.
// Built with the package and run by its tests; Docs/Guide/Embedding.md explains it.

func program() throws {
    let rules = """
        import station

        class Frost(station.Rule):
            def __init__(self, limit=station.FREEZING):
                super().__init__("frost")
                self.limit = limit

            def judge(self, reading):
                if reading.celsius < self.limit:
                    return f"{self.name} in {reading.place}: {reading.celsius:.1f} degrees"

        station.install(Frost())
        print("rules are in place")
        shout("ready", times=2)

        def spread(readings):
            return max(r.celsius for r in readings) - min(r.celsius for r in readings)

        def summary(names, degrees):
            readings = [station.Reading(n, d) for n, d in zip(names, degrees)]
            return {"mean": station.mean(readings), "spread": spread(readings), "first": readings[0] - readings[-1]}
        """

    // Run a script and catch what it prints.
    let station = Station()
    var captured = ""
    let session = makeSession(station, output: { captured += $0 })
    let outcome = session.run(SourceText(name: "rules.cdm", text: rules))
    print("exit code \(outcome.exitCode), printed \(captured.debugDescription)")

    // Call the script's functions with Swift values; ask the objects that it made.
    let summary: [String: Double] = try session.call("summary", ["Kyoto", "Sapporo"], [4.5, -3.25])
    print("summary", summary.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
    for reading in [Reading(place: "Kyoto", celsius: 4.5), Reading(place: "Sapporo", celsius: -3.25)] {
        print("judged", reading.place, try station.judge(reading, session.interpreter))
    }

    // An exception comes back as data.
    do {
        _ = try session.call("summary", ["Nara"], [String](), as: [String: Double].self)
    } catch let failure as ScriptFailure {
        print("failed:", failure.kind, "-", failure.message)
    }

    // Another thread ends a script that would never end.
    let interrupt = Interrupt()
    let endless = makeSession(
        Station(), interrupt: interrupt,
        output: { text in if text.hasPrefix("begun") { DispatchQueue.global().async { interrupt.cancel() } } })
    let stopped = endless.run(SourceText(name: "endless.cdm", text: "print('begun')\nwhile True: pass\n"))
    print("cancelled: exit code \(stopped.exitCode)")

    // Limits do the same for scripts that nobody has read.
    var limits = Limits()
    limits.steps = 10_000
    limits.heapBytes = 1 << 20
    let greedy = makeSession(Station(), limits: limits, output: { _ in }).run(
        SourceText(name: "greedy.cdm", text: "x = []\nwhile True: x.append(x)\n"))
    print("limited: exit code \(greedy.exitCode)")

    // Many sessions in parallel, each with its own globals.
    let sums = Mutex<[Int: Int]>([:])
    DispatchQueue.concurrentPerform(iterations: 8) { number in
        let session = makeSession(Station(), output: { _ in })
        _ = session.run(SourceText(name: "sum.cdm", text: "def total(n):\n    return sum(k * n for k in range(1000))\n"))
        let total = try? session.call("total", number, as: Int.self)
        sums.withLock { $0[number] = total }
    }
    print("in parallel", sums.withLock { sums in sums.keys.sorted().map { sums[$0] ?? -1 } })
}

try program()
