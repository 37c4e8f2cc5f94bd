import Corpus
import Foundation
import Imaging
import Randomness
import ScriptRuntime

extension Engine {
    var loaderMethods: [Native] {
        [
            Native("subset(self, name)", "The examples of 'train', 'dev' or 'test'.") { call in
                try call.host(0, as: LoaderObject.self).subset(Subset(named: try call.string(1)))
            },
            Native(
                "max_image_size(self, subset=None, static_shape=None)",
                "The greatest (height, width) after static_shape: each side pixels (int), a factor (float) or None to keep the proportions."
            ) { call in
                let subset = try call[1].isNone ? nil : Subset(named: try call.string(1))
                let shape = try call.interpreter.shape(call[2], name: "static_shape")
                let size = try call.host(0, as: LoaderObject.self).corpus.greatestSize(of: subset, shape: shape)
                return .tuple([.int(size.height), .int(size.width)])
            },
            Native(
                "data_stats(self, which_sets=None, which_stats=None, save_dir=None, include=None)",
                "Print how often characters come: which_stats of 'majority', 'frequency' and 'unknowns' for which_sets; save_dir also gets "
                    + "<set>_counts.csv and a chart; include=(first, end) chooses classes, the end not included."
            ) { [unowned self] call in
                let corpus = try call.host(0, as: LoaderObject.self).corpus
                let statistics = CorpusStatistics(corpus, subsets: try subsets(call[1]))
                let topics =
                    try call[2].isNone
                    ? CorpusStatistics.Topic.allCases : names(call[2], "which_stats").map(CorpusStatistics.Topic.init)
                let classes = try classes(call[4], corpus.vocabulary)
                try interpreter.write(try statistics.report(topics, classes: classes))
                if let folder = try call.optionalString(3) {
                    for path in try statistics.save(to: folder, classes: classes) { try interpreter.write("wrote \(path)\n") }
                }
                return .none
            },
            Native(
                "counts(self, subset='train')",
                "How often each character comes in a subset, by falling count: {'U+306B': 96, ...}."
            ) { call in
                let statistics = CorpusStatistics(try call.host(0, as: LoaderObject.self).corpus)
                return call.interpreter.dict(
                    statistics.counts(of: try Subset(named: try call.string(1))).map { ($0.label, .int($0.count)) })
            },
            Native(
                "check(self)",
                "Look through rows, pages and crops for what makes training fail or lie: a list of (kind, message), empty when all is well."
            ) { call in
                let corpus = try call.host(0, as: LoaderObject.self).corpus
                return .list(
                    try CorpusCheck().findings(for: corpus.configuration).map { .tuple([.str($0.kind), .str($0.message)]) })
            },
            Native(
                "view_images(self, subset='train', shape=None, save_as=None, limit=None)",
                "Write a page to leaf through a subset in a browser, one HTML file that needs no network; gives its path. shape is the size "
                    + "at which images are shown; None fits them to the window. limit is the most examples, evenly chosen; where the pages are "
                    + "too large for one file it has crops alone, and says so."
            ) { [unowned self] call in
                let corpus = try call.host(0, as: LoaderObject.self).corpus
                let subset = try Subset(named: try call.string(1))
                var viewer = CorpusViewer()
                viewer.shape = try interpreter.shape(call[2], name: "shape")
                viewer.limit = try call.optionalInt(4)
                let path = try call.optionalString(3) ?? CorpusViewer.usualPath(for: corpus, subset)
                if let note = try viewer.write(corpus, subset: subset, to: path).note { try interpreter.write("note: \(note)\n") }
                try interpreter.write("wrote \(path); open it in a browser\n")
                return .str(path)
            },
            Native(
                "show_batch(self, subset='train', batch_size=32, shape_in=None, seed=None, epoch=0, save_as=None, rotation=0.0, shear=0.0, "
                    + "scale=0.0, stretch=0.0, shift=0.0, elastic=0.0, thickness=0.0, contrast=0.0, brightness=0.0, erase=0.0)",
                "Show examples as a model sees them: fitted into shape_in (None: 64 x 64), changed by the augmentation as in this epoch; with seed in "
                    + "shuffled order."
            ) { [unowned self] call in
                try show(sheet(call), saveAs: try call.optionalString(6))
            },
            generateMethod,
        ]
    }

    private func sheet(_ call: Call) throws -> PictureObject {
        let corpus = try call.host(0, as: LoaderObject.self).corpus
        let shape =
            try call[3].isNone ? Shape(height: .pixels(64), width: .pixels(64)) : interpreter.shape(call[3], name: "shape_in")
        let seed = try call.optionalInt(4)
        let key = Key(seed: UInt64(bitPattern: Int64(seed ?? 0)))
        let subset = try Subset(named: try call.string(1))
        let sheet = try corpus.contactSheet(
            of: subset, count: try call.int(2), frame: try corpus.frame(shape), order: seed == nil ? nil : key,
            epoch: try call.int(5),
            augmentation: (try augmentation(call, from: 7), key))
        return PictureObject(sheet.image, caption: sheet.texts.map { $0.joined(separator: " ") }.joined(separator: "\n"))
    }

    /// The extents that begin at an argument, in the order of `Augmentation.names`.
    func augmentation(_ call: Call, from first: Int) throws -> Augmentation {
        var augmentation = Augmentation()
        for (n, extent) in Augmentation.extents.enumerated() { augmentation[keyPath: extent.path] = try call.double(first + n) }
        return augmentation
    }

    private func subsets(_ value: Value) throws -> [Subset] {
        try value.isNone ? Subset.allCases : names(value, "which_sets").map(Subset.init)
    }

    /// One name, or several.
    private func names(_ value: Value, _ what: String) throws -> [String] {
        if case .str(let name) = interpreter.plain(value) { return [name.string] }
        return try interpreter.strings(value, name: what)
    }

    /// `(first, end)`, either None.
    private func classes(_ value: Value, _ vocabulary: Vocabulary) throws -> Range<Int>? {
        if value.isNone { return nil }
        let ends = try interpreter.items(of: value)
        guard ends.count == 2 else { throw Raised.value("include must be (first, end), not \(ends.count) values") }
        if ends[0].isNone, ends[1].isNone { return nil }
        let first = try ends[0].isNone ? vocabulary.reservedCount : interpreter.index(ends[0])
        let end = try ends[1].isNone ? vocabulary.count : interpreter.index(ends[1])
        guard first >= 0, first <= end else { throw Raised.value("include must be 0 <= first <= end, not (\(first), \(end))") }
        return first..<end
    }
}
