/// A part of an image: all columns of some rows.
public struct ImagePart: Sendable {
    public let image: Image
    /// The row of the whole that is its first.
    public let top: Int

    public init(image: Image, top: Int = 0) { (self.image, self.top) = (image, top) }

    /// A box of the whole as it lies in the part.
    public func place(_ box: Box) -> Box { box.relative(toLeft: 0, top: top) }
}

/// An image file of which the rows that are wanted are decoded, where the file allows it; else all at once.
public struct ImageRows {
    public let width: Int
    public let height: Int
    private let contents: Contents

    private enum Contents {
        case whole(Image)
        case rows(JPEGRows, ImageReader, file: String)
    }

    public var bounds: Box { Box(x: 0, y: 0, width: width, height: height) }

    /// An image that is there already.
    public init(_ image: Image) { (width, height, contents) = (image.width, image.height, .whole(image)) }

    init(_ rows: JPEGRows, in file: String, _ reader: ImageReader) {
        (width, height, contents) = (rows.width, rows.height, .rows(rows, reader, file: file))
    }

    /// A part of the image that has at least `rows`. Asking from the top to the bottom, and letting go of each part before the next, costs
    /// least.
    ///
    /// - Parameter rows: some of the image.
    /// - Throws: `ImagingError` naming the file, when these rows of it are damaged.
    public func part(_ rows: Range<Int>) throws(ImagingError) -> ImagePart {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= height && !rows.isEmpty, "the rows must be in the image")
        switch contents {
        case .whole(let image): return ImagePart(image: image)
        case .rows(let layout, let reader, let file): return try reader.part(rows, layout, file: file)
        }
    }
}

/// Reads image files one after the other into the same memory: an image that is let go before the next is read costs none.
public final class ImageReader {
    /// The file that was read last, in the front of the memory for files.
    private var bytes: [UInt8] = []
    private var count = 0
    private var storage: [UInt8] = []
    /// The rows of blocks of this file that are in `storage`.
    private var present = 0..<0

    public init() {}

    /// Decodes a JPEG or PNG file.
    ///
    /// - Throws: as `Image.read`.
    public func read(_ path: String, as format: PixelFormat? = nil) throws(ImagingError) -> Image {
        count = try Image.contents(of: path, into: &bytes)
        return try Image.decode(bytes[..<count], as: format, named: path, into: &storage)
    }

    /// Opens a JPEG or PNG file of which not all may be needed; it must be done with before the next is read.
    ///
    /// - Throws: as `Image.read`, where all is decoded at once.
    public func open(_ path: String, as format: PixelFormat) throws(ImagingError) -> ImageRows {
        count = try Image.contents(of: path, into: &bytes)
        present = 0..<0
        // Grey alone: colours may be stored more coarsely, so that those of a row depend on its neighbours.
        if format == .gray, ImageFormat(signatureOf: bytes[..<count]) == .jpeg, let rows = JPEGRows(bytes[..<count]),
            rows.width * rows.height <= Image.mostPixels
        {
            return ImageRows(rows, in: path, self)
        }
        return ImageRows(try Image.decode(bytes[..<count], as: format, named: path, into: &storage))
    }

    fileprivate func part(_ rows: Range<Int>, _ layout: JPEGRows, file: String) throws(ImagingError) -> ImagePart {
        let wanted = layout.blockRows(of: rows)
        let size = layout.width * layout.step
        if present.lowerBound > wanted.lowerBound || present.upperBound < wanted.upperBound {
            // What is there already and wanted again moves to the front; the rest is decoded behind it.
            let kept = present.contains(wanted.lowerBound) ? wanted.lowerBound..<present.upperBound : wanted.lowerBound..<wanted.lowerBound
            move((kept.lowerBound - present.lowerBound) * size, kept.count * size, room: wanted.count * size)
            present = kept
            let new = kept.upperBound..<wanted.upperBound
            let source = layout.file(of: new, in: bytes[..<count])
            try JPEG.decode(
                source, width: layout.width, height: layout.pixelRows(of: new).count, file: file, into: &storage, at: kept.count * size)
            present = wanted
        }
        let pixels = layout.pixelRows(of: present)
        return ImagePart(
            image: Image(width: layout.width, height: pixels.count, format: .gray, filled: storage), top: pixels.lowerBound)
    }

    /// Moves bytes of the storage from `start` to its front, which has room for `room` bytes afterwards.
    private func move(_ start: Int, _ count: Int, room: Int) {
        guard storage.count >= room else {
            // A little more than is asked for, as the next part may be a little higher. Only what is decoded into it is ever looked at.
            storage = [UInt8](unsafeUninitializedCapacity: room + room / 4) { [storage] new, filled in
                storage.withUnsafeBufferPointer { old in
                    if let from = old.baseAddress, count > 0 { new.baseAddress?.update(from: from + start, count: count) }
                }
                filled = new.count
            }
            return
        }
        guard start > 0, count > 0 else { return }
        storage.withUnsafeMutableBufferPointer { pixels in
            // Both stretches are in the storage; they may overlap.
            if let base = pixels.baseAddress { base.update(from: base + start, count: count) }
        }
    }
}
