import Foundation
import ScriptRuntime

/// `time`.
enum TimeModule {
    private static let fields = [
        "tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst",
    ]

    static func module(_ interpreter: Interpreter, _ state: LibraryState) -> NativeModule {
        var made: TypeObject?
        func structType(_ interpreter: Interpreter) throws -> TypeObject {
            if let made { return made }
            let type = try NamedTuple.structure("struct_time", fields, module: "time", interpreter)
            made = type
            return type
        }
        func broken(_ call: Call, _ convert: (UnsafePointer<time_t>, UnsafeMutablePointer<tm>) -> Bool) throws -> Value {
            var seconds: time_t
            if call[0].isNone {
                try requireClock(state)
                seconds = time(nil)
            } else {
                seconds = try timestamp(call)
            }
            var parts = tm()
            guard convert(&seconds, &parts) else { throw FileAccess.error(EOVERFLOW, nil) }
            return try call.interpreter.call(.type(structType(call.interpreter)), [.tuple(values(parts))])
        }
        return NativeModule(
            "time", doc: "Time access and conversions.",
            functions: clocks(state) + [
                Native("gmtime(seconds=None, /)", "Convert seconds since the Epoch to a time tuple expressing UTC.") { call in
                    try broken(call) { gmtime_r($0, $1) != nil }
                },
                Native("localtime(seconds=None, /)", "Convert seconds since the Epoch to a time tuple expressing local time.") { call in
                    try broken(call) { localtime_r($0, $1) != nil }
                },
                Native("strftime(format, t=None, /)", "Convert a time tuple to a string according to a format specification.") { call in
                    let format = try call.text(0, "strftime() argument 1 must be str").string
                    if format.utf8.contains(0) { throw Raised.value("embedded null character") }
                    return .str(formatted(format, try parts(call, 1, state)))
                },
                Native("mktime(t, /)", "Convert a time tuple in local time to seconds since the Epoch.") { call in
                    var parts = try parts(call, 0, state)
                    return .float(Double(mktime(&parts)))
                },
                Native("asctime(t=None, /)", "Convert a time tuple to a string.") { call in
                    .str(formatted("%a %b %e %H:%M:%S %Y", try parts(call, 0, state)))
                },
                Native("ctime(seconds=None, /)", "Convert a time in seconds since the Epoch to a string in local time.") { call in
                    if call[0].isNone { return .str(formatted("%a %b %e %H:%M:%S %Y", try parts(call, 0, state))) }
                    var parts = tm()
                    var seconds = try timestamp(call)
                    if localtime_r(&seconds, &parts) == nil { throw FileAccess.error(EOVERFLOW, nil) }
                    return .str(formatted("%a %b %e %H:%M:%S %Y", parts))
                },
            ],
            members: { interpreter in
                [
                    ("struct_time", .type(try structType(interpreter))), ("timezone", .int(-TimeZone.current.secondsFromGMT())),
                ]
            })
    }

    private static func timestamp(_ call: Call) throws -> time_t {
        let given = try call.double(0)
        if given.isNaN { throw Raised.value("Invalid value NaN (not a number)") }
        guard let exact = time_t(exactly: given.rounded(.down)) else {
            throw Raised(.overflowError, "timestamp out of range for platform time_t")
        }
        return exact
    }

    private static func requireClock(_ state: LibraryState) throws {
        guard state.options.capabilities.clock else {
            throw Raised(.permissionError, "the script may not use the clock", hint: "Run it with the capability to read the clock.")
        }
    }

    private static func now(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }

    private static func clocks(_ state: LibraryState) -> [Native] {
        func clock(_ name: String, _ id: clockid_t, _ doc: String) -> [Native] {
            [
                Native("\(name)()", doc) { _ in
                    try requireClock(state)
                    let time = now(id)
                    return .float(Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9)
                },
                Native("\(name)_ns()", doc + " In nanoseconds, as an integer.") { _ in
                    try requireClock(state)
                    let time = now(id)
                    return .int(Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec))
                },
            ]
        }
        return clock("time", CLOCK_REALTIME, "Return the current time in seconds since the Epoch.")
            + clock("monotonic", CLOCK_MONOTONIC, "Monotonic clock, cannot go backward.")
            + clock("perf_counter", CLOCK_MONOTONIC, "Performance counter for benchmarking.")
            + clock("process_time", CLOCK_PROCESS_CPUTIME_ID, "Process time: sum of system and user CPU time.")
            + [
                Native("sleep(seconds, /)", "Delay execution for a given number of seconds; an interrupt ends it.") { call in
                    try requireClock(state)
                    let seconds = try call.double(0)
                    if seconds < 0 { throw Raised.value("sleep length must be non-negative") }
                    if seconds.isNaN { throw Raised.value("Invalid value NaN (not a number)") }
                    let start = now(CLOCK_MONOTONIC)
                    while true {
                        try call.interpreter.checkInterrupt()
                        let time = now(CLOCK_MONOTONIC)
                        let passed = Double(time.tv_sec - start.tv_sec) + Double(time.tv_nsec - start.tv_nsec) * 1e-9
                        let left = seconds - passed
                        if left <= 0 { return .none }
                        // In short pieces, so that a cancelled run does not wait.
                        usleep(useconds_t(min(left, 0.02) * 1e6))
                    }
                }
            ]
    }

    // MARK: - Broken-down time

    private static func values(_ parts: tm) -> [Value] {
        [
            Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec),
            (Int(parts.tm_wday) + 6) % 7, Int(parts.tm_yday) + 1, Int(parts.tm_isdst),
        ].map { .int($0) }
    }

    private static func parts(_ call: Call, _ index: Int, _ state: LibraryState) throws -> tm {
        var parts = tm()
        if call[index].isNone {
            try requireClock(state)
            var seconds = time(nil)
            localtime_r(&seconds, &parts)
            return parts
        }
        guard case .tuple(let tuple) = call.plain(index), tuple.count == 9 else {
            throw Raised.type("Tuple or struct_time argument required")
        }
        let numbers = try tuple.items.map { Int32(clamping: try call.interpreter.index($0)) }
        parts.tm_year = numbers[0] &- 1900
        parts.tm_mon = numbers[1] == 0 ? 0 : numbers[1] &- 1
        parts.tm_mday = numbers[2] == 0 ? 1 : numbers[2]
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
        parts.tm_wday = (numbers[6] &+ 1) % 7
        parts.tm_yday = numbers[7] == 0 ? 0 : numbers[7] &- 1
        parts.tm_isdst = numbers[8]
        // Everything that strftime uses as an index must be in range.
        let limits: [(String, Int32, ClosedRange<Int32>)] = [
            ("month", parts.tm_mon, 0...11), ("day of month", parts.tm_mday, 1...31), ("hour", parts.tm_hour, 0...23),
            ("minute", parts.tm_min, 0...59), ("seconds", parts.tm_sec, 0...61), ("day of week", parts.tm_wday, 0...6),
            ("day of year", parts.tm_yday, 0...365),
        ]
        for (name, value, range) in limits where !range.contains(value) { throw Raised.value("\(name) out of range") }
        return parts
    }

    private static func formatted(_ format: String, _ parts: tm) -> String {
        if format.isEmpty { return "" }
        var parts = parts
        var size = 256
        while size < 1 << 20 {
            var buffer = [CChar](repeating: 0, count: size)
            // strftime writes at most `size` bytes and says how many; 0 may mean that they were too few.
            let count = strftime(&buffer, size, format + " ", &parts)
            if count > 0 { return String(decoding: buffer.prefix(count - 1).map { UInt8(bitPattern: $0) }, as: UTF8.self) }
            size *= 4
        }
        return ""
    }
}
