import Corpus
import Imaging
import ScriptRuntime

/// A box of pixels as a script's object: `(xmin, xmax, ymin, ymax)`, as the original orders it.
final class BoxObject: HostIndexable, HostIterable, HostSized, HostComparable {
    let sides: [Int]

    init(_ sides: [Int]) { self.sides = sides }
    convenience init(_ box: Box) { self.init([box.x, box.right, box.y, box.bottom]) }

    var scriptTypeName: String { "BBox" }
    var scriptSummary: String { "BBox(xmin=\(sides[0]), xmax=\(sides[1]), ymin=\(sides[2]), ymax=\(sides[3]))" }
    func length(_ interpreter: Interpreter) throws -> Int { 4 }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        let place = try interpreter.index(index)
        guard (-4..<4).contains(place) else { throw Raised.index("BBox index out of range") }
        return .int(sides[place < 0 ? place + 4 : place])
    }

    func iterate(_ interpreter: Interpreter) throws -> IteratorObject {
        var rest = Array(sides.reversed())
        return ClosureIterator("bbox_iterator") { _ in rest.popLast().map { .int($0) } }
    }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard case .host(let box) = other, let other = box.object as? BoxObject else { return nil }
        switch operation {
        case .equal: return .bool(sides == other.sides)
        case .notEqual: return .bool(sides != other.sides)
        default: return nil
        }
    }
}

/// One character of a page as a script's object.
final class CharacterObject: HostObject {
    let glyph: Glyph
    let image: String

    init(_ glyph: Glyph, image: String) { (self.glyph, self.image) = (glyph, image) }

    var scriptTypeName: String { "Character" }
    var scriptSummary: String { "<Character \(glyph.scalar) \(glyph.label) of \(image)>" }
}

extension Engine {
    var boxType: NativeType {
        func side(_ name: String, _ doc: String, _ value: @escaping ([Int]) -> Int) -> NativeProperty {
            NativeProperty(name, doc, get: { .int(value(try $0.host(0, as: BoxObject.self).sides)) })
        }
        return NativeType(
            "BBox", doc: "A box of pixels: xmin <= x < xmax, ymin <= y < ymax, from the top left of the page.",
            module: "carpedm.data",
            constructor: Native("BBox(xmin, xmax, ymin, ymax)", "A box of pixels.") { call in
                let sides = try (0..<4).map { try call.int($0) }
                guard sides[0] <= sides[1], sides[2] <= sides[3] else {
                    throw Raised.value("a BBox needs xmin <= xmax and ymin <= ymax, not \(sides)")
                }
                return call.interpreter.value(of: BoxObject(sides))
            },
            properties: [
                side("xmin", "First column.") { $0[0] }, side("xmax", "Column after the last.") { $0[1] },
                side("ymin", "First row.") { $0[2] }, side("ymax", "Row after the last.") { $0[3] },
                side("width", "Columns.") { $0[1].subtractingReportingOverflow($0[0]).partialValue },
                side("height", "Rows.") { $0[3].subtractingReportingOverflow($0[2]).partialValue },
            ])
    }

    var characterType: NativeType {
        func property(_ name: String, _ doc: String, _ value: @escaping (CharacterObject) -> Value) -> NativeProperty {
            NativeProperty(name, doc, get: { value(try $0.host(0, as: CharacterObject.self)) })
        }
        return NativeType(
            "Character", doc: "One character of a page, as a row of a coordinate table has it.", module: "carpedm.data",
            constructor: Native(
                "Character(label, image_id, x, y, block_id, char_id, w, h)",
                "label is U+ and 4 to 6 hexadecimal digits, block_id B and four digits, char_id C and four digits; x, y, w and h are pixels."
            ) { call in
                let box = Box(x: try call.int(2), y: try call.int(3), width: try call.int(6), height: try call.int(7))
                let glyph = try Glyph(
                    label: try call.string(0), box: box, block: try call.string(4), number: try call.string(5))
                return call.interpreter.value(of: CharacterObject(glyph, image: try call.string(1)))
            },
            properties: [
                property("label", "Its code point: U+306B.") { .str($0.glyph.label) },
                property("char", "The character itself.") { .str(String($0.glyph.scalar)) },
                property("image_id", "The name of its page.") { .str($0.image) },
                property("block_id", "The block of the page it is in: B0001.") { .str($0.glyph.blockID) },
                property("id", "Its number on the page: C0001.") { .str($0.glyph.characterID) },
                property("x", "First column of its box.") { .int($0.glyph.box.x) },
                property("y", "First row of its box.") { .int($0.glyph.box.y) },
                property("w", "Columns of its box.") { .int($0.glyph.box.width) },
                property("h", "Rows of its box.") { .int($0.glyph.box.height) },
                property("row", "The line of its table, counted from 1; 0 when it is from none.") { .int($0.glyph.row) },
                NativeProperty(
                    "bbox", "Its box.",
                    get: { call in
                        call.interpreter.value(of: BoxObject(try call.host(0, as: CharacterObject.self).glyph.box))
                    }),
            ])
    }
}
