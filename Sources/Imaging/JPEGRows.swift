import Foundation

/// Where the rows of blocks lie in a JPEG file that has a restart marker after each of them, as Photoshop and many cameras write it: some rows
/// can be decoded without the rest.
struct JPEGRows {
    let width: Int
    let height: Int
    /// Rows of pixels that a row of blocks has; the last may have fewer.
    let step: Int
    /// What a decoder must know before the first row, and where in it the height stands.
    private let header: [UInt8]
    private let heightPlace: Int
    /// The bytes of each row of blocks without the marker behind it.
    private let data: [Range<Int>]

    /// Nil for files of any other kind, damaged ones among them: what is wrong with these is told when they are read as a whole.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let start = Start(bytes), let data = Self.data(in: bytes, from: start.end),
            data.count == (start.height + start.step - 1) / start.step, data.count > 1
        else { return nil }
        (width, height, step, header, heightPlace) = (start.width, start.height, start.step, start.header, start.heightPlace)
        self.data = data
    }

    /// Rows of pixels that some rows of blocks have.
    func pixelRows(of rows: Range<Int>) -> Range<Int> { rows.lowerBound * step..<min(rows.upperBound * step, height) }

    /// Rows of blocks that hold some rows of pixels.
    func blockRows(of rows: Range<Int>) -> Range<Int> { rows.lowerBound / step..<(rows.upperBound + step - 1) / step }

    /// A file that has some of the rows of blocks alone.
    func file(of rows: Range<Int>, in bytes: ArraySlice<UInt8>) -> [UInt8] {
        var file = header
        let height = pixelRows(of: rows).count
        (file[heightPlace], file[heightPlace + 1]) = (UInt8(truncatingIfNeeded: height >> 8), UInt8(truncatingIfNeeded: height))
        file.reserveCapacity(header.count + data[rows.upperBound - 1].upperBound - data[rows.lowerBound].lowerBound + 2)
        for (number, row) in data[rows].enumerated() {
            // Markers count from 0 to 7 and again from 0.
            if number > 0 { file += [0xFF, 0xD0 + UInt8((number - 1) % 8)] }
            file += bytes[row]
        }
        file += [0xFF, 0xD9]
        return file
    }

    // MARK: - Implementation

    /// Everything before the data of a scan that has all of the image.
    private struct Start {
        var width = 0
        var height = 0
        var step = 0
        var header: [UInt8] = [0xFF, 0xD8]
        var heightPlace = 0
        /// Where the data begins.
        var end: Int

        /// Nil unless it is a sequential Huffman file with restarts after each row of blocks.
        init?(_ bytes: ArraySlice<UInt8>) {
            end = bytes.startIndex + 2
            var (components, interval, blocks) = (0, 0, 0)
            while end + 4 <= bytes.endIndex, bytes[end] == 0xFF {
                let code = bytes[end + 1]
                let length = Int(bytes[end + 2]) << 8 | Int(bytes[end + 3])
                guard length >= 2, end + 2 + length <= bytes.endIndex else { return nil }
                let segment = bytes[end..<end + 2 + length]
                let body = Array(segment.dropFirst(4))
                switch code {
                case 0xC0, 0xC1:
                    guard components == 0, body.count >= 6, body[0] == 8, [1, 3].contains(Int(body[5])), body.count == 6 + 3 * Int(body[5])
                    else { return nil }
                    (height, width, components) = (Int(body[1]) << 8 | Int(body[2]), Int(body[3]) << 8 | Int(body[4]), Int(body[5]))
                    let factors = (0..<components).map { body[7 + 3 * $0] }
                    // A single component has blocks of its own size. Luma that other components are finer than would be scaled.
                    let (across, down) = components == 1 ? (1, 1) : (Int(factors[0] >> 4), Int(factors[0] & 15))
                    guard across > 0, down > 0, factors.allSatisfy({ $0 >> 4 <= factors[0] >> 4 && $0 & 15 <= factors[0] & 15 }) else {
                        return nil
                    }
                    (step, blocks) = (8 * down, (width + 8 * across - 1) / (8 * across))
                    heightPlace = header.count + 5
                    header += segment
                case 0xDD where body.count == 2:
                    interval = Int(body[0]) << 8 | Int(body[1])
                    header += segment
                // Tables, and what tells the colours.
                case 0xC4, 0xDB, 0xE0, 0xEE: header += segment
                case 0xE1...0xEF, 0xFE: break
                case 0xDA:
                    guard components > 0, body.first == UInt8(components), interval == blocks, width > 0, height > 0 else { return nil }
                    header += segment
                    end += segment.count
                    return
                default: return nil
                }
                end += segment.count
            }
            return nil
        }
    }

    /// The stretches between the markers, which must be in their order and end with the end of the image.
    private static func data(in bytes: ArraySlice<UInt8>, from start: Int) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        var (first, place) = (start, start)
        while place < bytes.endIndex, let marker = next(0xFF, in: bytes[place...]), marker + 1 < bytes.endIndex {
            place = marker + 2
            switch bytes[marker + 1] {
            case 0: continue
            case 0xD0 + UInt8(ranges.count % 8):
                ranges.append(first..<marker)
                first = place
            case 0xD9:
                ranges.append(first..<marker)
                return ranges
            default: return nil
            }
        }
        return nil
    }

    /// Where a byte comes next; the C library looks at many at once.
    private static func next(_ byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, let found = memchr(base, Int32(byte), buffer.count) else { return nil }
            // `found` is inside the buffer, which begins with the first byte of the slice.
            return bytes.startIndex + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
        }
    }
}
