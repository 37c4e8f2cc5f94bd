import Imaging

/// What the tables beside stored image files say about one of them; an object, so that records of other formats pay one pointer for it.
final class ImageCaption: Sendable {
    /// The types of its characters joined by `_`, or nil when labels are not stored.
    let label: String?
    /// `x:y:w:h` of each character, joined by `_`.
    let boxes: String
    /// The page it is from and the part of it.
    let page: String
    let region: Box

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
        self.region = region
    }
}
