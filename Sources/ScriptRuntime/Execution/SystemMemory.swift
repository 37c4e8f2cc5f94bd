#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Asking the system whether it has memory: an allocation that it refuses ends the process, so it is asked before.
public enum SystemMemory {
    /// What is left for all that is not asked for: small objects between two looks, the error report, stacks of threads.
    private static let reserve = 64 << 20
    /// Smaller blocks come out of the reserve.
    static let largeBlock = 1 << 20

    /// Whether the system would give so many bytes now and have a reserve left.
    ///
    /// It is asked for them in one block, which is given back untouched.
    public static func has(_ bytes: Int) -> Bool {
        let (wanted, overflow) = bytes.addingReportingOverflow(reserve)
        guard !overflow, let place = mmap(nil, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            place != UnsafeMutableRawPointer(bitPattern: -1)
        else { return false }
        munmap(place, wanted)
        return true
    }
}
