public import Foundation

/// What can be wrong with an image or with what is asked of it.
public enum ImagingError: Error, Equatable, Sendable {
    /// The system refused to read or write; `code` is its `errno`.
    case unreadable(file: String, code: Int32)
    case unwritable(file: String, code: Int32)
    case emptyFile(file: String)
    /// Neither JPEG nor PNG by its first bytes.
    case unknownFormat(file: String)
    /// Four inks, as printers use them.
    case cmyk(file: String)
    case truncated(file: String, problem: String)
    case damaged(file: String, problem: String)
    case tooLarge(file: String, width: Int, height: Int)
    case cropOutside(box: Box, width: Int, height: Int)
    case badSize(width: Int, height: Int)
    case badShape(String)
    case encodingFailed(problem: String)
    case unknownSuffix(file: String)
}

extension ImagingError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unreadable(let file, let code): "cannot read '\(file)': \(String(cString: strerror(code)))"
        case .unwritable(let file, let code): "cannot write '\(file)': \(String(cString: strerror(code)))"
        case .emptyFile(let file): "\(file): the file is empty"
        case .unknownFormat(let file): "\(file): neither a JPEG nor a PNG image"
        case .cmyk(let file): "\(file): a CMYK image, which has no defined colours on a screen"
        case .truncated(let file, let problem): "\(file): the image is cut short (\(problem))"
        case .damaged(let file, let problem): "\(file): the image is damaged (\(problem))"
        case .tooLarge(let file, let width, let height): "\(file): \(width) x \(height) pixels are too many"
        case .cropOutside(let box, let width, let height):
            "the box x \(box.x)..\(box.right), y \(box.y)..\(box.bottom) leaves the image of \(width) x \(height) pixels"
        case .badSize(let width, let height): "an image cannot have \(width) x \(height) pixels"
        case .badShape(let text): "\(text) is no image shape"
        case .encodingFailed(let problem): "the image could not be encoded: \(problem)"
        case .unknownSuffix(let file): "cannot tell from '\(file)' which kind of image to write"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unreadable(_, ENOENT): "Check the spelling of the path."
        case .unreadable, .unwritable: "Check the permissions, and that the disk has space."
        case .emptyFile, .truncated, .damaged: "Fetch or export the image again."
        case .unknownFormat: "Convert it to JPEG or PNG."
        case .cmyk: "Convert it to RGB or grey, for example with 'convert in.jpg -colorspace sRGB out.jpg'."
        case .tooLarge: "Scale it down, or cut it into several pages."
        case .badShape: "Give (height, width), each a positive number of pixels, a factor such as 0.5, or None."
        case .unknownSuffix: "End the name with .png, .jpg or .jpeg."
        case .cropOutside, .badSize, .encodingFailed: nil
        }
    }
}
