public import Imaging
import Synchronization

/// The page images that were used last, decoded: neighbouring excerpts share a page, which is then read once.
public final class PageCache: Sendable {
    private struct Entry {
        var page: String
        var path: String
        var format: PixelFormat
        var image: Image
    }

    private let limit: Int
    /// The one used last is last.
    private let entries = Mutex<[Entry]>([])

    /// - Parameter limit: how many pages are kept; one takes some megabytes.
    public init(limit: Int = 4) {
        self.limit = max(1, limit)
    }

    /// The image of a page.
    ///
    /// - Throws: `ImagingError` naming the file.
    public func image(of page: Page, as format: PixelFormat) throws(ImagingError) -> Image {
        let known = entries.withLock { entries -> Image? in
            guard let place = entries.firstIndex(where: { $0.page == page.name && $0.path == page.path && $0.format == format })
            else { return nil }
            let entry = entries.remove(at: place)
            entries.append(entry)
            return entry.image
        }
        if let known { return known }
        let image = try page.image(as: format)
        entries.withLock { entries in
            if entries.count >= limit { entries.removeFirst() }
            entries.append(Entry(page: page.name, path: page.path, format: format, image: image))
        }
        return image
    }
}

extension Page {
    /// Its pixels.
    ///
    /// - Throws: `ImagingError` naming the file.
    public func image(as format: PixelFormat) throws(ImagingError) -> Image {
        guard let sheet else { return try Image.read(path, as: format) }
        let image = try sheet.image()
        return format == .rgb ? image.inRGB() : image
    }

    /// The same, where not all of it may be needed.
    func rows(as format: PixelFormat, by reader: ImageReader) throws(ImagingError) -> ImageRows {
        sheet == nil ? try reader.open(path, as: format) : ImageRows(try image(as: format))
    }

    /// Its size, from the header of the file.
    ///
    /// - Throws: `ImagingError` naming the file.
    public func size() throws(ImagingError) -> (width: Int, height: Int) {
        if let sheet { return sheet.size }
        return try Image.size(of: path)
    }

    /// The bytes of an image file with the page.
    func file() throws -> [UInt8] { try sheet?.image().encoded(as: .png) ?? FileSystem.contents(of: path) }
}
