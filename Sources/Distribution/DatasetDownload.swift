public import Formats
import Foundation

/// Fetches and unpacks the books of a dataset; what is there already and whole is left alone.
public struct DatasetDownload: Sendable {
    /// How far one book is.
    public enum Progress: Sendable, Equatable {
        case present(book: String)
        case fetching(book: String, bytes: Int, total: Int?)
        case unpacking(book: String, entries: Int, total: Int)
        case finished(book: String)
    }

    public var catalog: Catalog
    public var folder: String
    /// Which books; nil for all.
    public var books: [String]?
    /// Another place than the catalogue's that holds `<id>/<id>.zip`.
    public var base: String?
    /// Keep the archives after they are unpacked.
    public var keepsArchives = false
    public var policy = FetchPolicy()
    public var limits = ZipLimits()
    public var progress: @Sendable (Progress) -> Void = { _ in }
    public var isCancelled: @Sendable () -> Bool = { false }

    public init(_ catalog: Catalog, to folder: String) {
        self.catalog = catalog
        self.folder = folder
    }

    /// Fetches the books one after the other.
    ///
    /// - Throws: `DistributionError`; `FormatsError` for an archive that is damaged or hostile, which is then removed.
    public func run() throws {
        let books = try catalog.chosen(books)
        let base = base ?? catalog.base
        guard base.hasPrefix("http://") || base.hasPrefix("https://") else { throw DistributionError.badAddress(base) }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw DistributionError.system(path: folder, code: Self.code(of: error))
        }
        for book in books {
            if isCancelled() { throw DistributionError.interrupted }
            try fetch(book, from: "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/\(book)/\(book).zip")
        }
    }

    // MARK: - Implementation

    private func fetch(_ book: String, from address: String) throws {
        let target = "\(folder)/\(book)"
        let table = "\(book)_coordinate.csv"
        if FileManager.default.fileExists(atPath: "\(target)/\(table)") {
            progress(.present(book: book))
            return
        }
        // An empty folder is nothing; one that holds something else is somebody's.
        if FileManager.default.fileExists(atPath: target), rmdir(target) != 0 {
            throw DistributionError.foreignFolder(path: target, missing: table)
        }
        let archive = "\(folder)/.\(book).zip"
        if !FileManager.default.fileExists(atPath: archive) {
            try Fetch(address: address, path: archive, policy: policy, isCancelled: isCancelled) { bytes, total in
                progress(.fetching(book: book, bytes: bytes, total: total))
            }.run()
        }
        do {
            try unpack(archive, book: book, to: target, table: table, address: address)
        } catch {
            // What was fetched is of no use: the next run fetches it anew. A full disk is not the archive's fault.
            if !Self.isOfTheSystem(error) { unlink(archive) }
            throw error
        }
        if keepsArchives { rename(archive, "\(folder)/\(book).zip") } else { unlink(archive) }
        progress(.finished(book: book))
    }

    /// Unpacks beside the book's place, then puts it there whole.
    private func unpack(_ archive: String, book: String, to target: String, table: String, address: String) throws {
        let temporary = AtomicFile.partialPath(for: target)
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        let file = try ZipFile(path: archive, limits: limits)
        try file.unpack(to: temporary) { done, total in
            guard !isCancelled() else { throw DistributionError.interrupted }
            progress(.unpacking(book: book, entries: done, total: total))
        }
        // The archive holds the book's folder, or its contents.
        let inner = ["\(temporary)/\(book)", temporary].first { FileManager.default.fileExists(atPath: "\($0)/\(table)") }
        guard let inner else { throw DistributionError.wrongContents(archive: address, missing: table) }
        try AtomicFile.move(inner, to: target)
    }

    private static func isOfTheSystem(_ error: any Error) -> Bool {
        switch error {
        case FormatsError.system, DistributionError.interrupted: true
        default: false
        }
    }

    private static func code(of error: any Error) -> Int32 {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return Int32(clamping: underlying?.code ?? Int(EIO))
    }
}

extension DatasetDownload {
    /// The books that are asked for, and whether each is there.
    ///
    /// - Throws: `DistributionError.unknownBook`.
    public func state() throws(DistributionError) -> [(book: String, isThere: Bool)] {
        try catalog.chosen(books).map { ($0, FileManager.default.fileExists(atPath: "\(folder)/\($0)/\($0)_coordinate.csv")) }
    }
}

extension DatasetDownload.Progress {
    /// A line that stays, at the beginning and end of a book; nil in between.
    public var line: String? {
        switch self {
        case .present(let book): "\(book): there already"
        case .finished(let book): "\(book): fetched and unpacked"
        case .fetching, .unpacking: nil
        }
    }

    /// What is being done.
    public var text: String {
        switch self {
        case .fetching(let book, let bytes, let total?): "\(book): \(Self.megabytes(bytes)) of \(Self.megabytes(total)) MB"
        case .fetching(let book, let bytes, nil): "\(book): \(Self.megabytes(bytes)) MB"
        case .unpacking(let book, let entries, let total): "\(book): unpacking, \(entries) of \(total) files"
        case .present, .finished: line ?? ""
        }
    }

    private static func megabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000).\(bytes / 100_000 % 10)" }
}
