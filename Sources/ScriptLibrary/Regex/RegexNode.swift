/// A parsed regular expression of Python's `re`.
indirect enum RegexNode {
    case literal(UInt32)
    /// `.`
    case any
    case set([SetItem], isNegated: Bool)
    /// `\d`, `\S` and so on, outside a set.
    case category(Category)
    case at(Place)
    case sequence([RegexNode])
    case choice([RegexNode])
    case capture(Int, RegexNode)
    /// `(?flags-flags:...)`, without flags `(?:...)`.
    case group(RegexNode, adding: RegexFlags, removing: RegexFlags)
    case atomic(RegexNode)
    case look(RegexNode, isAhead: Bool, isNegated: Bool)
    case reference(Int)
    case conditional(Int, RegexNode, RegexNode?)
    case repeated(RegexNode, least: Int, most: Int?, Greed)

    enum Place { case start, end, textStart, textEnd, boundary, noBoundary }
    enum Greed { case greedy, lazy, possessive }
    struct Category: Equatable {
        /// `d`, `s` or `w`.
        var letter: UInt8
        var isNegated: Bool
    }
    enum SetItem {
        case one(UInt32)
        case range(UInt32, UInt32)
        case category(Category)
    }

    /// The least and the greatest length of a match; greatest is nil when there is none.
    func width(_ groups: [Int: RegexNode]) -> (least: Int, most: Int?) {
        switch self {
        case .literal, .any, .set, .category: return (1, 1)
        case .at, .look: return (0, 0)
        case .sequence(let parts):
            return parts.reduce((0, 0)) { total, part in
                let width = part.width(groups)
                return (RegexNode.sum(total.0, width.least), RegexNode.sum(total.1, width.most))
            }
        case .choice(let parts):
            let widths = parts.map { $0.width(groups) }
            return (widths.map(\.least).min() ?? 0, RegexNode.greatest(widths.map(\.most)))
        case .capture(_, let inner), .group(let inner, _, _), .atomic(let inner): return inner.width(groups)
        case .reference(let number): return groups[number]?.width(groups) ?? (0, nil)
        case .conditional(_, let yes, let no):
            let (a, b) = (yes.width(groups), no?.width(groups) ?? (0, 0))
            return (min(a.least, b.least), RegexNode.greatest([a.most, b.most]))
        case .repeated(let inner, let least, let most, _):
            let width = inner.width(groups)
            let product = width.least.multipliedReportingOverflow(by: least)
            guard let high = width.most, let most else { return (product.overflow ? .max : product.partialValue, width.most == 0 ? 0 : nil) }
            let top = high.multipliedReportingOverflow(by: most)
            return (product.overflow ? .max : product.partialValue, top.overflow ? nil : top.partialValue)
        }
    }

    private static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }

    private static func sum(_ a: Int?, _ b: Int?) -> Int? {
        guard let a, let b else { return nil }
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? nil : sum
    }

    private static func greatest(_ values: [Int?]) -> Int? {
        values.contains { $0 == nil } ? nil : values.compactMap { $0 }.max() ?? 0
    }
}

/// The flags of `re`, with CPython's numbers.
struct RegexFlags: OptionSet, Hashable {
    let rawValue: Int
    static let template = RegexFlags(rawValue: 1)
    static let ignoreCase = RegexFlags(rawValue: 2)
    static let locale = RegexFlags(rawValue: 4)
    static let multiline = RegexFlags(rawValue: 8)
    static let dotAll = RegexFlags(rawValue: 16)
    static let unicode = RegexFlags(rawValue: 32)
    static let verbose = RegexFlags(rawValue: 64)
    static let debug = RegexFlags(rawValue: 128)
    static let ascii = RegexFlags(rawValue: 256)

    static let kinds: RegexFlags = [.ascii, .unicode, .locale]

    static let letters: [UInt32: RegexFlags] = [
        105: .ignoreCase, 76: .locale, 109: .multiline, 115: .dotAll, 120: .verbose, 97: .ascii, 117: .unicode,
    ]
}

/// What is wrong with a pattern, and where.
struct RegexError: Error {
    let message: String
    let position: Int
    /// What the position is in, when it is not the pattern that was compiled.
    var pattern: [UInt32]?
}
