import CPixels
import Foundation
import Imaging
import Testing

/// What Pillow made of the fixtures, recorded by `Scripts/fixtures/imaging_reference.py`.
private struct Reference: Decodable {
    struct Decoded: Decodable { var file: String, width: Int, height: Int, native: String, rgb: Data, gray: Data }
    struct Resized: Decodable { var width: Int, height: Int, channels: Int, pixels: Data }
    struct Source: Decodable { var width: Int, height: Int, rgb: Data, gray: Data }
    var decode: [Decoded], resize: [Resized], source: Source
}

private func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil)).appending(path: name).path
}

struct ImagingTests {
    private let reference: Reference

    init() throws {
        reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: URL(filePath: fixture("pillow.json"))))
    }

    @Test func decodesAsPillowDoes() throws {
        #expect(reference.decode.count == 12)
        for entry in reference.decode {
            let path = try fixture(entry.file)
            let image = try Image.read(path)
            #expect(
                image.width == entry.width && image.height == entry.height
                    && image.format == (entry.native == "gray" ? .gray : .rgb))
            #expect(try Image.read(path, as: .rgb).pixels == Array(entry.rgb), "\(entry.file) in RGB")
            #expect(try Image.read(path, as: .gray).pixels == Array(entry.gray), "\(entry.file) in grey")
            #expect(try Image.size(of: path) == (entry.width, entry.height))
        }
    }

    @Test func transparencyLiesOnWhite() throws {
        let image = try Image.read(fixture("transparent.png"))
        #expect(image[45, 20] == [255, 255, 255])
        #expect(try image[10, 20] == Image.read(fixture("rgb.png"))[10, 20])
    }

    @Test func resizesAsPillowDoes() throws {
        let source = reference.source
        for entry in reference.resize {
            let format: PixelFormat = entry.channels == 1 ? .gray : .rgb
            let image = try Image(
                width: source.width, height: source.height, format: format,
                pixels: Array(format == .gray ? source.gray : source.rgb))
            let found = try image.resized(width: entry.width, height: entry.height)
            #expect(found.pixels == Array(entry.pixels), "\(entry.width) x \(entry.height) x \(entry.channels)")
        }
    }

    /// Vector instructions and plain C give the same pixels.
    @Test func scalingDoesNotDependOnTheCPU() {
        let source = (0..<40 * 50).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 7 &+ $0) }
        for columns in [1, 7, 8, 9, 23, 40] {
            for taps in [4, 8, 12] {
                let starts = (0..<columns).map { Int32($0 * (40 - taps) / columns) }
                let weights = (0..<taps * columns).map { Int32(truncatingIfNeeded: ($0 &* 2_654_435) % (1 << 22) - (1 << 20)) }
                let counts = (0..<columns).map { Int32($0 % taps + 1) }
                var (fast, plain) = ([UInt8](repeating: 1, count: 50 * columns), [UInt8](repeating: 2, count: 50 * columns))
                cp_scale_rows(source, 40, 50, starts, weights, taps, columns, &fast)
                cp_scale_rows_portable(source, 40, 50, starts, weights, taps, columns, &plain)
                #expect(fast == plain)
                // As rows of 37 bytes there are more than the 40 that starts and counts reach.
                var (fastRows, plainRows) = (
                    [UInt8](repeating: 1, count: 37 * columns), [UInt8](repeating: 2, count: 37 * columns)
                )
                cp_scale_columns(source, 37, starts, counts, weights, taps, columns, &fastRows)
                cp_scale_columns_portable(source, 37, starts, counts, weights, taps, columns, &plainRows)
                #expect(fastRows == plainRows)
            }
        }
    }

    /// One reader, pages of different sizes and kinds: none shows what an earlier one left.
    @Test func aReaderUsesItsMemoryAgain() throws {
        let reader = ImageReader()
        for name in ["rgb420.jpg", "gray.jpg", "rgb.png", "progressive.jpg", "bilevel.png", "gray.jpg"] {
            for format in [PixelFormat.rgb, .gray] {
                let image = try reader.read(fixture(name), as: format)
                #expect(image.pixels.count == image.width * image.height * image.channels)
                #expect(try image == Image.read(fixture(name), as: format))
            }
        }
        let kept = try reader.read(fixture("rgb444.jpg"), as: .gray)
        let pixels = kept.pixels
        _ = try reader.read(fixture("rgb420.jpg"), as: .gray)
        #expect(kept.pixels == pixels)
    }

    /// Rows that are asked for are those of Pillow's array, in any order, and no others are decoded where the file allows it.
    @Test(arguments: ["rows444.jpg", "rows420.jpg", "rowsgray.jpg", "rgb444.jpg", "progressive.jpg", "gray.png"])
    func rowsAreThoseOfTheWhole(_ name: String) throws {
        let entry = try #require(reference.decode.first { $0.file == name })
        let reader = ImageReader()
        for _ in 0..<2 {
            let rows = try reader.open(fixture(name), as: .gray)
            #expect(rows.width == entry.width && rows.height == entry.height)
            for range in [0..<1, 0..<9, 5..<20, 19..<21, 30..<31, 2..<43, 42..<43, 16..<32, 0..<43, 8..<16] {
                let part = try rows.part(range)
                let box = part.place(Box(x: 0, y: range.lowerBound, width: entry.width, height: range.count))
                #expect(
                    try part.image.cropped(to: box).pixels == Array(entry.gray[range.lowerBound * 61..<range.upperBound * 61]), "\(range)")
                if range == 0..<1 { #expect((part.image.height < entry.height) == name.hasPrefix("rows")) }
            }
        }
        let colours = try reader.open(fixture(name), as: .rgb)
        #expect(try colours.part(3..<5).image.pixels == Array(entry.rgb))
    }

    /// Damage is told where it meets what is wanted, and nothing crashes.
    @Test func damagedRowsAreRefused() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rows-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "rows444.jpg").path
        let good = try [UInt8](Data(contentsOf: URL(filePath: fixture("rows444.jpg"))))
        let whole = try Image.decode(good, as: .gray, named: path)
        let marker = try #require(good.indices.dropLast().first { good[$0] == 0xFF && good[$0 + 1] == 0xD1 })
        // The third row of blocks ends too early: the first two are good all the same.
        try Data(good[..<(marker + 4)] + good[(marker + 30)...]).write(to: URL(filePath: path))
        let rows = try ImageReader().open(path, as: .gray)
        #expect(try rows.part(0..<16).image.pixels == Array(whole.pixels[..<(16 * 61)]))
        #expect(throws: ImagingError.self) { try rows.part(8..<20) }
        #expect(throws: ImagingError.self) { try Image.read(path, as: .gray) }
        // A file without its end, or with a marker too few or too many, is read as a whole, which says what is wrong.
        let tooFew = Array(good[..<marker] + good[(marker + 2)...])
        let tooMany = Array(good[..<marker] + [0xFF, 0xD3] + good[marker...])
        for bad in [Array(good.dropLast(2)), tooFew, tooMany] {
            try Data(bad).write(to: URL(filePath: path))
            #expect(throws: ImagingError.self) { try ImageReader().open(path, as: .gray) }
        }
        for number in 0..<200 {
            var bytes = good
            for place in 0...number % 3 { bytes[(number &* 7_919 &+ place &* 104_729) % bytes.count] ^= UInt8(1 + number % 255) }
            try Data(bytes).write(to: URL(filePath: path))
            do {
                let rows = try ImageReader().open(path, as: .gray)
                for top in stride(from: 0, to: rows.height, by: 10) { _ = try rows.part(top..<min(top + 10, rows.height)) }
            } catch { #expect(error.localizedDescription.contains("rows444.jpg")) }
        }
    }

    @Test func scannersPaddingIsReadAndWhatItHidesIsNot() throws {
        let good = try [UInt8](Data(contentsOf: URL(filePath: fixture("gray.jpg"))))
        let padded = Array(good.dropLast(2)) + [UInt8](repeating: 0, count: 9) + good.suffix(2)
        #expect(try Image.decode(padded, named: "padded") == Image.decode(good, named: "good"))
        // The decoder tells only its first warning; a later one must not be lost.
        #expect(throws: ImagingError.self) { try Image.decode(Array(padded.dropLast(2)), named: "cut") }
    }

    /// What cameras write about the side that is up is left alone, as in Pillow: boxes are those of the stored pixels.
    @Test func orientationIsNotApplied() throws {
        let good = try [UInt8](Data(contentsOf: URL(filePath: fixture("rgb420.jpg"))))
        let exif: [UInt8] =
            Array("Exif".utf8) + [0, 0] + Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]
            + [UInt8](repeating: 0, count: 6)
        let length = exif.count + 2
        let rotated = good.prefix(2) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 0xFF)] + exif + good.dropFirst(2)
        #expect(try Image.decode(Array(rotated), named: "rotated") == Image.decode(good, named: "good"))
    }

    /// Of 16 bits the upper 8 count, also where a file does not say how bright its numbers are.
    @Test func sixteenBitsAreReadAsTheirUpperEight() throws {
        let image = try Image.read(fixture("gray16.png"))
        #expect(image.format == .gray && image.width == 16 && image.height == 16)
        #expect(image.pixels == (0...255).map { UInt8($0) })
    }

    @Test func cropsAndResizesInOneStep() throws {
        let image = try Image.read(fixture("rgb444.jpg"))
        let box = Box(x: 7, y: 5, width: 30, height: 21)
        let crop = try image.cropped(to: box)
        #expect(crop[0, 0] == image[7, 5] && crop[29, 20] == image[36, 25])
        #expect(try image.resized(box, width: 11, height: 9) == crop.resized(width: 11, height: 9))
        for bad in [
            Box(x: 40, y: 0, width: 30, height: 5), Box(x: -1, y: 0, width: 3, height: 5), Box(x: 0, y: 0, width: 0, height: 5),
        ] {
            #expect(throws: ImagingError.cropOutside(box: bad, width: 61, height: 43)) { try image.cropped(to: bad) }
            #expect(throws: ImagingError.self) { try image.resized(bad, width: 2, height: 2) }
        }
        #expect(throws: ImagingError.badSize(width: 0, height: 4)) { try image.resized(width: 0, height: 4) }
    }

    @Test func writesWhatItReads() throws {
        let image = try Image.read(fixture("rgb.png"))
        for original in [image, image.inGray()] {
            #expect(try Image.decode(original.encoded(as: .png), named: "png") == original)
            let jpeg = try Image.decode(original.encoded(as: .jpeg, quality: 98), named: "jpeg")
            let error = zip(jpeg.pixels, original.pixels).map { Double($0) - Double($1) }.map { $0 * $0 }.reduce(0, +)
            // 40 dB: what quality 98 keeps of a noisy picture.
            #expect(10 * log10(255 * 255 * Double(original.pixels.count) / error) > 40)
            #expect(jpeg.format == original.format)
        }
    }

    @Test func badFilesAreNamed() throws {
        let good = try [UInt8](Data(contentsOf: URL(filePath: fixture("rgb420.jpg"))))
        let png = try [UInt8](Data(contentsOf: URL(filePath: fixture("rgb.png"))))
        func error(_ bytes: [UInt8]) -> ImagingError? {
            do { _ = try Image.decode(bytes, named: "page.jpg"); return nil } catch { return error }
        }
        #expect(error([]) == .emptyFile(file: "page.jpg"))
        #expect(error(Array("hello".utf8)) == .unknownFormat(file: "page.jpg"))
        #expect(throws: ImagingError.cmyk(file: try fixture("cmyk.jpg"))) { try Image.read(fixture("cmyk.jpg")) }
        #expect(throws: ImagingError.unreadable(file: "/nowhere.jpg", code: ENOENT)) { try Image.read("/nowhere.jpg") }
        #expect(throws: ImagingError.unreadable(file: "/tmp", code: EISDIR)) { try Image.read("/tmp") }
        for bytes in [good, png] {
            for length in [12, bytes.count / 4, bytes.count / 2, bytes.count * 3 / 4] {
                switch error(Array(bytes.prefix(length))) {
                case .truncated?, .damaged?: break
                case let other: Issue.record("\(length) of \(bytes.count) bytes gave \(String(describing: other))")
                }
            }
        }
        if case .truncated? = error(Array(good.prefix(good.count / 2))) {} else { Issue.record("half a JPEG is cut short") }
        var long = png
        // The width of the header, and its checksum left wrong.
        long.replaceSubrange(16..<20, with: [0x7F, 0xFF, 0xFF, 0xFF])
        #expect(error(long) != nil)
    }

    @Test func changedBytesNeverCrash() throws {
        var state: UInt64 = 42
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for name in ["rgb420.jpg", "progressive.jpg", "gray.jpg", "rgb.png", "palette.png"] {
            let good = try [UInt8](Data(contentsOf: URL(filePath: fixture(name))))
            for _ in 0..<40 {
                var bytes = good
                for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
                // Read whole, or refused with the name.
                do { #expect(try Image.decode(bytes, named: name).width > 0) } catch {
                    #expect(error.localizedDescription.contains(name))
                }
            }
        }
    }

    @Test func shapesAreResolvedAsDocumented() throws {
        // By hand, from the rule: pixels stand for themselves, factors multiply, None keeps the proportions, truncated, at least 1.
        let table: [(Extent, Extent, Int, Int)] = [
            (.free, .free, 414, 179), (.pixels(1000), .pixels(500), 1000, 500), (.factor(0.5), .factor(0.5), 207, 89),
            (.factor(0.3), .pixels(400), 124, 400), (.factor(0.74), .free, 306, 132), (.free, .pixels(64), 148, 64),
            (.pixels(64), .free, 64, 27), (.pixels(1), .free, 1, 1), (.factor(0.001), .pixels(5), 1, 5),
        ]
        for (height, width, newHeight, newWidth) in table {
            let size = try Shape(height: height, width: width).size(forHeight: 414, width: 179)
            #expect(size == (newHeight, newWidth), "(\(height), \(width))")
        }
        #expect(throws: ImagingError.badShape("(0, None)")) { try Shape(height: .pixels(0), width: .free) }
        #expect(throws: ImagingError.badShape("(None, -0.5)")) { try Shape(height: .free, width: .factor(-0.5)) }
        #expect(throws: ImagingError.self) { try Shape(height: .factor(.nan), width: .free) }
    }

    @Test func framesAreFilledInIntegers() throws {
        // By hand: proportions kept, truncated, the odd pixel below and to the right, never enlarged.
        let table: [(Int, Int, Box)] = [
            (64, 64, Box(x: 0, y: 0, width: 64, height: 64)), (10, 21, Box(x: 21, y: 27, width: 21, height: 10)),
            (128, 64, Box(x: 16, y: 0, width: 32, height: 64)), (100, 37, Box(x: 20, y: 0, width: 23, height: 64)),
            (50, 90, Box(x: 0, y: 14, width: 64, height: 35)), (1000, 1, Box(x: 31, y: 0, width: 1, height: 64)),
            (65, 200, Box(x: 0, y: 22, width: 64, height: 20)),
        ]
        let fitting = try Fitting(height: 64, width: 64)
        for (height, width, box) in table {
            #expect(fitting.placement(forHeight: height, width: width) == box, "\(height) x \(width)")
        }
    }

    @Test func fittedPixelsAreNormalizedAndPaddedWithTheMean() throws {
        let image = try Image(width: 2, height: 1, format: .gray, pixels: [0, 255])
        #expect(try Fitting(height: 3, width: 4).fit(image) == [0, 0, 0, 0, 0, -1, 1, 0, 0, 0, 0, 0])
        let dark = try Image(width: 4, height: 4, format: .rgb, filling: 51)
        #expect(try Fitting(height: 2, width: 3).fit(dark) == [Float](repeating: -0.6, count: 6))
    }

    @Test func lumaIsRec601() throws {
        let colours: [([UInt8], UInt8)] = [
            ([255, 0, 0], 76), ([0, 255, 0], 150), ([0, 0, 255], 29), ([255, 255, 255], 255), ([17, 17, 17], 17),
        ]
        for (colour, gray) in colours {
            #expect(try Image(width: 1, height: 1, format: .rgb, pixels: colour).inGray().pixels == [gray])
        }
    }
}

struct TerminalPictureTests {
    @Test(
        arguments: [
            (["TERM": "xterm-kitty"], TerminalPicture.kitty), (["KITTY_WINDOW_ID": "1", "TERM": "xterm-256color"], .kitty),
            (["TERM_PROGRAM": "iTerm.app", "TERM": "xterm-256color"], .iterm), (["TERM": "foot"], .sixel),
            (["TERM": "xterm-256color"], nil),
            (["TERM": "xterm-kitty", "TMUX": "/tmp/x"], nil), (["TERM": "screen.xterm-kitty"], nil), ([:], nil),
            (["TERM": "xterm-kitty", "CARPEDM_IMAGES": "none"], nil),
            (["TERM": "xterm", "CARPEDM_IMAGES": "Sixel", "TMUX": "x"], .sixel),
        ] as [([String: String], TerminalPicture?)])
    func terminalsAreKnownByTheirVariables(_ environment: [String: String], _ expected: TerminalPicture?) {
        #expect(TerminalPicture.protocolOfTerminal(environment) == expected)
    }

    /// Base64 pieces of 4,096 characters put together again are the file.
    @Test func kittyGetsTheWholeFileInPieces() throws {
        let noise = (0..<90 * 90).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* 2_654_435_761) >> 13) }
        let png = try Image(width: 90, height: 90, format: .gray, pixels: noise).encoded(as: .png)
        let text = try TerminalPicture.kitty.text(drawing: png)
        let pieces = text.components(separatedBy: "\u{1B}\\").dropLast().map { $0.split(separator: ";")[1] }
        #expect(pieces.count > 1 && pieces.allSatisfy { $0.count <= 4096 })
        #expect(Data(base64Encoded: pieces.joined()).map { [UInt8]($0) } == png)
        #expect(text.components(separatedBy: "m=1").count == pieces.count && text.contains("m=0"))
    }

    /// Decoded by hand: two columns of black and white, three rows.
    @Test func sixelsHaveOneBitPerRow() throws {
        let image = try Image(width: 2, height: 3, format: .gray, pixels: [0, 255, 0, 255, 0, 255])
        let text = try TerminalPicture.sixel.text(drawing: try image.encoded(as: .png))
        // Black: bits 0...2 of column 0 (63 + 7 = "F"), then nothing ("?"); white the other way round.
        #expect(text == "\u{1B}Pq\"1;1;2;3#0;2;0;0;0#31;2;100;100;100#0F?$#31?F$-\u{1B}\\\n")
    }

    /// Two rows in one line of cells, a third with nothing below it; wide pictures become as narrow as the screen.
    @Test func halfBlocksShowTwoRowsEach() throws {
        let image = try Image(width: 1, height: 3, format: .rgb, pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9])
        let text = try TerminalPicture.block.text(drawing: try image.encoded(as: .png))
        #expect(text == "\u{1B}[38;2;1;2;3;48;2;4;5;6m▀\u{1B}[0m\n\u{1B}[38;2;7;8;9;49m▀\u{1B}[0m\n")
        let wide = try Image(width: 200, height: 4, format: .gray, filling: 7).encoded(as: .png)
        let lines = try TerminalPicture.block.text(drawing: wide, columns: 50).split(separator: "\n")
        #expect(lines.count == 1 && lines[0].filter { $0 == "▀" }.count == 50)
        #expect(try TerminalPicture.kitty.text(drawing: wide, columns: 10).contains("c=10,"))
    }

    @Test func partsArePastedWhereTheyBelong() throws {
        var sheet = try Image(width: 4, height: 2, format: .gray, filling: 9)
        try sheet.paste(Image(width: 2, height: 1, format: .gray, pixels: [1, 2]), x: 1, y: 1)
        #expect(sheet.pixels == [9, 9, 9, 9, 9, 1, 2, 9])
        #expect(throws: ImagingError.self) { try sheet.paste(Image(width: 4, height: 1, format: .gray, filling: 0), x: 1, y: 0) }
    }
}

struct ResizeKernelTests {
    private struct Entry: Decodable { var kernel: String, mode: String, width: Int, height: Int, pixels: Data }
    private struct Source: Decodable { var source: Pixels }
    private struct Pixels: Decodable { var width: Int, height: Int, rgb: Data, gray: Data }

    /// Recorded by `Scripts/fixtures/resize_reference.py`, columns first.
    @Test func kernelsAreThoseOfPillow() throws {
        func read<Answer: Decodable>(_ name: String) throws -> Answer {
            try JSONDecoder().decode(Answer.self, from: Data(contentsOf: URL(filePath: fixture(name))))
        }
        let source: Source = try read("pillow.json")
        let entries: [Entry] = try read("kernels.json")
        for entry in entries {
            let isGray = entry.mode == "gray"
            let image = try Image(
                width: source.source.width, height: source.source.height, format: isGray ? .gray : .rgb,
                pixels: Array(isGray ? source.source.gray : source.source.rgb))
            let kernel = try #require(ResizeKernel(rawValue: entry.kernel))
            let found = try image.resized(width: entry.width, height: entry.height, by: kernel).pixels
            #expect(found == Array(entry.pixels), "\(entry.kernel) \(entry.width) x \(entry.height) \(entry.mode)")
        }
        #expect(entries.count == 70)
    }
}
