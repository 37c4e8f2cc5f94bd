import CTurboJPEG
import Foundation

/// JPEG through TurboJPEG, whose calls return errors instead of jumping.
enum JPEG {
    /// The size and colours that a header states.
    private struct Header {
        var width: Int32 = 0
        var height: Int32 = 0
        var sampling: Int32 = 0
        var colours: Int32 = 0
    }

    /// Decodes with the accurate transform and smooth up-sampling, as Pillow does.
    ///
    /// - Parameters:
    ///   - wanted: grey decodes the luma alone; nil gives the file's own format.
    ///   - file: names the source in errors.
    ///   - storage: memory of an earlier image to use again; it holds the new one afterwards.
    static func decode(
        _ bytes: ArraySlice<UInt8>, as wanted: PixelFormat?, file: String, into storage: inout [UInt8]
    ) throws(ImagingError) -> Image {
        guard let decoder = tjInitDecompress() else { throw .damaged(file: file, problem: "no decoder: \(message(nil))") }
        defer { tjDestroy(decoder) }
        let header = try header(of: bytes, decoder, file: file)
        let format = wanted ?? (header.colours == Int32(TJCS_GRAY.rawValue) ? .gray : .rgb)
        let size = Int(header.height) * Int(header.width) * format.channels
        if storage.count < size {
            storage = []
            // Not cleared: the call below fills every row or fails, and what it leaves when it fails is seen by nobody.
            storage = [UInt8](unsafeUninitializedCapacity: size) { _, count in count = size }
        }
        try fill(&storage, at: 0, width: Int(header.width), height: Int(header.height), format, from: bytes, decoder, file: file)
        return Image(width: Int(header.width), height: Int(header.height), format: format, filled: storage)
    }

    /// Decodes the luma of a file whose size is known to a place in memory, which must have room for it.
    static func decode(
        _ bytes: [UInt8], width: Int, height: Int, file: String, into storage: inout [UInt8], at place: Int
    ) throws(ImagingError) {
        guard let decoder = tjInitDecompress() else { throw .damaged(file: file, problem: "no decoder: \(message(nil))") }
        defer { tjDestroy(decoder) }
        try fill(&storage, at: place, width: width, height: height, .gray, from: bytes[...], decoder, file: file)
    }

    private static func fill(
        _ storage: inout [UInt8], at place: Int, width: Int, height: Int, _ format: PixelFormat, from bytes: ArraySlice<UInt8>,
        _ decoder: tjhandle, file: String
    ) throws(ImagingError) {
        let row = width * format.channels
        precondition(place + height * row <= storage.count, "the pixels must have room")
        let failed = storage.withUnsafeMutableBufferPointer { pixels in
            bytes.withUnsafeBufferPointer { source in
                // There is room for `height` rows of `row` bytes from `place` on, which is what the call fills.
                tjDecompress2(
                    decoder, source.baseAddress, UInt(source.count), pixels.baseAddress.map { $0 + place }, Int32(width), Int32(row),
                    Int32(height), Int32(format == .gray ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue), TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
                    != 0
            }
        }
        if failed { try check(decoder, file: file) }
    }

    /// The width and height that the header states.
    static func size(of bytes: ArraySlice<UInt8>, file: String) throws(ImagingError) -> (width: Int, height: Int) {
        guard let decoder = tjInitDecompress() else { throw .damaged(file: file, problem: "no decoder: \(message(nil))") }
        defer { tjDestroy(decoder) }
        let header = try header(of: bytes, decoder, file: file)
        return (Int(header.width), Int(header.height))
    }

    private static func header(of bytes: ArraySlice<UInt8>, _ decoder: tjhandle, file: String) throws(ImagingError) -> Header {
        var header = Header()
        let status = bytes.withUnsafeBufferPointer { source in
            tjDecompressHeader3(
                decoder, source.baseAddress, UInt(source.count), &header.width, &header.height, &header.sampling, &header.colours)
        }
        if status != 0 { try check(decoder, file: file) }
        guard header.colours != Int32(TJCS_CMYK.rawValue), header.colours != Int32(TJCS_YCCK.rawValue) else {
            throw .cmyk(file: file)
        }
        let (width, height) = (Int(header.width), Int(header.height))
        guard width > 0, height > 0 else { throw .damaged(file: file, problem: "\(width) x \(height) pixels") }
        guard width * height <= Image.mostPixels else { throw .tooLarge(file: file, width: width, height: height) }
        return header
    }

    /// Turns what the decoder says into an error, except what leaves every pixel as it was meant.
    private static func check(_ decoder: tjhandle, file: String) throws(ImagingError) {
        let text = message(decoder)
        // Bytes between the last scan and the end of the image: scanners leave them, and no pixel is concerned. The decoder tells only its
        // first warning, so that anywhere else they might hide what follows.
        if tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue), text.hasSuffix("extraneous bytes before marker 0xd9") { return }
        if text.contains("Premature end") || text.contains("Input file read error") {
            throw .truncated(file: file, problem: text)
        }
        throw .damaged(file: file, problem: text)
    }

    private static func message(_ handle: tjhandle?) -> String {
        // The library's own text, valid until its next call.
        tjGetErrorStr2(handle).map { String(cString: $0) } ?? "no reason given"
    }

    /// - Parameter quality: 1...100; colours are kept at full resolution.
    static func encode(_ image: Image, quality: Int) throws(ImagingError) -> [UInt8] {
        guard let encoder = tjInitCompress() else { throw .encodingFailed(problem: message(nil)) }
        defer { tjDestroy(encoder) }
        let gray = image.format == .gray
        let sampling = Int32(gray ? TJSAMP_GRAY.rawValue : TJSAMP_444.rawValue)
        var failed = false
        let room = Int(tjBufSize(Int32(image.width), Int32(image.height), sampling))
        let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            var target = buffer.baseAddress
            var size = UInt(buffer.count)
            // `tjBufSize` is the most that this image can take, so that the call need not allocate.
            failed =
                tjCompress2(
                    encoder, image.pixels, Int32(image.width), Int32(image.width * image.channels), Int32(image.height),
                    Int32(gray ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue), &target, &size, sampling,
                    Int32(min(max(quality, 1), 100)),
                    TJFLAG_ACCURATEDCT | TJFLAG_NOREALLOC) != 0
            count = failed ? 0 : Int(size)
        }
        if failed { throw .encodingFailed(problem: message(encoder)) }
        return bytes
    }
}
