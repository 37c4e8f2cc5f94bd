/// The elements of a tensor as NumPy prints arrays: aligned columns, at most eight digits after the point, the middle left
/// out above 1,000 elements.
///
/// - Source: the behaviour of `numpy.array2string` with its default options.
public struct ArrayText {
    /// Between elements: a space in `str`, a comma and a space in `repr`.
    public var separator = " "
    /// What stands before the first bracket on its line, so that the other lines are indented as far.
    public var prefix = ""
    /// What stands after the last bracket.
    public var suffix = ""
    public var lineWidth = 75
    /// More elements than this are summarised, to `edge` at both ends of each axis.
    public var threshold = 1000
    public var edge = 3

    public init(separator: String = " ", prefix: String = "", suffix: String = "") {
        (self.separator, self.prefix, self.suffix) = (separator, prefix, suffix)
    }

    public func text(of tensor: Tensor) -> String {
        if tensor.rank == 0 { return NumberText.words(tensor, [0])[0].trimmingPrefix(" ").description }
        if tensor.count == 0 { return "[]" }
        let isShort = tensor.count > threshold
        let shown = Shown(tensor, edge: isShort ? edge : nil)
        let words = NumberText.words(tensor, shown.offsets)
        var walk = Walk(shown: shown, words: words, separator: separator)
        return walk.lines(axis: 0, indent: String(repeating: " ", count: prefix.count + 1), width: lineWidth - suffix.count)
    }
}

extension Tensor: CustomStringConvertible {
    /// `tensor([1., 2.], shape=(2,), dtype=float32)`.
    public var description: String {
        let text = ArrayText(separator: ", ", prefix: "tensor(", suffix: ")").text(of: self)
        return "tensor(\(text), shape=\(TensorError.text(shape)), dtype=\(dtype))"
    }

    /// The elements alone, as `str` of a NumPy array gives them.
    public var text: String { rank == 0 ? NumberText.scalar(self) : ArrayText().text(of: self) }
}

// MARK: - Implementation

/// The elements that are printed: all, or those at the ends of each axis.
private struct Shown {
    /// For each axis the positions shown, and after how many the gap is.
    let axes: [(positions: [Int], gap: Int?)]
    /// Where the shown elements lie, in reading order.
    let offsets: [Int]

    init(_ tensor: Tensor, edge: Int?) {
        axes = tensor.shape.map { size in
            guard let edge, size > 2 * edge else { return (Array(0..<size), nil) }
            return (Array(0..<edge) + Array((size - edge)..<size), edge)
        }
        let strides = Shape.strides(tensor.shape)
        offsets = zip(axes, strides).reduce([0]) { offsets, axis in
            offsets.flatMap { offset in axis.0.positions.map { offset + $0 * axis.1 } }
        }
    }
}

/// The recursion over axes: rows of words wrapped at the line width, blank lines between planes.
private struct Walk {
    let shown: Shown
    let words: [String]
    let separator: String
    private var next = 0

    init(shown: Shown, words: [String], separator: String) {
        (self.shown, self.words, self.separator) = (shown, words, separator)
    }

    private var trimmedSeparator: String {
        var text = separator
        while text.last == " " { text.removeLast() }
        return text
    }

    mutating func lines(axis: Int, indent: String, width: Int) -> String {
        let left = shown.axes.count - axis
        let text = left == 1 ? row(axis, indent, width) : planes(axis, indent, width, left)
        return "[" + text.dropFirst(indent.count) + "]"
    }

    private mutating func row(_ axis: Int, _ indent: String, _ width: Int) -> String {
        let elementWidth = width - max(trimmedSeparator.count, 1)
        var (text, line) = ("", indent)
        func extend(_ word: String) {
            if line.count + word.count > elementWidth && line.count > indent.count {
                while line.last == " " { line.removeLast() }
                text += line + "\n"
                line = indent
            }
            line += word
        }
        let (positions, gap) = shown.axes[axis]
        for index in positions.indices {
            if index == gap {
                extend("...")
                line += separator
            }
            extend(words[next])
            next += 1
            if index < positions.count - 1 { line += separator }
        }
        return text + line
    }

    private mutating func planes(_ axis: Int, _ indent: String, _ width: Int, _ left: Int) -> String {
        let between = trimmedSeparator + String(repeating: "\n", count: left - 1)
        let (positions, gap) = shown.axes[axis]
        var text = ""
        for index in positions.indices {
            if index == gap { text += indent + "..." + between }
            text += indent + lines(axis: axis + 1, indent: indent + " ", width: width - 1)
            if index < positions.count - 1 { text += between }
        }
        return text
    }
}
