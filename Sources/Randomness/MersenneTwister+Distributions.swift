import Foundation

/// What gives uniform numbers in [0, 1), of which the distributions are made.
public protocol UniformSource {
    associatedtype Failure: Error = Never
    /// The next number.
    mutating func random() throws(Failure) -> Double
    /// The second normal number of the last pair, as `gauss` keeps it for its next call.
    var pendingNormal: Double? { get set }
}

extension MersenneTwister: UniformSource {}

/// Real-valued distributions with the draws and the arithmetic of CPython's `random`, so that results agree to the last bit
/// where the C library's functions do.
extension UniformSource {
    /// `random.uniform(low, high)`.
    public mutating func uniform(_ low: Double, _ high: Double) throws(Failure) -> Double {
        try low + (high - low) * random()
    }

    /// `random.triangular(low, high, mode)`.
    public mutating func triangular(_ low: Double = 0, _ high: Double = 1, mode: Double? = nil) throws(Failure) -> Double {
        var u = try random()
        var (low, high) = (low, high)
        var c = 0.5
        if let mode {
            guard high != low else { return low }
            c = (mode - low) / (high - low)
        }
        if u > c {
            u = 1 - u
            c = 1 - c
            swap(&low, &high)
        }
        return low + (high - low) * (u * c).squareRoot()
    }

    /// `random.gauss(mean, deviation)`: made in pairs, the second is kept for the next call.
    public mutating func gauss(_ mean: Double = 0, _ deviation: Double = 1) throws(Failure) -> Double {
        if let kept = pendingNormal {
            pendingNormal = nil
            return mean + kept * deviation
        }
        let angle = try random() * (2 * Double.pi)
        let radius = try (-2 * log(1 - random())).squareRoot()
        pendingNormal = sin(angle) * radius
        return mean + cos(angle) * radius * deviation
    }

    /// `random.normalvariate(mean, deviation)` (Kinderman and Monahan, 1977).
    public mutating func normalvariate(_ mean: Double = 0, _ deviation: Double = 1) throws(Failure) -> Double {
        let magic = 4 * exp(-0.5) / (2.0).squareRoot()
        while true {
            let u1 = try random()
            let u2 = try 1 - random()
            let z = magic * (u1 - 0.5) / u2
            if z * z / 4 <= -log(u2) { return mean + z * deviation }
        }
    }

    /// `random.lognormvariate(mean, deviation)`.
    public mutating func lognormvariate(_ mean: Double, _ deviation: Double) throws(Failure) -> Double {
        try exp(normalvariate(mean, deviation))
    }

    /// `random.expovariate(rate)`.
    ///
    /// - Throws: `RandomnessError.parameter` when the rate is 0.
    public mutating func expovariate(_ rate: Double) throws -> Double {
        let draw = try -log(1 - random())
        guard rate != 0 else { throw RandomnessError.parameter(function: "expovariate", rule: "lambd must not be 0") }
        return draw / rate
    }

    /// `random.vonmisesvariate(mean, concentration)` (Best and Fisher, 1979).
    public mutating func vonmisesvariate(_ mean: Double, _ concentration: Double) throws(Failure) -> Double {
        let turn = 2 * Double.pi
        guard concentration > 1e-6 else { return try turn * random() }
        let s = 0.5 / concentration
        let r = s + (1 + s * s).squareRoot()
        var z = 0.0
        while true {
            z = try cos(Double.pi * random())
            let d = z / (r + z)
            let u = try random()
            if u < 1 - d * d || u <= (1 - d) * exp(d) { break }
        }
        let q = 1 / r
        let f = (q + z) / (1 + q * z)
        let angle = try random() > 0.5 ? mean + acos(f) : mean - acos(f)
        // Python's % takes the sign of the divisor.
        let rest = angle.truncatingRemainder(dividingBy: turn)
        return rest < 0 ? rest + turn : rest
    }

    /// `random.gammavariate(shape, scale)` (Cheng, 1977, above 1; Kennedy and Gentle's GS below).
    ///
    /// - Throws: `RandomnessError.parameter` unless both are greater than 0.
    public mutating func gammavariate(_ shape: Double, _ scale: Double) throws -> Double {
        guard shape > 0, scale > 0 else {
            throw RandomnessError.parameter(function: "gammavariate", rule: "alpha and beta must be > 0.0")
        }
        if shape > 1 { return try gammaAboveOne(shape) * scale }
        if shape == 1 { return try -log(1 - random()) * scale }
        return try gammaBelowOne(shape) * scale
    }

    /// `random.betavariate(alpha, beta)`.
    ///
    /// - Throws: `RandomnessError.parameter` unless both are greater than 0.
    public mutating func betavariate(_ alpha: Double, _ beta: Double) throws -> Double {
        let y = try gammavariate(alpha, 1)
        guard y != 0 else { return 0 }
        return y / (y + (try gammavariate(beta, 1)))
    }

    /// `random.paretovariate(shape)`.
    public mutating func paretovariate(_ shape: Double) throws(Failure) -> Double {
        try pow(1 - random(), -1 / shape)
    }

    /// `random.weibullvariate(scale, shape)`.
    public mutating func weibullvariate(_ scale: Double, _ shape: Double) throws(Failure) -> Double {
        try scale * pow(-log(1 - random()), 1 / shape)
    }

    // MARK: - Implementation

    private mutating func gammaAboveOne(_ shape: Double) throws(Failure) -> Double {
        let inverse = (2 * shape - 1).squareRoot()
        let b = shape - log(4)
        let c = shape + inverse
        while true {
            let u1 = try random()
            guard u1 > 1e-7, u1 < 0.9999999 else { continue }
            let u2 = try 1 - random()
            let v = log(u1 / (1 - u1)) / inverse
            let x = shape * exp(v)
            let z = u1 * u1 * u2
            let r = b + c * v - x
            if r + (1 + log(4.5)) - 4.5 * z >= 0 || r >= log(z) { return x }
        }
    }

    private mutating func gammaBelowOne(_ shape: Double) throws(Failure) -> Double {
        let e = M_E
        let b = (e + shape) / e
        while true {
            let p = try b * random()
            let x = p <= 1 ? pow(p, 1 / shape) : -log((b - p) / shape)
            let u = try random()
            if p > 1 ? u <= pow(x, shape - 1) : u <= exp(-x) { return x }
        }
    }
}
