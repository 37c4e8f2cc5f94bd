import Foundation

/// The recorded files beside these tests.
enum GoldenFiles {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// The recorded text; with CARPEDM_RECORD=1 it is written first.
    static func recorded(_ name: String, _ actual: String) throws -> String {
        if ProcessInfo.processInfo.environment["CARPEDM_RECORD"] == "1" {
            try actual.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        return try text(name)
    }
}

/// What `record.py` wrote down of CPython 3.11.
struct CPythonRecord: Decodable {
    struct Program: Decodable {
        let source: String
        let tree: String
        let scopes: [String]
    }
    struct Input: Decodable {
        let text: String
        let verdict: String
    }
    struct Docstring: Decodable {
        let text: String
        let clean: String
    }
    let accepted: [Program]
    let refused: [String]
    let prefixes: [Input]
    let docstrings: [Docstring]

    static func load() throws -> CPythonRecord {
        let data = try Data(contentsOf: GoldenFiles.folder.appendingPathComponent("cpython.json"))
        return try JSONDecoder().decode(CPythonRecord.self, from: data)
    }
}

/// Names that exist without being bound, for the tests.
let builtinNames: Set<String> = [
    "print", "len", "range", "str", "int", "float", "bool", "list", "dict", "set", "tuple", "type", "sum", "object",
    "Exception", "ValueError", "TypeError", "property", "isinstance", "super", "Ellipsis", "__name__",
]
