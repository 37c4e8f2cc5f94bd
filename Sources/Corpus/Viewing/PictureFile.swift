import Formats
public import Imaging

extension Image {
    /// Writes the image whole or not at all, in the format that the suffix of the name asks for.
    ///
    /// - Throws: `ImagingError.unknownSuffix`, `.encodingFailed`; `FormatsError.system`.
    public func save(to path: String) throws {
        guard let format = ImageFormat(suffixOf: path) else { throw ImagingError.unknownSuffix(file: path) }
        try AtomicFile.write(try encoded(as: format), to: path)
    }
}

extension Corpus {
    /// The frame that images are fitted into: the shape itself when it is in pixels, else as large as the greatest image after it.
    ///
    /// - Throws: `ImagingError.badSize`; `CorpusError.missingImage`, `.badImage` for whole pages, whose headers are read.
    public func frame(_ shape: Shape) throws -> Fitting {
        if case .pixels(let height) = shape.height, case .pixels(let width) = shape.width {
            return try Fitting(height: height, width: width)
        }
        let (height, width) = try greatestSize(of: nil, shape: shape)
        return try Fitting(height: height, width: width)
    }
}
