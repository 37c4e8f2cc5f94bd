public import Formats
public import Foundation
public import Imaging
import TextDistance

/// What can be wrong with a data folder, with what is asked of it, or with a stored dataset.
public enum CorpusError: Error, Equatable, Sendable {
    // Folders and files.
    case noDataFolder(path: String)
    case noBooks(path: String)
    case noSample(tried: [String])
    /// The system refused; `code` is its `errno`.
    case unreadable(path: String, code: Int32)
    case unwritable(path: String, code: Int32)
    case badDescription(file: String, problem: String)

    // Coordinate tables; rows are lines of the file, counted from 1.
    case undecodable(file: String, tried: [String])
    case missingColumn(file: String, column: String, present: [String])
    case duplicateColumn(file: String, column: String)
    case unterminatedQuote(file: String, row: Int)
    case missingField(file: String, row: Int, column: String)
    case badNumber(file: String, row: Int, column: String, value: String)
    case badLabel(file: String, row: Int, value: String)
    case badIdentifier(file: String, row: Int, column: String, value: String)
    case badImageName(file: String, row: Int, value: String)
    case emptyBox(file: String, row: Int, width: Int, height: Int)
    case missingImage(file: String, row: Int, image: String)
    case boxOutsidePage(file: String, row: Int, box: Box, image: String, width: Int, height: Int)
    /// A page image that cannot be used; the cause names it.
    case badImage(ImagingError, file: String, row: Int)
    // Sets of arrays.
    case badArrays(file: String, problem: String)
    case unknownClass(file: String, number: Int, label: Int, classMap: String?)
    case arraysHoldCharacters(book: String)
    /// A file of arrays that cannot be read; the cause names it.
    case arrayFile(FormatsError)
    /// What needs characters to know its place on the page has none.
    case noCharacters(image: String)

    // Arguments.
    case unknownChoice(argument: String, value: String, known: [String])
    case badArgument(argument: String, value: String, rule: String)
    case unknownRepertoire(name: String, known: [String])
    case emptyRepertoire
    case notACodePoint(String)
    case fractionOutOfRange(argument: String, value: String)
    case unknownBook(argument: String, id: String, known: [String])
    case bookNamedTwice(argument: String, id: String)
    case noDefaultTestSplit(folder: String, books: [String])
    case missingSequenceLength
    case badSequenceLength(minimum: Int, maximum: Int)
    case noExamples(folder: String, repertoire: String)
    case tooFewExamples(subset: String, wanted: Int, available: Int)
    case devFactorUnreachable(factor: Int, available: Int)
    case duplicateType(String)
    case noUnknownType
    case emptySubset(String)

    // Stored datasets.
    case chunksNeedSize(shape: String)
    case staleDataset(folder: String, differences: [StaleArgument])
    case foreignFiles(folder: String, names: [String])
    case badManifest(file: String, problem: String)
    case notGenerated(folder: String, subset: String)
    case badRecord(file: String, number: Int, problem: String)
    case notReadable(folder: String)
    case excerptTooLarge(id: String, bytes: Int)
    case tooManyCharacters(book: String, count: Int, limit: Int)
    case interrupted
}

extension CorpusError {
    /// An error of reading arrays as one of the corpus.
    static func unreadableArrays(_ error: any Error) -> CorpusError {
        switch error {
        case let error as CorpusError: error
        case let error as FormatsError: .arrayFile(error)
        default: .badArrays(file: "", problem: "\(error)")
        }
    }

    /// What to say of a page whose image cannot be used.
    static func of(_ error: ImagingError, file: String, row: Int, image: String) -> CorpusError {
        if case .unreadable(_, ENOENT) = error { return .missingImage(file: file, row: row, image: image) }
        return .badImage(error, file: file, row: row)
    }
}

extension CorpusError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .noDataFolder(let path): "there is no data folder '\(path)'"
        case .noBooks(let path): "'\(path)' holds no books"
        case .noSample(let tried): "the sample pages are not in \(tried.joined(separator: " or "))"
        case .unreadable(let path, let code): "cannot read '\(path)': \(Self.reason(code))"
        case .unwritable(let path, let code): "cannot write '\(path)': \(Self.reason(code))"
        case .badDescription(let file, let problem): "\(file): \(problem)"
        case .undecodable(let file, let tried): "\(file): its text is in none of the encodings \(tried.joined(separator: ", "))"
        case .missingColumn(let file, let column, _): "\(file):1: there is no column '\(column)'"
        case .duplicateColumn(let file, let column): "\(file):1: there are two columns '\(column)'"
        case .unterminatedQuote(let file, let row): "\(file):\(row): a quoted field begins in this row and never ends"
        case .missingField(let file, let row, let column): "\(file):\(row): the row ends before its column '\(column)'"
        case .badNumber(let file, let row, let column, let value):
            "\(file):\(row): \(column) is '\(value)', which is no number of pixels"
        case .badLabel(let file, let row, let value): "\(file):\(row): Unicode is '\(value)', which is no code point"
        case .badIdentifier(let file, let row, let column, let value): "\(file):\(row): \(column) is '\(value)'"
        case .badImageName(let file, let row, let value): "\(file):\(row): Image is '\(value)', which is no name of an image"
        case .emptyBox(let file, let row, let width, let height): "\(file):\(row): the box is \(width) x \(height) pixels"
        case .missingImage(let file, let row, let image): "\(file):\(row): the image '\(image)' does not exist"
        case .boxOutsidePage(let file, let row, let box, let image, let width, let height):
            "\(file):\(row): the box x \(box.x)..\(box.right), y \(box.y)..\(box.bottom) leaves its page '\(image)' "
                + "of \(width) x \(height) pixels"
        case .badImage(let cause, let file, let row): "\(cause.localizedDescription) (page of \(file):\(row))"
        case .badArrays(let file, let problem): "\(file): \(problem)"
        case .unknownClass(let file, let number, let label, nil):
            "\(file): the label of image \(number) is \(label), and no class map says what that is"
        case .unknownClass(let file, let number, let label, let map?):
            "\(file): the label of image \(number) is \(label), which is not in '\(map)'"
        case .arraysHoldCharacters(let book): "the set '\(book)' consists of single characters"
        case .arrayFile(let cause): cause.localizedDescription
        case .noCharacters(let image): "the excerpt of '\(image)' has no characters, which say where on the page it is"
        default: argumentDescription
        }
    }

    private var argumentDescription: String? {
        switch self {
        case .unknownChoice(let argument, let value, let known): "\(argument) must be \(Self.alternatives(known)), not '\(value)'"
        case .badArgument(let argument, let value, let rule): "\(argument) is \(value); it must be \(rule)"
        case .unknownRepertoire(let name, let known): "there is no character set '\(name)', only \(Self.alternatives(known))"
        case .emptyRepertoire: "a character set needs at least one character"
        case .notACodePoint(let text): "'\(text)' is neither a single character nor a code point such as U+3055"
        case .fractionOutOfRange(let argument, let value): "\(argument) is \(value); a share must be from 0 to 1"
        case .unknownBook(let argument, let id, _): "\(argument): there is no book '\(id)'"
        case .bookNamedTwice(let argument, let id): "\(argument) names book '\(id)' twice"
        case .noDefaultTestSplit(let folder, _): "'\(folder)' does not say which book is for testing"
        case .missingSequenceLength: "the scope 'seq' needs seq_len"
        case .badSequenceLength(let minimum, let maximum):
            minimum > maximum
                ? "seq_maxlen \(maximum) is less than seq_len \(minimum)" : "seq_len is \(minimum); it must be positive"
        case .noExamples(let folder, let repertoire): "no example of the character set '\(repertoire)' in '\(folder)'"
        case .tooFewExamples(let subset, let wanted, let available):
            "\(subset) should take \(wanted) of the \(available) examples that are left, and leave some"
        case .devFactorUnreachable(let factor, let available):
            "\(available) examples cannot fill a dev set that divides by \(factor)"
        case .duplicateType(let type): "the vocabulary has '\(type)' twice"
        case .noUnknownType: "the vocabulary has no '\(Vocabulary.unknownToken)'"
        case .emptySubset(let subset): "the subset '\(subset)' is empty"
        default: storeDescription
        }
    }

    private var storeDescription: String? {
        switch self {
        case .chunksNeedSize(let shape): "chunk needs a shape_store in pixels, not \(shape)"
        case .staleDataset(let folder, let differences):
            "the dataset in '\(folder)' was made otherwise: "
                + differences.map { "\($0.name) was \($0.stored), now \($0.wanted)" }.joined(separator: "; ")
        case .foreignFiles(let folder, let names):
            "'\(folder)' holds '\(names.first ?? "")' but no manifest that says what it was made from"
        case .badManifest(let file, let problem): "\(file): \(problem)"
        case .notGenerated(let folder, let subset): "there is no whole '\(subset)' dataset in '\(folder)'"
        case .badRecord(let file, let number, let problem): "\(file): record \(number): \(problem)"
        case .excerptTooLarge(let id, let bytes): "\(id) takes \(bytes) bytes, more than the examples of one page may have"
        case .tooManyCharacters(let book, let count, let limit): "book '\(book)' has \(count) characters, more than the \(limit) of one book"
        case .notReadable(let folder): "the dataset in '\(folder)' is stored as image files, which give no batches"
        case .interrupted: "the dataset was not finished: interrupted"
        default: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .noDataFolder: "Check the path; it must be a folder that holds one folder per book."
        case .noBooks:
            "A book is a folder '<id>' with a table '<id>_coordinate.csv' and a folder 'images'; give the folder around the books "
                + "(or one with arrays such as kmnist-train-imgs.npz and kmnist-train-labels.npz)."
        case .noSample: "Set \(SampleData.variable) to the folder of the sample."
        case .unreadable(_, let code), .unwritable(_, let code): Self.remedy(code)
        case .badDescription: "Write an object such as {\"test_split\": \"<book>\"}, or remove the file and give test_split."
        case .undecodable: "Save the table as UTF-8."
        case .missingColumn(_, let column, let present):
            (Self.didYouMean(column, present).map { $0 + " " } ?? "") + "The header has: \(present.joined(separator: ", "))."
        case .duplicateColumn: "Rename or remove one of them."
        case .unterminatedQuote: "Close the quote, or write a quote inside a quoted field twice."
        case .missingField: "Every row needs the eight columns Unicode, Image, X, Y, Block ID, Char ID, Width, Height."
        case .badNumber: "Write whole pixels, for example 123."
        case .badLabel: "Write U+ and 4 to 6 hexadecimal digits of a character, for example U+3055."
        case .badIdentifier(_, _, let column, _):
            "Write \(column == "Block ID" ? "B" : "C") and at least four digits, for example \(column == "Block ID" ? "B0001" : "C0001")."
        case .badImageName: "Write the name of a file in the book's folder 'images', without folder and without suffix."
        case .emptyBox: "Width and Height must be at least 1."
        case .missingImage: "Put the image there, or remove its rows from the table."
        case .boxOutsidePage: "Correct X, Y, Width and Height, or check that the image is the one that was measured."
        case .badImage(let cause, _, _): cause.recoverySuggestion
        case .badArrays: "Give images and labels as arrays of the same number, as KMNIST has them."
        case .unknownClass: "Add a file such as 'classmap.csv' with the columns index and codepoint (U+304A) to the folder."
        case .arraysHoldCharacters: "Choose image_scope 'char'."
        case .arrayFile(let cause): cause.recoverySuggestion
        case .noCharacters: "Add a character to it, or make it a full image."
        default: argumentSuggestion
        }
    }

    private var argumentSuggestion: String? {
        switch self {
        case .unknownChoice(_, let value, let known): Self.didYouMean(value, known)
        case .unknownRepertoire(let name, let known):
            (Self.didYouMean(name, known).map { $0 + " " } ?? "") + "Join several with '+', or give a list of characters."
        case .emptyRepertoire, .notACodePoint: "Give a list such as ['さ', 'U+3057']."
        case .fractionOutOfRange: "Write one tenth as 0.1; to hold out a book give its id."
        case .unknownBook(_, let id, let known):
            (Self.didYouMean(id, known).map { $0 + " " } ?? "") + "Books: \(known.joined(separator: ", "))."
        case .bookNamedTwice: "Name each book once."
        case .noDefaultTestSplit(_, let books):
            "Give test_split as a share (0.1) or as one or more of the books \(books.joined(separator: ", ")); "
                + "or add a dataset.json with {\"test_split\": \"<book>\"} to the folder."
        case .missingSequenceLength: "Give seq_len (--seq-len), and seq_maxlen (--seq-maxlen) for random lengths."
        case .badSequenceLength: "Give 1 <= seq_len <= seq_maxlen."
        case .noExamples: "Choose a wider character set, a shorter seq_len or another scope."
        case .tooFewExamples: "Give smaller shares, hold out fewer books, or add data."
        case .devFactorUnreachable: "Give a smaller dev_factor."
        case .duplicateType: "Give each reserved token once."
        case .noUnknownType: "Add '\(Vocabulary.unknownToken)' to the types."
        case .emptySubset: "Choose another subset, or other splits."
        case .chunksNeedSize: "Give shape_store as two numbers of pixels, for example (256, 256)."
        case .staleDataset, .foreignFiles:
            "To replace it overwrite it (overwrite=True, or --overwrite), or choose another folder."
        case .badManifest: "Generate the dataset again with overwrite=True (--overwrite), or remove its folder."
        case .notGenerated: "Generate it first."
        case .badRecord: "Generate the dataset again with overwrite=True (--overwrite)."
        case .tooManyCharacters: "Split its table into several books."
        case .excerptTooLarge: "Store it smaller (shape_store), or without masks."
        case .notReadable: "Generate it with format_store='tfrecords' in another folder."
        case .interrupted: "Run again to finish it."
        default: nil
        }
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    private static func remedy(_ code: Int32) -> String? {
        switch code {
        case ENOSPC, EDQUOT: "Free some space on that disk, or choose a folder on another one, and run again."
        case EACCES, EPERM, EROFS: "Change its permissions, or choose another folder."
        case ENOENT: "Check the spelling of the path."
        case EISDIR: "Give the path of a file; this one is a folder."
        case ENOTDIR: "A part of the path is a file, not a folder."
        default: nil
        }
    }

    /// In the message itself: a script that catches the error shows that alone.
    private static func alternatives(_ known: [String]) -> String {
        known.dropLast().map { "'\($0)'" }.joined(separator: ", ") + (known.count > 1 ? " or " : "") + known.suffix(1).map { "'\($0)'" }.joined()
    }

    private static func didYouMean(_ name: String, _ known: [String]) -> String? {
        nearest(to: name, among: known).map { "Did you mean '\($0)'?" }
    }
}
