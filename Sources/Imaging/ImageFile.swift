import Foundation

/// The kinds of image file that are read and written, told apart by their first bytes.
public enum ImageFormat: String, Sendable, CaseIterable {
    case jpeg, png

    /// The format that the bytes begin like, or nil.
    public init?(signatureOf bytes: some Collection<UInt8>) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else {
            return nil
        }
    }

    /// The format that the suffix of a name asks for, or nil.
    public init?(suffixOf path: String) {
        switch path.split(separator: "/").last?.split(separator: ".").last?.lowercased() {
        case "jpg", "jpeg": self = .jpeg
        case "png": self = .png
        default: return nil
        }
    }
}

extension Image {
    /// The most pixels that an image file may have: a quarter of a thousand million.
    public static let mostPixels = 1 << 28

    /// Decodes a JPEG or PNG file.
    ///
    /// - Parameters:
    ///   - format: grey reads only the luma of a JPEG, three times as fast as RGB; nil gives the file's own format.
    /// - Throws: `ImagingError` naming the file: not readable, empty, of another kind, CMYK, cut short, damaged, too large.
    public static func read(_ path: String, as format: PixelFormat? = nil) throws(ImagingError) -> Image {
        try ImageReader().read(path, as: format)
    }

    /// Decodes the bytes of a JPEG or PNG file; `name` stands for the file in errors.
    public static func decode(_ bytes: [UInt8], as format: PixelFormat? = nil, named name: String) throws(ImagingError) -> Image {
        var storage: [UInt8] = []
        return try decode(bytes[...], as: format, named: name, into: &storage)
    }

    /// The size of the image in a file, from its header alone.
    ///
    /// - Throws: as `read`, as far as the header shows it.
    public static func size(of path: String) throws(ImagingError) -> (width: Int, height: Int) {
        var bytes: [UInt8] = []
        let count = try contents(of: path, into: &bytes)
        return switch try kind(of: bytes[..<count], named: path) {
        case .jpeg: try JPEG.size(of: bytes[..<count], file: path)
        case .png: try PNG.size(of: bytes[..<count], file: path)
        }
    }

    /// The bytes of a JPEG or PNG file with this image.
    ///
    /// - Parameter quality: of a JPEG, 1...100.
    /// - Throws: `ImagingError.encodingFailed`.
    public func encoded(as format: ImageFormat, quality: Int = 95) throws(ImagingError) -> [UInt8] {
        switch format {
        case .jpeg: try JPEG.encode(self, quality: quality)
        case .png: try PNG.encode(self)
        }
    }

    /// - Parameter storage: memory of an earlier image to use again.
    static func decode(
        _ bytes: ArraySlice<UInt8>, as format: PixelFormat?, named name: String, into storage: inout [UInt8]
    ) throws(ImagingError) -> Image {
        switch try kind(of: bytes, named: name) {
        case .jpeg: try JPEG.decode(bytes, as: format, file: name, into: &storage)
        case .png: try PNG.decode(bytes, as: format, file: name)
        }
    }

    private static func kind(of bytes: ArraySlice<UInt8>, named name: String) throws(ImagingError) -> ImageFormat {
        guard !bytes.isEmpty else { throw .emptyFile(file: name) }
        guard let kind = ImageFormat(signatureOf: bytes) else { throw .unknownFormat(file: name) }
        return kind
    }

    /// Reads a file into the front of `bytes`, which grow where they must.
    ///
    /// - Returns: how many bytes the file has.
    static func contents(of path: String, into bytes: inout [UInt8]) throws(ImagingError) -> Int {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(file: path, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(file: path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        let size = Int(status.st_size)
        if bytes.count < size {
            bytes = []
            // Only what is read into it below is ever looked at.
            bytes = [UInt8](unsafeUninitializedCapacity: size) { _, count in count = size }
        }
        var (count, code): (Int, Int32) = (0, 0)
        bytes.withUnsafeMutableBufferPointer { buffer in
            // `read` fills at most the rest of the file's size and says how much it did.
            while count < size, let base = buffer.baseAddress {
                let got = Foundation.read(descriptor, base + count, size - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard code == 0 else { throw .unreadable(file: path, code: code) }
        return count
    }
}
