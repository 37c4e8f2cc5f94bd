import Foundation
import Imaging

/// What the tables beside stored image files say about one of them.
struct ImageCaption: Codable {
    /// The types of its characters joined by `_`, or nil when labels are not stored.
    var label: String?
    /// `x:y:w:h` of each character, joined by `_`.
    var boxes: String
    /// The page it is from and the part of it: x, y, width, height.
    var page: String
    var region: [Int]

    func serialized() throws -> [UInt8] { [UInt8](try JSONEncoder().encode(self)) }

    init(serialized bytes: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) }

    init(_ product: ExampleMaker.Product, _ maker: ExampleMaker, page: String, region: Box) {
        let recipe = maker.recipe
        let hasLabels = recipe.hasCharacters && recipe.hasLabels
        label = hasLabels ? maker.targets(of: product).map { maker.vocabulary.type(of: $0) }.joined(separator: "_") : nil
        if recipe.hasCharacters, let unit = recipe.boxes {
            let (height, width) = unit == .ratio ? (Double(product.image.height), Double(product.image.width)) : (1, 1)
            boxes = product.characters.map { character in
                let box = character.box
                let values = [
                    box.left / width, box.top / height, (box.right - box.left) / width, (box.bottom - box.top) / height,
                ]
                return values.map { "\($0)" }.joined(separator: ":")
            }.joined(separator: "_")
        } else {
            boxes = ""
        }
        self.page = page
        self.region = [region.x, region.y, region.width, region.height]
    }
}
