import CPNG

/// PNG through libpng's simplified interface, whose calls return errors instead of jumping.
enum PNG {
    /// Decodes to 8 bits; what is transparent lies on white.
    static func decode(_ bytes: ArraySlice<UInt8>, as wanted: PixelFormat?, file: String) throws(ImagingError) -> Image {
        // The reader keeps the pointer until it is freed, which is inside this call.
        try bytes.withUnsafeBufferPointer { (source) throws(ImagingError) in try decode(source, as: wanted, file: file) }
    }

    private static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, as wanted: PixelFormat?, file: String
    ) throws(ImagingError) -> Image {
        var reader = png_image()
        reader.version = UInt32(PNG_IMAGE_VERSION)
        guard let start = bytes.baseAddress, png_image_begin_read_from_memory(&reader, start, bytes.count) != 0 else {
            throw problem(reader, file)
        }
        defer { png_image_free(&reader) }
        let (width, height) = (Int(reader.width), Int(reader.height))
        guard width <= Image.greatestSide, height <= Image.greatestSide, width * height <= Image.mostPixels else {
            throw .tooLarge(file: file, width: width, height: height)
        }
        let format: PixelFormat = reader.format & colourFlag != 0 ? .rgb : .gray
        // Else the library would take 16 bits for linear light where the file does not say what they are, and brighten them.
        reader.flags |= sixteenBitsAreSRGB
        reader.format = format == .rgb ? colourFlag : 0
        var background = png_color(red: 255, green: 255, blue: 255)
        var failed = false
        let pixels = [UInt8](unsafeUninitializedCapacity: width * height * format.channels) { buffer, count in
            buffer.initialize(repeating: 0)
            count = buffer.count
            // A row stride of 0 means rows without gaps, which fill the buffer exactly.
            failed = png_image_finish_read(&reader, &background, buffer.baseAddress, 0, nil) == 0
        }
        if failed { throw problem(reader, file) }
        let image = Image(width: width, height: height, format: format, filled: pixels)
        return switch wanted {
        case .gray?: image.inGray()
        case .rgb?: image.inRGB()
        case nil: image
        }
    }

    /// The width and height that the header states.
    static func size(of bytes: ArraySlice<UInt8>, file: String) throws(ImagingError) -> (width: Int, height: Int) {
        var reader = png_image()
        reader.version = UInt32(PNG_IMAGE_VERSION)
        return try bytes.withUnsafeBufferPointer { (source) throws(ImagingError) in
            // The reader keeps the pointer until it is freed, which is inside this closure.
            guard let start = source.baseAddress, png_image_begin_read_from_memory(&reader, start, source.count) != 0 else {
                throw problem(reader, file)
            }
            defer { png_image_free(&reader) }
            return (Int(reader.width), Int(reader.height))
        }
    }

    static func encode(_ image: Image) throws(ImagingError) -> [UInt8] {
        var writer = png_image()
        writer.version = UInt32(PNG_IMAGE_VERSION)
        writer.width = UInt32(image.width)
        writer.height = UInt32(image.height)
        writer.format = image.format == .rgb ? colourFlag : 0
        let raw = image.pixels.count + image.height
        // What deflate and the chunks around it can add at most.
        let room = raw + raw / 512 + 1024
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            var size = buffer.count
            failed = png_image_write_to_memory(&writer, buffer.baseAddress, &size, 0, image.pixels, 0, nil) == 0
            count = failed ? 0 : size
        }
        png_image_free(&writer)
        if failed { throw .encodingFailed(problem: text(writer)) }
        return bytes
    }

    /// `PNG_IMAGE_FLAG_16BIT_sRGB`
    private static let sixteenBitsAreSRGB: UInt32 = 4
    /// `PNG_FORMAT_FLAG_COLOR`; without it pixels are grey.
    private static let colourFlag: UInt32 = 2

    private static func problem(_ image: png_image, _ file: String) -> ImagingError {
        let text = text(image)
        return text.lowercased().contains("read error") || text.contains("Not enough image data")
            || text.contains("read beyond end")
            ? .truncated(file: file, problem: text) : .damaged(file: file, problem: text)
    }

    private static func text(_ image: png_image) -> String {
        // A C string of at most 64 bytes with its end.
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
