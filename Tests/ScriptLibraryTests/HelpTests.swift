import ScriptLibrary
import ScriptRuntime
import Testing

/// `help(x)` says something of everything: what it is called with, and in a sentence what it does.
@Suite struct HelpTests {
    private let interpreter: Interpreter

    init() {
        interpreter = Interpreter()
        ScriptLibrary.install(in: interpreter)
    }

    @Test func everyBuiltInNameHasHelp() throws {
        for (name, value) in interpreter.builtins.members where !name.name.hasPrefix("__") { try expectHelp(name.name, value) }
    }

    @Test func everyModuleHasHelp() throws {
        for name in interpreter.moduleNames where name != "builtins" {
            let module = try #require(interpreter.nativeModule(name))
            #expect(module.doc?.isEmpty == false, "the module \(name) has no documentation")
            for (member, value) in module.members where !member.name.hasPrefix("_") { try expectHelp("\(name).\(member.name)", value) }
        }
    }

    /// Functions and classes tell their parameters and what they do; a class' own methods too. Plain values show themselves.
    private func expectHelp(_ name: String, _ value: Value) throws {
        let lines = try HelpText.text(for: value, interpreter).split(separator: "\n")
        switch value {
        case .native, .function, .boundMethod:
            #expect(lines.first?.contains("(") == true, "help(\(name)) shows no parameters")
            #expect(lines.dropFirst().contains { $0.hasPrefix("    ") }, "help(\(name)) says nothing")
        case .type(let type):
            #expect(lines.first?.hasPrefix("class ") == true, "help(\(name)) does not begin as that of a class")
            #expect(type.doc?.isEmpty == false, "the class \(name) has no documentation")
            for (member, method) in type.attributes where !member.name.hasPrefix("__") {
                if case .native = method { try expectHelp("\(name).\(member.name)", method) }
                if case .descriptor(let descriptor) = method, case .native = descriptor.first {
                    try expectHelp("\(name).\(member.name)", method)
                }
            }
        default:
            #expect(!lines.isEmpty, "help(\(name)) is empty")
        }
    }
}
