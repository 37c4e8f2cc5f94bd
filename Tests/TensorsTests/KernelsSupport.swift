import Tensors
import Testing

/// Numbers that look random and are the same everywhere: a linear congruential generator after Knuth's MMIX.
struct Noise {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    /// Uniform in −1..<1.
    mutating func float() -> Float { Float(next() & 0xFFFFFF) / Float(1 << 23) - 1 }

    mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Largest difference, measured by the largest expected magnitude.
func relativeError(_ got: [Float], _ expected: [Double]) -> Double {
    guard got.count == expected.count else { return .infinity }
    let scale = expected.reduce(1e-30) { max($0, abs($1)) }
    return zip(got, expected).reduce(0) { worst, pair in
        let difference = abs(Double(pair.0) - pair.1)
        return difference.isNaN ? .infinity : max(worst, difference / scale)
    }
}

/// The suites that change the process-wide number of workers run one after another.
@Suite("Kernels", .serialized) enum KernelTests {}

/// Runs `body` on every code path this CPU has, and returns to the best one.
func onEveryPath(_ body: (CPUPath) throws -> Void) rethrows {
    let before = CPUPath.current
    defer { before.use() }
    for path in CPUPath.available {
        path.use()
        try body(path)
    }
}

/// What `body` returns for 1, 2, 3 and 5 workers; all must be equal.
func forEveryWorkerCount<Value>(_ body: () throws -> Value) rethrows -> [Value] {
    let before = Parallel.workers
    defer { Parallel.workers = before }
    return try [1, 2, 3, 5].map { count in
        Parallel.workers = count
        return try body()
    }
}
