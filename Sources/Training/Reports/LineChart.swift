import Foundation

/// A small chart of lines over steps, as SVG within a page.
struct LineChart {
    struct Line {
        var name: String
        var color: String
        var points: [(step: Int, value: Double)]
        var hasDots = false
    }

    var title: String
    var lines: [Line]

    private static let (width, height) = (460.0, 220.0)
    private static let (left, right, top, bottom) = (52.0, 12.0, 26.0, 28.0)

    var svg: String {
        let points = lines.flatMap(\.points).filter { $0.value.isFinite }
        guard let first = points.map(\.step).min(), let last = points.map(\.step).max(), let low = points.map(\.value).min(),
            let high = points.map(\.value).max()
        else { return "" }
        let ticks = Self.ticks(low, high)
        let (bottomValue, topValue) = (min(low, ticks.first ?? low), max(high, ticks.last ?? high))
        let (wide, tall) = (Self.width - Self.left - Self.right, Self.height - Self.top - Self.bottom)
        func x(_ step: Int) -> String {
            fixed(Self.left + wide * (last == first ? 0.5 : Double(step - first) / Double(last - first)), 1)
        }
        func y(_ value: Double) -> String {
            let share = topValue == bottomValue ? 0.5 : (value - bottomValue) / (topValue - bottomValue)
            return fixed(Self.top + tall * (1 - share), 1)
        }
        var parts = ["<text class=\"title\" x=\"\(Self.left)\" y=\"14\">\(markup(title))</text>"]
        for tick in ticks {
            parts.append(
                "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" y1=\"\(y(tick))\" y2=\"\(y(tick))\"/>"
            )
            parts.append(
                "<text x=\"\(Self.left - 6)\" y=\"\(y(tick))\" dy=\"0.35em\" text-anchor=\"end\">\(significant(tick, 4))</text>")
        }
        for (step, anchor) in [(first, "start"), (last, "end")] {
            parts.append("<text x=\"\(x(step))\" y=\"\(Self.height - 10)\" text-anchor=\"\(anchor)\">step \(step)</text>")
        }
        var place = Self.width - Self.right
        for line in lines.reversed() where !line.points.isEmpty {
            parts.append("<text x=\"\(place)\" y=\"14\" text-anchor=\"end\" fill=\"\(line.color)\">\(markup(line.name))</text>")
            place -= 7.0 * Double(line.name.count) + 12
        }
        for line in lines {
            let drawn = Self.thinned(line.points.filter { $0.value.isFinite })
            let path = drawn.map { "\(x($0.step)),\(y($0.value))" }.joined(separator: " ")
            parts.append("<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(line.color)\" stroke-width=\"1.5\"/>")
            if line.hasDots {
                for point in drawn {
                    parts.append(
                        "<circle cx=\"\(x(point.step))\" cy=\"\(y(point.value))\" r=\"2.5\" fill=\"\(line.color)\">"
                            + "<title>step \(point.step): \(significant(point.value, 5))</title></circle>")
                }
            }
        }
        return
            "<svg class=\"chart\" viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\">\(parts.joined(separator: "\n"))</svg>"
    }

    /// At most 400 points: means of neighbours, which is what the eye would make of more.
    private static func thinned(_ points: [(step: Int, value: Double)]) -> [(step: Int, value: Double)] {
        guard points.count > 400 else { return points }
        let size = (points.count + 399) / 400
        return stride(from: 0, to: points.count, by: size).map { start in
            let group = points[start..<min(points.count, start + size)]
            return (group[group.endIndex - 1].step, group.reduce(0) { $0 + $1.value } / Double(group.count))
        }
    }

    /// Round numbers from below `low` to above `high`: steps of 1, 2 or 5 times a power of ten.
    static func ticks(_ low: Double, _ high: Double) -> [Double] {
        guard high > low, high.isFinite, low.isFinite else { return [low] }
        let rough = (high - low) / 4
        let power = pow(10, floor(log10(rough)))
        guard power > 0, power.isFinite else { return [low, high] }
        let step = ([1, 2, 5, 10].first { $0 * power >= rough } ?? 10) * power
        let (first, last) = (floor(low / step), ceil(high / step))
        guard last - first < 20 else { return [low, high] }
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }
}
