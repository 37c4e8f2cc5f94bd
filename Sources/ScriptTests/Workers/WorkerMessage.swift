import Foundation

/// What a worker process tells the one that started it: one JSON object on one line each.
public enum WorkerMessage: Codable, Sendable {
    /// A case begins; without a word for much longer than `limit` seconds the worker is taken for dead.
    case begins(CaseResult, limit: Double)
    case ended(CaseResult)
    /// A correction for the bytes `start ..< end` of the file.
    case edit(Edit)
    case done

    /// Writes messages to standard output.
    public static func writer() -> (WorkerMessage) -> Void {
        let encoder = JSONEncoder()
        return { message in
            // A message holds strings and finite numbers only: it can always be encoded.
            guard let data = try? encoder.encode(message) else { return }
            FileHandle.standardOutput.write(data + Data([10]))
        }
    }
}
