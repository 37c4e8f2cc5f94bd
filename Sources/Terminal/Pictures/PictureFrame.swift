import Foundation

/// A way in which a terminal shows pictures.
public enum PictureWay: String, CaseIterable, Sendable {
    case kitty, iterm, sixel, block, off
}

/// What a picture must fit into.
public struct PictureSpace: Sendable {
    public let columns: Int
    public let rows: Int
    /// Pixels of a cell; a common size where the terminal does not tell.
    public let cellWidth: Int
    public let cellHeight: Int
}

/// Draws pictures below what was written, in the way that the terminal and the option `images` allow.
@MainActor
final class PictureFrame {
    private let screen: Screen
    /// Makes the text that draws an image file in one of the ways; nil when it cannot.
    private let text: ([UInt8], PictureWay, PictureSpace) -> String?
    private var found: PictureWay?

    init(_ screen: Screen, text: @escaping ([UInt8], PictureWay, PictureSpace) -> String?) {
        (self.screen, self.text) = (screen, text)
    }

    /// False when nothing was drawn: other words then have to do.
    func draw(png: [UInt8], option: String) -> Bool {
        let way = PictureWay(rawValue: option) ?? automatic
        guard way != .off, isatty(STDOUT_FILENO) == 1 else { return false }
        let size = Screen.size
        let space = PictureSpace(
            columns: max(1, size.columns - 1), rows: max(1, size.rows - 2),
            cellWidth: size.width > 0 ? size.width / size.columns : 8,
            cellHeight: size.height > 0 ? size.height / size.rows : 16)
        guard let text = text(png, way, space) else { return false }
        screen.endLine()
        screen.write(text)
        screen.flush()
        return true
    }

    private var automatic: PictureWay {
        if let found { return found }
        found = PictureSupport.known(ProcessInfo.processInfo.environment) ?? PictureSupport.asked()
        return found ?? .block
    }
}
