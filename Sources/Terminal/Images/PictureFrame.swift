import Foundation

/// Draws pictures below what was written, in the way that the terminal and the option `images` allow.
@MainActor
final class PictureFrame {
    private let screen: Screen
    /// Opens an image file; nil when it cannot.
    var decode: ([UInt8]) -> Raster? = { _ in nil }
    private var found: ImageProtocol?

    init(_ screen: Screen) { self.screen = screen }

    /// False when nothing was drawn: the text then has to do.
    func draw(png: [UInt8], option: String) -> Bool {
        let way = ImageProtocol(rawValue: option) ?? automatic
        guard way != .off, isatty(STDOUT_FILENO) == 1, let raster = decode(png) else { return false }
        screen.endLine()
        let size = Screen.size
        // Small pictures keep their size; large ones get the width of the screen.
        let cellWidth = size.width > 0 ? size.width / size.columns : 8
        let columns = raster.width > cellWidth * (size.columns - 1) ? size.columns - 1 : nil
        switch way {
        case .kitty: screen.write(raw: ImageDrawing.kitty(png: png, columns: columns))
        case .iterm: screen.write(raw: ImageDrawing.iterm(png: png, columns: columns))
        case .sixel:
            let fitted = raster.fitted(width: cellWidth * (size.columns - 1), height: 16 * max(1, size.rows - 2))
            screen.write(raw: ImageDrawing.sixel(fitted))
        case .block: screen.write(raw: ImageDrawing.blocks(raster.fitted(width: size.columns - 1, height: 2 * max(1, size.rows - 2))))
        case .off: return false
        }
        return true
    }

    private var automatic: ImageProtocol {
        if let found { return found }
        let way = ImageSupport.known(ProcessInfo.processInfo.environment) ?? ImageSupport.asked()
        found = way
        return way
    }
}
