import Foundation

/// How a terminal shows pictures.
package enum ImageProtocol: String, CaseIterable, Sendable {
    case kitty, iterm, sixel, block, off
}

/// Pictures as bytes for a terminal, ending at the start of a line.
package enum ImageDrawing {
    /// The graphics protocol of kitty: the file itself, in pieces of 4,096 characters.
    package static func kitty(png: [UInt8], columns: Int?) -> [UInt8] {
        let text = Array(Data(png).base64EncodedString().utf8)
        var result: [UInt8] = []
        var start = 0
        repeat {
            let end = min(start + 4096, text.count)
            let more = end < text.count ? 1 : 0
            let size = columns.map { ",c=\($0)" } ?? ""
            let head = start == 0 ? "a=T,f=100,q=2\(size),m=\(more)" : "m=\(more)"
            result += Array("\u{1B}_G\(head);".utf8) + text[start..<end] + Array("\u{1B}\\".utf8)
            start = end
        } while start < text.count
        return result + [10]
    }

    /// iTerm2's inline images.
    package static func iterm(png: [UInt8], columns: Int?) -> [UInt8] {
        let width = columns.map { ";width=\($0)" } ?? ""
        return Array("\u{1B}]1337;File=inline=1;size=\(png.count)\(width):\(Data(png).base64EncodedString())\u{07}\n".utf8)
    }

    /// Two pixels for each cell: the upper half block in one colour on another.
    package static func blocks(_ raster: Raster) -> [UInt8] {
        var text = ""
        for y in stride(from: 0, to: raster.height, by: 2) {
            var last = ""
            for x in 0..<raster.width {
                let top = raster.pixel(x, y)
                let hasBottom = y + 1 < raster.height
                let bottom = hasBottom ? raster.pixel(x, y + 1) : top
                let front = "38;2;\(top.red);\(top.green);\(top.blue)"
                let back = hasBottom ? "48;2;\(bottom.red);\(bottom.green);\(bottom.blue)" : "49"
                let code = front + ";" + back
                if code != last { text += "\u{1B}[\(code)m" }
                last = code
                text += "▀"
            }
            text += "\u{1B}[0m\n"
        }
        return Array(text.utf8)
    }

    /// DEC's sixels: bands of six rows, one pass for each colour in a band. Gray pictures get 64 grays, others 216 colours.
    package static func sixel(_ raster: Raster) -> [UInt8] {
        let isGray = raster.isGray
        var text = "\u{1B}Pq" + "\"1;1;\(raster.width);\(raster.height)"
        var defined: Set<Int> = []
        for band in stride(from: 0, to: raster.height, by: 6) {
            var rows: [Int: [UInt8]] = [:]
            for y in band..<min(band + 6, raster.height) {
                for x in 0..<raster.width {
                    let pixel = raster.pixel(x, y)
                    let color = isGray ? Int(pixel.red) / 4 : cube(pixel)
                    rows[color, default: [UInt8](repeating: 0, count: raster.width)][x] |= 1 << UInt8(y - band)
                }
            }
            for color in rows.keys.sorted() where defined.insert(color).inserted {
                if isGray {
                    let percent = color * 100 / 63
                    text += "#\(color);2;\(percent);\(percent);\(percent)"
                } else {
                    let (red, green, blue) = (color / 36 * 20, color / 6 % 6 * 20, color % 6 * 20)
                    text += "#\(color);2;\(red);\(green);\(blue)"
                }
            }
            for (index, color) in rows.keys.sorted().enumerated() {
                text += (index > 0 ? "$" : "") + "#\(color)" + runs(rows[color] ?? [])
            }
            text += "-"
        }
        return Array((text + "\u{1B}\\\n").utf8)
    }

    /// Six steps of each colour.
    private static func cube(_ pixel: (red: UInt8, green: UInt8, blue: UInt8)) -> Int {
        let (red, green, blue) = (Int(pixel.red) / 43, Int(pixel.green) / 43, Int(pixel.blue) / 43)
        return (red * 6 + green) * 6 + blue
    }

    /// Repeated columns as `!count`.
    private static func runs(_ columns: [UInt8]) -> String {
        var text = ""
        var index = 0
        while index < columns.count {
            var end = index + 1
            while end < columns.count, columns[end] == columns[index] { end += 1 }
            let sign = String(UnicodeScalar(columns[index] + 63))
            text += end - index > 3 ? "!\(end - index)\(sign)" : String(repeating: sign, count: end - index)
            index = end
        }
        return text
    }
}
