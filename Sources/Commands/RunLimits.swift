import ArgumentParser
import ScriptRuntime

/// What a run may use and reach, as the command line says it.
struct RunLimits: ParsableArguments {
    @Flag(
        help: """
            Only the language and its standard modules: no files, no clock, no environment variables, no carpedm modules. For scripts \
            that nobody has read.
            """)
    var sandbox = false

    @Option(help: ArgumentHelp("End the run after so many steps (instructions, and work of built-ins).", valueName: "steps"))
    var maxSteps: Int?

    @Option(help: ArgumentHelp("End the run when the script's data takes more, such as 64M or 2G.", valueName: "size"))
    var maxMemory: ByteCount?

    @Option(help: ArgumentHelp("End the run when it has written more to standard output, such as 10M.", valueName: "size"))
    var maxOutput: ByteCount?

    @Option(help: ArgumentHelp("End the run after so many seconds.", valueName: "seconds"))
    var timeout: Double?

    func validate() throws {
        if let maxSteps, maxSteps <= 0 { throw ValidationError("--max-steps must be more than 0") }
        if let timeout, !(timeout > 0 && timeout < 1e9) {
            throw ValidationError("--timeout must be more than 0 and less than 1e9")
        }
    }

    var limits: Limits {
        var limits = Limits()
        limits.steps = maxSteps
        limits.heapBytes = maxMemory?.bytes
        limits.outputBytes = maxOutput?.bytes
        limits.seconds = timeout
        if let bytes = maxMemory?.bytes { limits.valueBytes = min(limits.valueBytes, bytes) }
        return limits
    }
}

/// A number of bytes: digits, and K, M or G for powers of 1024.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        let unit = argument.last.flatMap { units[Character($0.uppercased())] }
        guard let count = Int(unit == nil ? argument[...] : argument.dropLast()), count > 0 else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit ?? 1)
        guard !overflow else { return nil }
        self.bytes = bytes
    }
}
