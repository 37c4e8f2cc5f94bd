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
                Native(
                    "code2hex(code)",
                    "The number of the character that U+3055 or the character itself names; other text as it is."
                ) { call in
                    let text = try call.string(0)
                    return CodePoint.scalar(of: text).map { .int(Int($0.value)) } ?? .str(text)
                },
                Native("code2char(code)", "The character that U+306B or the character itself names; other text as it is.") {
                    call in
                    .str(CodePoint.character(of: try call.string(0)))
                },
                Native("char2code(char)", "The label of a character: U+306B.") { call in
                    .str(CodePoint.code(of: try call.string(0)))
                },
                Native("show(image, save_as=None)", Self.showDoc) { [unowned self] call in
                    try show(picture(of: call[0]), saveAs: try call.optionalString(1))
                },
            ] + regionFunctions + downloadFunctions,
            members: { [unowned self] _ in
                dataTypes.map { ($0.name, .type($0)) } + [("sample", .str(try SampleData.folder()))]
            })
    }
}
