import Foundation
import ScriptRuntime

/// Functions that CPython computes itself, in the same steps, so that the last bits agree.
enum SpecialFunctions {
    // MARK: - Gamma, by Lanczos' approximation
    // Source of the coefficients: Boost's lanczos13m53 (g = 6.024680040776729583740234375).

    private static let g = 6.024680040776729583740234375
    private static let gMinusHalf = 5.524680040776729583740234375
    private static let numerator: [Double] = [
        23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
        35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
        6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
        248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
        2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
        8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
        2.5066282746310002701649081771338373386264310793408,
    ]
    private static let denominator: [Double] = [
        0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1,
    ]

    private static func lanczosSum(_ x: Double) -> Double {
        var (top, bottom) = (0.0, 0.0)
        if x < 5 {
            for index in (0..<13).reversed() {
                top = top * x + numerator[index]
                bottom = bottom * x + denominator[index]
            }
        } else {
            for index in 0..<13 {
                top = top / x + numerator[index]
                bottom = bottom / x + denominator[index]
            }
        }
        return top / bottom
    }

    /// sin(πx), exact at the zeros.
    private static func sinPi(_ x: Double) -> Double {
        let y = fmod(x.magnitude, 2)
        let result: Double
        switch Int((2 * y).rounded(.toNearestOrAwayFromZero)) {
        case 0: result = sin(.pi * y)
        case 1: result = cos(.pi * (y - 0.5))
        case 2: result = sin(.pi * (1 - y))
        case 3: result = -cos(.pi * (y - 1.5))
        default: result = sin(.pi * (y - 2))
        }
        return copysign(1, x) * result
    }

    /// NaN stands for a domain error, as the caller's check reads it.
    static func gamma(_ x: Double) -> Double {
        if !x.isFinite { return x.isNaN || x > 0 ? x : .nan }
        if x == 0 { return .nan }
        if x == x.rounded(.down) {
            if x < 0 { return .nan }
            if x <= 23 { return (1..<max(Int(x), 1)).reduce(1.0) { $0 * Double($1) } }
        }
        let size = x.magnitude
        if size < 1e-20 { return 1 / x }
        if size > 200 { return x < 0 ? 0 / sinPi(x) : .infinity }
        let y = size + gMinusHalf
        var z: Double
        if size > gMinusHalf {
            z = (y - size) - gMinusHalf
        } else {
            z = (y - gMinusHalf) - size
        }
        z = z * g / y
        var result: Double
        if x < 0 {
            result = -.pi / sinPi(size) / size * exp(y) / lanczosSum(size)
            result -= z * result
            if size < 140 {
                result /= pow(y, size - 0.5)
            } else {
                let root = pow(y, size / 2 - 0.25)
                result /= root
                result /= root
            }
        } else {
            result = lanczosSum(size) / exp(y)
            result += z * result
            if size < 140 {
                result *= pow(y, size - 0.5)
            } else {
                let root = pow(y, size / 2 - 0.25)
                result *= root
                result *= root
            }
        }
        return result
    }

    static func logGamma(_ x: Double) -> Double {
        if !x.isFinite { return x.isNaN ? x : .infinity }
        if x == x.rounded(.down), x <= 2 { return x <= 0 ? .nan : 0 }
        let size = x.magnitude
        if size < 1e-20 { return -log(size) }
        var result = log(lanczosSum(size)) - g
        result += (size - 0.5) * (log(size + g - 0.5) - 1)
        if x < 0 {
            let logPi = 1.144729885849400174143427351353058711647
            result = logPi - log(sinPi(size).magnitude) - log(size) - result
        }
        return result
    }

    // MARK: - Euclidean norm

    /// The square root of the sum of squares: squares split in halves, the sum compensated, the root corrected.
    ///
    /// - Parameter values: magnitudes.
    static func norm(_ values: [Double]) -> Double {
        let largest = values.reduce(0) { $1 > $0 ? $1 : $0 }
        if values.contains(where: \.isInfinite) { return .infinity }
        if values.contains(where: \.isNaN) { return .nan }
        if largest == 0 || values.count <= 1 { return largest }
        var exponent: Int32 = 0
        _ = frexp(largest, &exponent)
        guard exponent >= -1023 else {
            var sum = CompensatedSum()
            for value in values {
                let x = value / largest
                sum.add(x * x, \.first)
            }
            return largest * sqrt(sum.total - 1 + sum.first)
        }
        let scale = scalbn(1.0, -Int(exponent))
        var sum = CompensatedSum()
        for value in values { sum.addSquare(of: value * scale, sign: 1) }
        let root = sqrt(sum.total - 1 + (sum.first + sum.second + sum.third))
        sum.addSquare(of: root, sign: -1)
        let rest = sum.total - 1 + (sum.first + sum.second + sum.third)
        return (root + rest / (2 * root)) / scale
    }

    /// A sum that starts at one, and what it lost.
    private struct CompensatedSum {
        var total = 1.0
        var first = 0.0
        var second = 0.0
        var third = 0.0

        mutating func add(_ x: Double, _ lost: WritableKeyPath<CompensatedSum, Double>) {
            let old = total
            total += x
            self[keyPath: lost] += (old - total) + x
        }

        mutating func addSquare(of x: Double, sign: Double) {
            let t = x * 134_217_729
            let high = t - (t - x)
            let low = x - high
            add(sign * high * high, \.first)
            add(sign * 2 * high * low, \.second)
            add(sign * low * low, \.third)
        }
    }
}

/// A sum of floats that is rounded once, at the end.
/// - Source: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1996.
struct ExactSum {
    private var parts: [Double] = []
    private var special = 0.0
    private var infinities = 0.0

    mutating func add(_ value: Double) throws(Raised) {
        var x = value
        var kept = 0
        for index in parts.indices {
            var y = parts[index]
            if x.magnitude < y.magnitude { swap(&x, &y) }
            let high = x + y
            let low = y - (high - x)
            if low != 0 {
                parts[kept] = low
                kept += 1
            }
            x = high
        }
        parts.removeSubrange(kept...)
        if x == 0 { return }
        if !x.isFinite {
            if value.isFinite { throw Raised(.overflowError, "intermediate overflow in fsum") }
            if value.isInfinite { infinities += value }
            special += value
            parts.removeAll()
        } else {
            parts.append(x)
        }
    }

    func result() throws(Raised) -> Double {
        if special != 0 || special.isNaN {
            if infinities.isNaN { throw .value("-inf + inf in fsum") }
            return special
        }
        guard var high = parts.last else { return 0 }
        var index = parts.count - 1
        var low = 0.0
        while index > 0 {
            let x = high
            index -= 1
            let y = parts[index]
            high = x + y
            low = y - (high - x)
            if low != 0 { break }
        }
        // Half-way cases: the parts below decide.
        if index > 0, (low < 0 && parts[index - 1] < 0) || (low > 0 && parts[index - 1] > 0) {
            let y = low * 2
            let x = high + y
            if y == x - high { high = x }
        }
        return high
    }
}
