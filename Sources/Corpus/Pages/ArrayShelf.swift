import Formats
import Imaging

/// The sets of a folder that come as arrays: images and labels in npy, npz or idx files, as those of MNIST, KMNIST and Kuzushiji-49.
///
/// Each set becomes a book. Its id is the name of the images' file without the word for images: `kmnist-train-imgs.npz` with
/// `kmnist-train-labels.npz` is `kmnist-train`; `mnist.npz` with `x_train`, `y_train`, `x_test` and `y_test` is `train` and `test`.
struct ArrayShelf {
    /// Where the images and labels of a set are: a file, and the name of an array in an npz file.
    private struct Source: Hashable {
        var file: String
        var key: String?
    }

    private let folder: String
    private let sets: [(id: String, images: Source, labels: Source)]
    private let classMap: String?

    /// Sorted.
    var ids: [String] { sets.map(\.id) }
    var isEmpty: Bool { sets.isEmpty }

    /// The set to test with, where exactly one of several is named for it.
    var testID: String? {
        let named = ids.filter { id in ["test", "t10k"].contains { id.contains($0) } }
        return named.count == 1 && ids.count > 1 ? named[0] : nil
    }

    /// Looks at the names in a folder; no array is read but npz files of several.
    init(folder: String, names: [String]) throws {
        self.folder = folder
        classMap = names.first { $0.lowercased().contains("classmap") && $0.hasSuffix(".csv") }
        var sets: [(id: String, images: Source, labels: Source)] = []
        let arrays = names.filter { Self.stem($0) != nil }
        for name in arrays {
            guard let id = Self.id(ofImages: name) else { continue }
            let labels = arrays.first { Self.id(ofLabels: $0) == id }
            if let labels { sets.append((id, Source(file: name), Source(file: labels))) }
        }
        for name in arrays where name.hasSuffix(".npz") && Self.id(ofImages: name) == nil && Self.id(ofLabels: name) == nil {
            let keys = try NumpyArchive.read(path: "\(folder)/\(name)").keys.sorted()
            for key in keys where key.hasPrefix("x_") && keys.contains("y_" + key.dropFirst(2)) {
                sets.append(
                    (String(key.dropFirst(2)), Source(file: name, key: key), Source(file: name, key: "y_" + key.dropFirst(2))))
            }
        }
        self.sets = sets.sorted { $0.id < $1.id }
    }

    /// The set as a book.
    ///
    /// - Throws: `CorpusError.badArrays` when images and labels do not fit each other; `FormatsError`.
    func book(_ id: String) throws -> Book? {
        guard let set = sets.first(where: { $0.id == id }) else { return nil }
        let path = "\(folder)/\(set.images.file)"
        let labelPath = "\(folder)/\(set.labels.file)"
        let images = try array(set.images)
        var shape = images.shape
        if shape.count == 4, shape[3] == 1 { shape.removeLast() }
        guard images.elementType == .uint8, shape.count == 3, shape[1] > 0, shape[2] > 0,
            shape[1] <= Image.greatestSide / ArraySheet.columns, shape[2] <= Image.greatestSide / ArraySheet.columns
        else {
            throw CorpusError.badArrays(
                file: path,
                problem: "its images are \(images.elementType.rawValue) \(images.shape), not U8 [n, height, width] of at most "
                    + "\(Image.greatestSide / ArraySheet.columns) pixels a side")
        }
        let labels = try Self.integers(array(set.labels), labelPath)
        guard labels.count == shape[0] else {
            throw CorpusError.badArrays(
                file: labelPath, problem: "\(labels.count) labels for the \(shape[0]) images of '\(set.images.file)'")
        }
        let classes = try classes(for: labels, labelPath)
        let glyphs = labels.enumerated().lazy.map { number, label in
            Glyph(
                scalar: classes[label] ?? "?", box: ArraySheet.box(of: number, height: shape[1], width: shape[2]),
                page: number / ArraySheet.capacity, number: number % ArraySheet.capacity + 1, row: number + 1)
        }
        let pages = stride(from: 0, to: shape[0], by: ArraySheet.capacity).map { first in
            let range = first..<min(first + ArraySheet.capacity, shape[0])
            let sheet = ArraySheet(pixels: images.bytes, height: shape[1], width: shape[2], images: range)
            return Page(name: "\(id)-\(first / ArraySheet.capacity + 1)", path: path, sheet: sheet)
        }
        let checksum = CRC32C.checksum(images.bytes) ^ CRC32C.checksum(labels.flatMap { littleEndian($0) })
        return Book(id: id, table: labelPath, tableChecksum: checksum, pages: pages, glyphs: GlyphTable(glyphs))
    }

    // MARK: - Implementation

    private func array(_ source: Source) throws -> StoredArray {
        let path = "\(folder)/\(source.file)"
        if source.file.hasSuffix(".npy") { return try NumpyArray.read(path: path) }
        guard source.file.hasSuffix(".npz") else { return try IndexedArray.read(path: path) }
        let arrays = try NumpyArchive.read(path: path)
        let key = source.key ?? arrays.keys.sorted()[...].first ?? "arr_0"
        guard let array = arrays[key], source.key != nil || arrays.count == 1 else {
            throw CorpusError.badArrays(
                file: path, problem: "it should hold one array, and holds \(arrays.keys.sorted().joined(separator: ", "))")
        }
        return array
    }

    private static func integers(_ array: StoredArray, _ path: String) throws -> [Int] {
        guard array.shape.count == 1 || (array.shape.count == 2 && array.shape[1] == 1) else {
            throw CorpusError.badArrays(file: path, problem: "its labels have shape \(array.shape), not [n]")
        }
        switch array.elementType {
        case .uint8: return array.bytes.map { Int($0) }
        case .int32: return try array.values(as: Int32.self).map { Int($0) }
        case .int64: return try array.values(as: Int64.self).map { Int($0) }
        case .uint16: return try array.values(as: UInt16.self).map { Int($0) }
        case let other: throw CorpusError.badArrays(file: path, problem: "its labels are \(other.rawValue), not whole numbers")
        }
    }

    /// The character of each class: by the class map of the folder, else the digits of up to ten classes.
    private func classes(for labels: [Int], _ path: String) throws -> [Int: Unicode.Scalar] {
        var classes: [Int: Unicode.Scalar] = [:]
        if let classMap {
            classes = try self.classes(in: "\(folder)/\(classMap)")
        } else {
            for digit in 0..<10 { classes[digit] = Unicode.Scalar(UInt8(48 + digit)) }
        }
        for (number, label) in labels.enumerated() where classes[label] == nil {
            throw CorpusError.unknownClass(file: path, number: number, label: label, classMap: classMap)
        }
        return classes
    }

    private func classes(in path: String) throws -> [Int: Unicode.Scalar] {
        guard let (text, _) = TextEncoding.decode(try FileSystem.contents(of: path)) else {
            throw CorpusError.undecodable(file: path, tried: TextEncoding.allCases.map(\.rawValue))
        }
        var rows = DelimitedText(text, file: path)
        let header = try rows.next()?.fields.map { String(decoding: $0, as: UTF8.self) } ?? []
        guard let index = header.firstIndex(of: "index"),
            let code = header.firstIndex(where: { ["codepoint", "char"].contains($0) })
        else {
            throw CorpusError.missingColumn(file: path, column: header.contains("index") ? "codepoint" : "index", present: header)
        }
        var classes: [Int: Unicode.Scalar] = [:]
        while let row = try rows.next() {
            guard row.fields.count > max(index, code), let label = Int(String(decoding: row.fields[index], as: UTF8.self)) else {
                throw CorpusError.badNumber(
                    file: path, row: row.line, column: "index",
                    value: row.fields.count > index ? String(decoding: row.fields[index], as: UTF8.self) : "")
            }
            let value = String(decoding: row.fields[code], as: UTF8.self)
            guard let scalar = CodePoint.scalar(of: value) else {
                throw CorpusError.badLabel(file: path, row: row.line, value: value)
            }
            classes[label] = scalar
        }
        return classes
    }

    private func littleEndian(_ number: Int) -> [UInt8] { withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) } }

    // MARK: - Names

    /// The name without what tells that it is an array; nil when it is none.
    private static func stem(_ name: String) -> String? {
        var stem = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        for suffix in [".npy", ".npz"] where stem.hasSuffix(suffix) { return String(stem.dropLast(4)) }
        if stem.hasSuffix("-ubyte") {
            stem = String(stem.dropLast(6))
            if stem.hasSuffix("-idx1") || stem.hasSuffix("-idx3") { return String(stem.dropLast(5)) }
        }
        return nil
    }

    private static func id(ofImages name: String) -> String? { id(of: name, without: ["imgs", "images"]) }
    private static func id(ofLabels name: String) -> String? { id(of: name, without: ["labels"]) }

    private static func id(of name: String, without words: [String]) -> String? {
        guard let stem = stem(name), let word = words.first(where: { stem.hasSuffix($0) }) else { return nil }
        let rest = stem.dropLast(word.count)
        guard let last = rest.last, last == "-" || last == "_" || last == "." else { return nil }
        return String(rest.dropLast())
    }
}
