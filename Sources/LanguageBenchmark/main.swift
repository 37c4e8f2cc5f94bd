// Times one pass of lexer and parser over a file for `Scripts/bench language`: prints lines and the best seconds of the
// processor of some passes. The file is read before, the tree is let go after the clock has stopped.
import Foundation
import ScriptSyntax

guard CommandLine.arguments.count == 2, let data = FileManager.default.contents(atPath: CommandLine.arguments[1]) else {
    FileHandle.standardError.write(Data("usage: LanguageBenchmark FILE\n".utf8))
    exit(2)
}
let source = SourceText(name: CommandLine.arguments[1], utf8: [UInt8](data))
var best = Double.infinity
for _ in 0..<5 {
    let start = clock()
    let parsed = Parser.parse(source)
    let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
    guard parsed.diagnostics.isEmpty else {
        FileHandle.standardError.write(Data("LanguageBenchmark: the file has errors\n".utf8))
        exit(1)
    }
    best = min(best, seconds)
}
print(data.count { $0 == UInt8(ascii: "\n") }, best)
