import CKernels

/// The vector instructions the kernels use: the best ones this CPU has, unless told otherwise.
public enum CPUPath: Int32, CaseIterable, Sendable, CustomStringConvertible {
    case portable = 0
    case avx2 = 1
    case avx512 = 2

    /// The path in use on this thread.
    public static var current: CPUPath { CPUPath(rawValue: ck_current_path()) ?? .portable }

    /// The paths this CPU can run.
    public static var available: [CPUPath] { allCases.filter { $0.rawValue <= ck_best_path() } }

    /// Uses this path from now on, on this thread and in the parallel regions that it begins; false, and nothing changed, when
    /// the CPU cannot run it.
    @discardableResult
    public func use() -> Bool { ck_use_path(rawValue) != 0 }

    public var description: String {
        switch self {
        case .portable: "portable"
        case .avx2: "AVX2"
        case .avx512: "AVX-512"
        }
    }
}
