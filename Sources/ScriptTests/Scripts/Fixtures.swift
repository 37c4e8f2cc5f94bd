import Foundation
import ScriptRuntime

/// What a test gets for its parameters beyond those of `parametrize`: `tmp_path`, and functions marked as fixtures.
final class Fixtures {
    private let interpreter: Interpreter
    private let module: ModuleObject
    private var made: [String: Value] = [:]
    private var generators: [Value] = []
    private var folders: [URL] = []

    init(_ interpreter: Interpreter, _ module: ModuleObject) {
        self.interpreter = interpreter
        self.module = module
    }

    /// The arguments of a test behind `self`, in the order of its parameters.
    func arguments(of item: TestItem) throws(Raised) -> [Value] {
        try arguments(of: item.function, item.parameters, skipsFirst: item.owner != nil)
    }

    /// Ends the generators among the fixtures, the last one first, and removes the folders.
    func tearDown() throws(Raised) {
        defer { for folder in folders { try? FileManager.default.removeItem(at: folder) } }
        for generator in generators.reversed() { _ = try interpreter.next(generator) }
    }

    private func arguments(
        of function: Value, _ given: [(name: String, value: Value)], skipsFirst: Bool
    ) throws(Raised) -> [Value] {
        guard case .function(let object) = function else { return [] }
        let names = object.requiredParameterNames.dropFirst(skipsFirst ? 1 : 0)
        for (name, _) in given where !names.contains(name) {
            throw .type("\(object.name)() has no parameter '\(name)' for parametrize")
        }
        var values: [Value] = []
        for name in names {
            if let own = given.first(where: { $0.name == name }) { values.append(own.value) } else { values.append(try value(of: name)) }
        }
        return values
    }

    private func value(of name: String) throws(Raised) -> Value {
        if let known = made[name] { return known }
        let value: Value
        if let fixture = module[Symbol(name)], case .bool(true)? = try interpreter.find(fixture, Symbol("fixture")) {
            let result = try interpreter.run(fixture, try arguments(of: fixture, [], skipsFirst: false))
            if interpreter.typeName(of: result) == "generator" {
                guard let first = try interpreter.next(result) else {
                    throw Raised(.runtimeError, "fixture '\(name)' did not yield a value")
                }
                generators.append(result)
                value = first
            } else {
                value = result
            }
        } else if name == "tmp_path" {
            value = try folder()
        } else {
            throw Raised(
                .lookupError, "there is no fixture '\(name)'",
                hint: "Define a function '\(name)' decorated with @testing.fixture, use tmp_path, or parametrize it.")
        }
        made[name] = value
        return value
    }

    private func folder() throws(Raised) -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-test-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw Raised(.osError, "no folder for tmp_path: \(error.localizedDescription)")
        }
        folders.append(folder)
        return .str(folder.path)
    }
}
