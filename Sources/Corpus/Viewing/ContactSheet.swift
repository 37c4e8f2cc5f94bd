public import Imaging
public import Randomness

/// Examples side by side in one image, as a model sees them: fitted into frames and changed by the augmentation.
public struct ContactSheet: Sendable {
    /// Frames in rows, with thin lines between.
    public let image: Image
    /// The characters of each frame, row by row.
    public let texts: [[String]]

    /// Lays frames out in rows.
    ///
    /// - Parameters:
    ///   - frames: of equal size, each `height · width` numbers from -1 to 1.
    ///   - columns: frames in a row; nil for about a square.
    /// - Throws: `ImagingError.badSize` when there are none, or too many for one image.
    public init(frames: [[Float]], texts: [String], height: Int, width: Int, columns: Int? = nil) throws(ImagingError) {
        let columns = columns ?? Self.columns(frames.count, height: height, width: width)
        let rows = (frames.count + columns - 1) / max(1, columns)
        let (stepY, stepX) = (height + Self.gap, width + Self.gap)
        var sheet = try Image(
            width: columns * stepX + Self.gap, height: rows * stepY + Self.gap, format: .gray, filling: Self.lineShade)
        for (n, frame) in frames.enumerated() {
            let pixels = frame.map { UInt8(min(255, max(0, (($0 + 1) * 127.5).rounded()))) }
            let part = try Image(width: width, height: height, format: .gray, pixels: pixels)
            try sheet.paste(part, x: Self.gap + n % columns * stepX, y: Self.gap + n / columns * stepY)
        }
        image = sheet
        self.texts = stride(from: 0, to: texts.count, by: columns).map { Array(texts[$0..<min($0 + columns, texts.count)]) }
    }

    private static let gap = 2
    private static let lineShade: UInt8 = 128

    /// About as wide as high, a little wider, as screens are.
    private static func columns(_ count: Int, height: Int, width: Int) -> Int {
        let exact = (Double(count) * Double(height) / Double(max(1, width)) * 1.6).squareRoot()
        return min(max(1, count), max(1, Int(exact.rounded(.up))))
    }
}

extension Corpus {
    /// The first examples of a subset (in the order of `key`, where one is given) as batches show them.
    ///
    /// - Parameters:
    ///   - frame: what images are fitted into.
    ///   - augmentation: changes of the images, seeded by key, epoch and example.
    /// - Throws: `CorpusError.badArgument` for a count below 1; what reading pages throws.
    public func contactSheet(
        of subset: Subset, count: Int, frame: Fitting, shape: Shape = .unchanged, order: Key? = nil, epoch: Int = 0,
        augmentation: (Augmentation, Key)? = nil, columns: Int? = nil
    ) throws -> ContactSheet {
        guard (1...10_000).contains(count) else {
            throw CorpusError.badArgument(argument: "batch_size", value: "\(count)", rule: "from 1 to 10000")
        }
        try augmentation?.0.validate()
        let excerpts = self[subset]
        guard !excerpts.isEmpty else { throw CorpusError.emptySubset(subset.rawValue) }
        let places = order?.folded("epoch").folded(epoch).permutation(of: excerpts.count) ?? Array(excerpts.indices)
        let chosen = Array(places.prefix(count))
        var frames = [[Float]](repeating: [], count: chosen.count)
        let pages = PageCache()
        // Page by page, so that each is decoded once.
        for n in chosen.indices.sorted(by: { excerpts[chosen[$0]].isBefore(excerpts[chosen[$1]]) }) {
            let image = try clipping(of: excerpts[chosen[n]]).image(pages, shape: shape)
            let fitted = try frame.fitted(image)
            frames[n] = try frame.fit(image)
            if let (augmentation, key) = augmentation {
                augmentation.apply(
                    to: &frames[n], height: frame.height, width: frame.width, surround: fitted.surround,
                    key: Augmentation.key(key, epoch: epoch, example: chosen[n]))
            }
        }
        return try ContactSheet(
            frames: frames, texts: chosen.map { text(of: excerpts[$0]) }, height: frame.height, width: frame.width,
            columns: columns)
    }
}

extension Excerpt {
    fileprivate func isBefore(_ other: Excerpt) -> Bool {
        (book, glyphs.lowerBound) < (other.book, other.glyphs.lowerBound)
    }
}
