public import Foundation

/// What can be asked wrongly of a random stream.
public enum RandomnessError: Error, Equatable {
    case emptyRange(start: Int, stop: Int, step: Int)
    case zeroStep
    case emptySequence
    case sampleSize(requested: Int, population: Int)
    case weights(String)
    case parameter(function: String, rule: String)
}

extension RandomnessError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .emptyRange(let start, let stop, let step):
            step == 1 ? "empty range for randrange() (\(start), \(stop))" : "empty range for randrange() (\(start), \(stop), \(step))"
        case .zeroStep: "zero step for randrange()"
        case .emptySequence: "Cannot choose from an empty sequence"
        case .sampleSize: "Sample larger than population or is negative"
        case .weights(let rule): rule
        case .parameter(let function, let rule): "\(function): \(rule)"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .emptyRange: "Give a stop that lies beyond start in the direction of step."
        case .zeroStep: "Give a step that is not 0."
        case .emptySequence: "Choose from a sequence with at least one element."
        case .sampleSize(let requested, let population): "Ask for 0 to \(population) elements, not \(requested)."
        case .weights, .parameter: nil
        }
    }
}

/// Integers, choices and permutations, each with the draws that CPython makes.
extension MersenneTwister {
    /// `random.getrandbits(count)` for counts up to 64; 0 for a count of zero or less.
    public mutating func bits64(_ count: Int) -> UInt64 {
        let words = bits(min(count, 64))
        return words.reversed().reduce(0) { $0 << 32 | UInt64($1) }
    }

    /// A uniform number in 0..<bound; 0, without a draw, when `bound` is 0.
    public mutating func below(_ bound: UInt64) -> UInt64 {
        guard bound > 0 else { return 0 }
        let length = UInt64.bitWidth - bound.leadingZeroBitCount
        while true {
            let candidate = bits64(length)
            if candidate < bound { return candidate }
        }
    }

    /// `random.randrange(start, stop, step)`.
    ///
    /// - Throws: `RandomnessError.emptyRange`, `.zeroStep`.
    public mutating func randrange(_ start: Int, _ stop: Int, _ step: Int = 1) throws(RandomnessError) -> Int {
        guard step != 0 else { throw .zeroStep }
        guard step > 0 ? start < stop : start > stop else { throw .emptyRange(start: start, stop: stop, step: step) }
        let (low, high) = step > 0 ? (start, stop) : (stop, start)
        // The distance of two Ints fits an unsigned word, so that nothing here can overflow.
        let width = UInt64(bitPattern: Int64(high &- low))
        let count = (width - 1) / UInt64(step.magnitude) + 1
        let offset = below(count) &* UInt64(step.magnitude)
        return step > 0 ? start &+ Int(truncatingIfNeeded: offset) : start &- Int(truncatingIfNeeded: offset)
    }

    /// `random.randint(low, high)`: both ends included.
    ///
    /// - Throws: `RandomnessError.emptyRange` when `low > high`.
    public mutating func randint(_ low: Int, _ high: Int) throws(RandomnessError) -> Int {
        guard low <= high else { throw .emptyRange(start: low, stop: high &+ 1, step: 1) }
        let width = UInt64(bitPattern: Int64(high &- low))
        guard width < .max else { return low &+ Int(truncatingIfNeeded: drawFullRange()) }
        return low &+ Int(truncatingIfNeeded: below(width + 1))
    }

    /// `random.choice(elements)`.
    ///
    /// - Throws: `RandomnessError.emptySequence`.
    public mutating func choice<Element>(_ elements: [Element]) throws(RandomnessError) -> Element {
        guard !elements.isEmpty else { throw .emptySequence }
        return elements[Int(below(UInt64(elements.count)))]
    }

    /// `random.shuffle(elements)`, in place.
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        guard elements.count > 1 else { return }
        for i in stride(from: elements.count - 1, through: 1, by: -1) {
            elements.swapAt(i, Int(below(UInt64(i + 1))))
        }
    }

    /// The places that `random.sample(range(population), count)` gives, in its order.
    ///
    /// - Throws: `RandomnessError.sampleSize`.
    public mutating func sample(_ count: Int, of population: Int) throws(RandomnessError) -> [Int] {
        guard count >= 0, count <= population else { throw .sampleSize(requested: count, population: population) }
        return Self.sample(count, of: population) { bound in below(bound) }
    }

    /// The same with whole numbers of another source; `count` is from 0 to `population`.
    package static func sample<Failure>(
        _ count: Int, of population: Int, below: (UInt64) throws(Failure) -> UInt64
    ) throws(Failure) -> [Int] {
        // CPython chooses the method by the memory it would take; the draws depend on the choice.
        var threshold = 21.0
        if count > 5 { threshold += pow(4, (log(Double(count) * 3) / log(4)).rounded(.up)) }
        var places: [Int] = []
        places.reserveCapacity(count)
        if Double(population) <= threshold {
            var pool = Array(0..<population)
            for i in 0..<count {
                let j = Int(try below(UInt64(population - i)))
                places.append(pool[j])
                pool[j] = pool[population - i - 1]
            }
            return places
        }
        var seen: Set<Int> = []
        for _ in 0..<count {
            var j = Int(try below(UInt64(population)))
            while !seen.insert(j).inserted { j = Int(try below(UInt64(population))) }
            places.append(j)
        }
        return places
    }

    /// The places that `random.choices(population, weights, k=count)` gives; without weights all are equally likely.
    ///
    /// - Throws: `RandomnessError.emptySequence`, `.weights`.
    public mutating func choices(
        _ count: Int, of population: Int, weights: [Double]? = nil
    ) throws(RandomnessError) -> [Int] {
        guard count > 0 else { return [] }
        guard population > 0 else { throw .emptySequence }
        guard let weights else {
            return (0..<count).map { _ in Int((random() * Double(population)).rounded(.down)) }
        }
        guard weights.count == population else { throw .weights("The number of weights does not match the population") }
        var sum = 0.0
        let cumulative = weights.map {
            sum += $0; return sum
        }
        guard sum > 0 else { throw .weights("Total of weights must be greater than zero") }
        guard sum.isFinite else { throw .weights("Total of weights must be finite") }
        return (0..<count).map { _ in Self.insertionPoint(of: random() * sum, in: cumulative) }
    }

    // MARK: - Implementation

    /// The draw for a range of 2⁶⁴ values: 65 bits are asked for and the top one must be 0.
    private mutating func drawFullRange() -> UInt64 {
        while true {
            let words = bits(65)
            if words[2] == 0 { return UInt64(words[1]) << 32 | UInt64(words[0]) }
        }
    }

    /// The first place in 0...count-1 whose sum exceeds `value` (`bisect_right`).
    private static func insertionPoint(of value: Double, in cumulative: [Double]) -> Int {
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if value < cumulative[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
