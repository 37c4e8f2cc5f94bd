public import Distribution
public import ScriptRuntime
import Synchronization

/// Fetching datasets from scripts.
extension Engine {
    var downloadFunctions: [Native] {
        let parameters = "(data_dir, dataset='pmjtc', books=None, base_url=None, keep=False)"
        let doc = "Fetch and unpack the books of a dataset into data_dir; those that are there already are left alone."
        let body: Native.Body = { [unowned self] call in
            guard reachesNetwork else {
                throw Raised(.osError, "nothing is fetched from the network here", hint: "Run the script with `carpedm run`.")
            }
            var download = DatasetDownload(try Catalog(named: try call.string(1)), to: try call.string(0))
            if !call[2].isNone { download.books = try call.interpreter.stringList(call[2], name: "books") }
            download.base = try call.optionalString(3)
            download.keepsArchives = try call.truth(4)
            let interrupt = interpreter.interrupt
            download.isCancelled = { interrupt.isSet }
            do {
                // What is told while it runs cannot be written from another thread; the books are few.
                let lines = FinishedBooks()
                download.progress = { progress in if let line = progress.line { lines.add(line) } }
                defer { for line in lines.all { notice(line + "\n") } }
                try download.run()
            } catch DistributionError.interrupted {
                try interpreter.checkInterrupt()
                throw DistributionError.interrupted
            }
            return .none
        }
        return [
            Native("download_data" + parameters, doc, body), Native("maybe_download" + parameters, doc, body),
            Native("get_books_list(dataset='pmjtc')", "The ids of a dataset's books.") { call in
                .list(try Catalog(named: try call.string(0)).books.map { .str($0) })
            },
        ]
    }
}

/// Lines that a download tells, in order.
private final class FinishedBooks: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

extension DistributionError: ScriptErrorConvertible {
    public var scriptException: ExceptionKind {
        switch self {
        case .unknownDataset, .unknownBook, .badAddress: .valueError
        default: .osError
        }
    }
}
