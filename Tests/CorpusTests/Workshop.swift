import Corpus
import Formats
import Foundation

/// A folder of its own for one test, removed with it.
final class Workshop {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "corpus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    /// A table with the given rows after the usual header.
    func table(_ book: String, _ rows: [String], header: String = Workshop.header, end: String = "\r\n") throws {
        try write(([header] + rows).joined(separator: "\r\n") + end, to: "\(book)/\(book)_coordinate.csv")
    }

    static let header = "Unicode,Image,X,Y,Block ID,Char ID,Width,Height"
}
