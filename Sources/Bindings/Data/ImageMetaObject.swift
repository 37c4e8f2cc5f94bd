import Corpus
import Formats
import Imaging
import ScriptRuntime
import Tensors

/// An excerpt of a page as a script's object.
final class ImageMetaObject: HostSized {
    var clipping: Clipping
    /// The vocabulary of the loader it is from, for masks and features.
    let vocabulary: Vocabulary?

    init(_ clipping: Clipping, _ vocabulary: Vocabulary? = nil) { (self.clipping, self.vocabulary) = (clipping, vocabulary) }

    var scriptTypeName: String { "ImageMeta" }
    var scriptSummary: String {
        let text = clipping.text
        let shown = text.unicodeScalars.count > 12 ? String(text.unicodeScalars.prefix(12)) + "..." : text
        return "<ImageMeta '\(shown)' of \(clipping.page.name)>"
    }
    func length(_ interpreter: Interpreter) throws -> Int { clipping.glyphs.count }
}

extension Engine {
    func imageMetaValue(_ clipping: Clipping, _ vocabulary: Vocabulary? = nil) -> Value {
        interpreter.value(of: ImageMetaObject(clipping, vocabulary))
    }

    var imageMetaType: NativeType {
        NativeType(
            "ImageMeta", doc: "A part of a page (or a whole one) with its characters.", module: "carpedm.data",
            constructor: Native(
                "ImageMeta(filepath, full_image=False, first_char=None)",
                "An image of the page at filepath: the whole page, or the box around the characters that are added."
            ) { [unowned self] call in
                let path = try call.string(0)
                let name = path.split(separator: "/").last.map { String($0.prefix(while: { $0 != "." })) } ?? path
                let book = path.split(separator: "/").dropLast(2).last.map(String.init) ?? ""
                let meta = ImageMetaObject(
                    Clipping(book: book, page: Page(name: name, path: path), isWholePage: try call.truth(1)))
                if !call[2].isNone { try add(try call.host(2, as: CharacterObject.self), to: meta) }
                return call.interpreter.value(of: meta)
            },
            methods: imageMetaMethods, properties: imageMetaProperties)
    }

    private func add(_ character: CharacterObject, to meta: ImageMetaObject) throws {
        guard meta.clipping.admits(character.glyph, image: character.image, sameLine: false) else {
            throw Raised.value("the character is on page '\(character.image)', this image on '\(meta.clipping.page.name)'")
        }
        meta.clipping.glyphs.append(character.glyph)
    }

    private var imageMetaProperties: [NativeProperty] {
        func property(_ name: String, _ doc: String, _ value: @escaping (Clipping, Call) throws -> Value) -> NativeProperty {
            NativeProperty(name, doc, get: { try value($0.host(0, as: ImageMetaObject.self).clipping, $0) })
        }
        func boxes(_ boxes: [Box], _ call: Call) -> Value { .list(boxes.map { call.interpreter.value(of: BoxObject($0)) }) }
        return [
            property("filepath", "The file of the page.") { clipping, _ in .str(clipping.page.path) },
            property("image_id", "The name of the page.") { clipping, _ in .str(clipping.page.name) },
            property("bib_id", "The book.") { clipping, _ in .str(clipping.book) },
            property("full_image", "Whether it is the whole page.") { clipping, _ in .bool(clipping.isWholePage) },
            property("full_w", "Width of the page in pixels.") { clipping, _ in .int(try clipping.page.size().width) },
            property("full_h", "Height of the page in pixels.") { clipping, _ in .int(try clipping.page.size().height) },
            property("xmin", "First column on the page.") { clipping, _ in .int(try clipping.region().x) },
            property("xmax", "Column after the last.") { clipping, _ in .int(try clipping.region().right) },
            property("ymin", "First row on the page.") { clipping, _ in .int(try clipping.region().y) },
            property("ymax", "Row after the last.") { clipping, _ in .int(try clipping.region().bottom) },
            property("width", "Columns.") { clipping, _ in .int(try clipping.region().width) },
            property("height", "Rows.") { clipping, _ in .int(try clipping.region().height) },
            property("num_chars", "Number of characters.") { clipping, _ in .int(clipping.glyphs.count) },
            property("text", "Its characters in order.") { clipping, _ in .str(clipping.text) },
            property("char_labels", "Its code points in order.") { clipping, _ in .list(clipping.glyphs.map { .str($0.label) }) },
            property("chars", "Its characters.") { clipping, call in
                .list(clipping.glyphs.map { call.interpreter.value(of: CharacterObject($0, image: clipping.page.name)) })
            },
            property("char_bboxes", "The boxes of its characters, on the page.") { clipping, call in
                boxes(clipping.glyphs.map(\.box), call)
            },
            property("line_bboxes", "The boxes of the lines they form, on the page.") { clipping, call in
                boxes(clipping.lines, call)
            },
        ]
    }

    private var imageMetaMethods: [Native] {
        [
            Native(
                "load_image(self, shape=None, channels=1, resize='auto')",
                "Its pixels as a uint8 tensor [height, width, channels]. resize: 'auto' (mean when shrinking, bilinear when growing), 'nearest', 'box', "
                    + "'bilinear', 'bicubic' or 'lanczos'."
            ) {
                [unowned self] call in
                let format = try pixelFormat(call, 2)
                let clipping = try call.host(0, as: ImageMetaObject.self).clipping
                return try pixels(
                    clipping.image(
                        pages, as: format, shape: try call.interpreter.shape(call[1], name: "shape"),
                        kernel: try ResizeKernel(named: try call.string(3))))
            },
            Native("show(self, save_as=None)", Self.showDoc) { [unowned self] call in
                try show(picture(of: call[0]), saveAs: try call.optionalString(1))
            },
            Native("new_shape(self, shape, ratio=False)", "(height, width) after shape; with ratio as factors of the old sides.") { call in
                let region = try call.host(0, as: ImageMetaObject.self).clipping.region()
                let size = try call.interpreter.shape(call[1], name: "shape").size(forHeight: region.height, width: region.width)
                guard try call.truth(2) else { return .tuple([.int(size.height), .int(size.width)]) }
                return .tuple([
                    .float(Double(size.height) / Double(region.height)), .float(Double(size.width) / Double(region.width)),
                ])
            },
            Native(
                "valid_char(self, char, same_line=False)", "Whether char is on this page and, with same_line, continues the line."
            ) { call in
                let character = try call.host(1, as: CharacterObject.self)
                let clipping = try call.host(0, as: ImageMetaObject.self).clipping
                return .bool(clipping.admits(character.glyph, image: character.image, sameLine: try call.truth(2)))
            },
            Native("add_char(self, char)", "Add a character of the same page.") { [unowned self] call in
                try add(try call.host(1, as: CharacterObject.self), to: try call.host(0, as: ImageMetaObject.self))
                return .none
            },
            Native("combine_with(self, images)", "Add the characters of other images of the same page.") { [unowned self] call in
                let meta = try call.host(0, as: ImageMetaObject.self)
                for item in try call.interpreter.items(of: call[1]) {
                    guard case .host(let box) = call.interpreter.plain(item), let other = box.object as? ImageMetaObject else {
                        throw Raised.type("images must hold ImageMeta objects, not \(call.interpreter.typeName(of: item))")
                    }
                    for glyph in other.clipping.glyphs {
                        try add(CharacterObject(glyph, image: other.clipping.page.name), to: meta)
                    }
                }
                return .none
            },
            mask("char_mask(self, shape=None)", "1 inside the boxes of characters: int32 [height, width, 1].", "char"),
            mask("line_mask(self, shape=None)", "1 inside the boxes of lines: int32 [height, width, 1].", "line"),
            mask(
                "class_mask(self, vocab=None, shape=None)", "The class of the character at each pixel: int32 [height, width, 1].",
                "class"),
            Native(
                "generate_features(self, image_shape=None, vocab=None, chunk=False, character=True, line=False, label=True, bbox=False, "
                    + "mask=False, channels=1)",
                "What is stored of it: a list of one dict of features, or of one for each tile."
            ) { [unowned self] call in
                let meta = try call.host(0, as: ImageMetaObject.self)
                var recipe = StorageRecipe()
                recipe.shape = try call.interpreter.shape(call[1], name: "image_shape")
                recipe.isChunked = try call.truth(3)
                recipe.hasCharacters = try call.truth(4)
                recipe.hasLines = try call.truth(5)
                recipe.hasLabels = try call.truth(6)
                recipe.boxes = try boxUnit(call[7])
                recipe.hasMasks = try call.truth(8)
                recipe.color = try pixelFormat(call, 9)
                let vocabulary = try vocabulary(call[2], or: meta, isNeeded: recipe.hasLabels)
                return .list(
                    try meta.clipping.examples(pages, recipe: recipe, vocabulary: vocabulary).map { features(of: $0.features) })
            },
        ]
    }

    private func mask(_ declaration: String, _ doc: String, _ kind: String) -> Native {
        Native(declaration, doc) { [unowned self] call in
            let meta = try call.host(0, as: ImageMetaObject.self)
            var recipe = StorageRecipe()
            recipe.shape = try call.interpreter.shape(call[kind == "class" ? 2 : 1], name: "shape")
            (recipe.hasMasks, recipe.hasLines) = (true, true)
            let vocabulary = try vocabulary(kind == "class" ? call[1] : .none, or: meta, isNeeded: kind == "class")
            let example = try meta.clipping.examples(pages, recipe: recipe, vocabulary: vocabulary, linesOfParts: true)[0]
            let bytes = try example.features.bytes("image/mask/\(kind)")
            let values = kind == "class" ? StoredMask.classes(bytes) : bytes.map { Int32($0) }
            return tensorValue(try Tensor(values, shape: [example.image.height, example.image.width, 1]))
        }
    }

    /// The vocabulary given, or that of the loader; a mask of boxes needs none.
    private func vocabulary(_ value: Value, or meta: ImageMetaObject, isNeeded: Bool) throws -> Vocabulary {
        if case .host(let box) = interpreter.plain(value), let object = box.object as? VocabularyObject {
            return object.vocabulary
        }
        guard value.isNone else { throw Raised.type("vocab must be a Vocabulary, not \(interpreter.typeName(of: value))") }
        if let own = meta.vocabulary { return own }
        guard !isNeeded else { throw Raised.value("vocab must be given: this image is not from a MetaLoader") }
        return try Vocabulary(reserved: [], characters: [])
    }

    func pixelFormat(_ call: Call, _ index: Int) throws -> PixelFormat {
        guard let format = PixelFormat(rawValue: try call.int(index)) else {
            throw Raised.value("channels must be 1 (grey) or 3 (RGB), not \(try call.int(index))")
        }
        return format
    }

    /// False or None, 'pixel' or 'ratio'.
    func boxUnit(_ value: Value) throws -> StorageRecipe.BoxUnit? {
        switch interpreter.plain(value) {
        case .none, .bool(false): return nil
        case .str(let text): return try StorageRecipe.BoxUnit(named: text.string)
        default: throw Raised.value("bbox must be False, 'pixel' or 'ratio', not \(try interpreter.repr(value).string)")
        }
    }

    /// Features as a dict: single values as they are, several as lists.
    func features(of example: SequenceExample) -> Value {
        func value(_ values: FeatureValues) -> Value {
            let all: [Value] =
                switch values {
                case .bytes(let items): items.map { .bytes(BytesObject($0)) }
                case .floats(let items): items.map { .float(Double($0)) }
                case .integers(let items): items.map { .int(Int($0)) }
                }
            return all.count == 1 ? all[0] : .list(all)
        }
        let context = example.context.sorted { $0.key < $1.key }.map { ($0.key, value($0.value)) }
        let lists = example.featureLists.sorted { $0.key < $1.key }.map { ($0.key, Value.list($0.value.map(value))) }
        return interpreter.dict(context + lists)
    }
}
