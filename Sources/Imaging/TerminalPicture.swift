import Foundation

/// Pictures as text that terminals draw: in the protocol of kitty, that of iTerm2, as sixels, or as coloured half blocks.
public enum TerminalPicture: String, Sendable, CaseIterable {
    case kitty, iterm, sixel
    /// Two pixels for each cell; works wherever there are 24-bit colours.
    case block

    /// Pixels of one character cell.
    public struct Cell: Sendable {
        public let width: Int
        public let height: Int

        public init(width: Int = 8, height: Int = 16) { (self.width, self.height) = (max(1, width), max(1, height)) }
    }

    /// Chooses a protocol, or `none` to draw nothing: `CARPEDM_IMAGES=kitty`.
    public static let variable = "CARPEDM_IMAGES"

    /// The protocol that the terminal of this environment understands, as far as its variables tell; nil for none.
    ///
    /// Inside tmux and screen, which swallow or break all three, only `CARPEDM_IMAGES` turns pictures on.
    public static func protocolOfTerminal(_ environment: [String: String]) -> TerminalPicture? {
        if let chosen = environment[variable], !chosen.isEmpty { return TerminalPicture(rawValue: chosen.lowercased()) }
        let term = environment["TERM"] ?? ""
        guard environment["TMUX"] == nil, !term.hasPrefix("screen"), !term.hasPrefix("tmux"), term != "dumb" else { return nil }
        let program = environment["TERM_PROGRAM"] ?? ""
        if environment["KITTY_WINDOW_ID"] != nil || term == "xterm-kitty" || term == "xterm-ghostty" || program == "ghostty" {
            return .kitty
        }
        if program == "iTerm.app" || program == "WezTerm" || program == "vscode" || environment["LC_TERMINAL"] == "iTerm2" {
            return .iterm
        }
        if ["foot", "mlterm", "contour", "yaft"].contains(where: { term.hasPrefix($0) }) || term.contains("sixel") {
            return .sixel
        }
        return nil
    }

    /// The text that draws a picture, with a line end; `png` are the bytes of a PNG file.
    ///
    /// - Parameters:
    ///   - columns: how many cells it may be wide; wider pictures are made smaller.
    ///   - rows: how many cells it may be high.
    /// - Throws: `ImagingError` when the bytes are no picture.
    public func text(drawing png: [UInt8], columns: Int = 79, rows: Int = 200, cell: Cell = Cell()) throws(ImagingError) -> String {
        let image = try Image.decode(png, named: "picture")
        let isWide = image.width > columns * cell.width
        switch self {
        case .kitty: return Self.kitty(png, columns: isWide ? columns : nil)
        case .iterm:
            let width = isWide ? ";width=\(columns)" : ""
            return "\u{1B}]1337;File=inline=1;size=\(png.count)\(width):\(Data(png).base64EncodedString())\u{7}\n"
        case .sixel: return Sixels(try Self.fitted(image, columns * cell.width, rows * cell.height)).text
        case .block: return Self.blocks(try Self.fitted(image, columns, rows * 2).inRGB())
        }
    }

    /// Made smaller, never larger, so that it fits.
    private static func fitted(_ image: Image, _ width: Int, _ height: Int) throws(ImagingError) -> Image {
        let scale = min(Double(max(width, 1)) / Double(image.width), Double(max(height, 1)) / Double(image.height))
        guard scale < 1 else { return image }
        return try image.resized(
            width: max(1, Int(Double(image.width) * scale)), height: max(1, Int(Double(image.height) * scale)))
    }

    /// The upper half block in the colour of one pixel on that of the pixel below.
    private static func blocks(_ image: Image) -> String {
        var text = ""
        for y in stride(from: 0, to: image.height, by: 2) {
            var last = ""
            for x in 0..<image.width {
                let front = image[x, y].map(String.init).joined(separator: ";")
                let back = y + 1 < image.height ? ";48;2;" + image[x, y + 1].map(String.init).joined(separator: ";") : ";49"
                let code = "\u{1B}[38;2;" + front + back + "m"
                if code != last { text += code }
                last = code
                text += "▀"
            }
            text += "\u{1B}[0m\n"
        }
        return text
    }

    /// Base64 in pieces of at most 4,096 characters, each but the last announcing more.
    ///
    /// Quiet (`q=2`): the terminal's answer would be taken for keys.
    private static func kitty(_ png: [UInt8], columns: Int?) -> String {
        let size = columns.map { "c=\($0)," } ?? ""
        let code = Array(Data(png).base64EncodedString().utf8)
        var text = ""
        for start in stride(from: 0, to: code.count, by: 4096) {
            let piece = String(decoding: code[start..<min(start + 4096, code.count)], as: UTF8.self)
            let more = start + 4096 < code.count ? 1 : 0
            text += "\u{1B}_G" + (start == 0 ? "a=T,f=100,q=2," + size : "") + "m=\(more);\(piece)\u{1B}\\"
        }
        return text + "\n"
    }
}

/// An image as sixels: bands of six rows, one pass over each for every shade that is in it.
private struct Sixels {
    let text: String

    /// Greys in 32 steps; colours in a cube of 6 x 6 x 6.
    init(_ image: Image) {
        let isGray = image.format == .gray
        var text = "\u{1B}Pq\"1;1;\(image.width);\(image.height)"
        let shades = image.pixels.withUnsafeBufferPointer { pixels in
            (0..<image.width * image.height).map { i in
                isGray ? Int(pixels[i]) >> 3 : (0..<3).reduce(0) { $0 * 6 + Int(pixels[3 * i + $1]) * 6 / 256 }
            }
        }
        for shade in Set(shades).sorted() {
            let parts =
                isGray ? [shade, shade, shade].map { $0 * 100 / 31 } : [shade / 36, shade / 6 % 6, shade % 6].map { $0 * 20 }
            text += "#\(shade);2;\(parts[0]);\(parts[1]);\(parts[2])"
        }
        for top in stride(from: 0, to: image.height, by: 6) {
            let rows = top..<min(top + 6, image.height)
            for shade in Set(shades[rows.lowerBound * image.width..<rows.upperBound * image.width]).sorted() {
                text += "#\(shade)" + Self.band(shades, shade, rows, width: image.width) + "$"
            }
            text += "-"
        }
        self.text = text + "\u{1B}\\\n"
    }

    /// One character for each column, whose bits are the rows of that shade; repeats are counted.
    private static func band(_ shades: [Int], _ shade: Int, _ rows: Range<Int>, width: Int) -> String {
        var text = ""
        var (last, count) = (-1, 0)
        func flush() {
            guard count > 0, let scalar = Unicode.Scalar(UInt32(63 + last)) else { return }
            text += count > 3 ? "!\(count)\(scalar)" : String(repeating: String(scalar), count: count)
        }
        for x in 0..<width {
            var bits = 0
            for (n, y) in rows.enumerated() where shades[y * width + x] == shade { bits |= 1 << n }
            if bits == last {
                count += 1
            } else {
                flush()
                (last, count) = (bits, 1)
            }
        }
        flush()
        return text
    }
}
