import CPCRE2
import ScriptRuntime

/// A compiled regular expression: PCRE2 with 32-bit units, one per code point, so that places are Python's.
final class RegexProgram {
    let flags: RegexFlags
    /// Number of groups, the whole match not included.
    let groups: Int
    let names: [(name: String, number: Int)]
    /// The group around each group that has one.
    let parents: [Int: Int]
    private let code: OpaquePointer
    private let data: OpaquePointer
    private let context: OpaquePointer

    /// Steps of PCRE2's matcher for one search: well over what sensible patterns need, a second of a hopeless one.
    private static let matchLimit: UInt32 = 20_000_000
    private static let heapLimit: UInt32 = 256 << 10

    init(_ pattern: StrObject, isBytes: Bool, flags given: RegexFlags, _ interpreter: Interpreter) throws {
        let (node, parser) = try RegexParser.parse(pattern, isBytes: isBytes, flags: given, interpreter)
        flags = parser.flags
        groups = parser.groupCount - 1
        names = parser.names
        parents = parser.parents
        let text = RegexWriter.write(node, flags: flags, isBytes: isBytes)
        code = try RegexProgram.compile(text, flags, isBytes)
        guard let data = pcre2_match_data_create_from_pattern_32(code, nil), let context = pcre2_match_context_create_32(nil) else {
            pcre2_code_free_32(code)
            throw Raised(.memoryError, "")
        }
        self.data = data
        self.context = context
        pcre2_set_match_limit_32(context, RegexProgram.matchLimit)
        pcre2_set_heap_limit_32(context, RegexProgram.heapLimit)
    }

    deinit {
        pcre2_match_context_free_32(context)
        pcre2_match_data_free_32(data)
        pcre2_code_free_32(code)
    }

    private static func compile(_ text: [UInt32], _ flags: RegexFlags, _ isBytes: Bool) throws -> OpaquePointer {
        guard let context = pcre2_compile_context_create_32(nil) else { throw Raised(.memoryError, "") }
        defer { pcre2_compile_context_free_32(context) }
        pcre2_set_newline_32(context, UInt32(PCRE2_NEWLINE_LF))
        pcre2_set_parens_nest_limit_32(context, 1_000)
        var options = UInt32(PCRE2_ALT_CIRCUMFLEX)
        if flags.contains(.ignoreCase) { options |= UInt32(PCRE2_CASELESS) }
        if flags.contains(.multiline) { options |= UInt32(PCRE2_MULTILINE) }
        if flags.contains(.dotAll) { options |= UInt32(PCRE2_DOTALL) }
        if !isBytes, !flags.contains(.ascii) { options |= UInt32(PCRE2_UCP) }
        var code: Int32 = 0
        var place = 0
        // PCRE2 reads `text.count` units and keeps no pointer to them.
        let made = text.withUnsafeBufferPointer { pcre2_compile_32($0.baseAddress, $0.count, options, &code, &place, context) }
        guard let made else {
            throw RegexError(message: "the pattern is beyond what the matcher can do: \(message(code))", position: -1)
        }
        return made
    }

    private static func message(_ code: Int32) -> String {
        var buffer = [UInt32](repeating: 0, count: 128)
        let count = pcre2_get_error_message_32(code, &buffer, buffer.count)
        return count > 0 ? StrObject.make(units: buffer.prefix(Int(count))).string : "error \(code)"
    }

    /// What a match may not be, or must be.
    enum Mode { case search, match, fullMatch, searchNotEmpty, matchNotEmpty }

    /// The places of the groups, two each, -1 for one that took no part; nil when there is no match.
    ///
    /// - Parameter limit: the text is taken to end here.
    func match(_ subject: RegexSubject, from start: Int, to limit: Int, _ mode: Mode, _ interpreter: Interpreter) throws -> [Int]? {
        var options = UInt32(PCRE2_NO_UTF_CHECK)
        switch mode {
        case .search: break
        case .match: options |= UInt32(PCRE2_ANCHORED)
        case .fullMatch: options |= UInt32(PCRE2_ANCHORED) | UInt32(PCRE2_ENDANCHORED)
        case .searchNotEmpty: options |= UInt32(PCRE2_NOTEMPTY_ATSTART)
        case .matchNotEmpty: options |= UInt32(PCRE2_ANCHORED) | UInt32(PCRE2_NOTEMPTY_ATSTART)
        }
        try interpreter.charge(steps: 1)
        // `limit` is at most the number of units and `start` at most `limit`: the callers clamp both.
        let result = subject.units.withUnsafeBufferPointer { units in
            pcre2_match_32(code, units.baseAddress, limit, start, options, data, context)
        }
        if result == PCRE2_ERROR_NOMATCH { return nil }
        guard result >= 0 else { throw failure(result) }
        guard let vector = pcre2_get_ovector_pointer_32(data) else { return nil }
        // The vector has two entries for each group and the whole match.
        let places = (0..<(groups + 1) * 2).map { vector[$0] == Int.max || vector[$0] > limit ? -1 : Int(vector[$0]) }
        try interpreter.charge(steps: (places[1] - start) >> 4)
        return places
    }

    private func failure(_ code: Int32) -> any Error {
        switch code {
        case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT:
            return RegexError(
                message: "the search was given up: the pattern tries too many ways to match this text", position: -1)
        default: return RegexError(message: RegexProgram.message(code), position: -1)
        }
    }

    /// The group that was closed last, nil when none took part.
    func lastGroup(_ places: [Int]) -> Int? {
        var last: Int?
        for group in 1..<max(groups + 1, 1) where places[group * 2] >= 0 {
            guard let known = last else {
                last = group
                continue
            }
            let (end, knownEnd) = (places[group * 2 + 1], places[known * 2 + 1])
            // Of two that end at the same place the outer one is closed later.
            if end > knownEnd || (end == knownEnd && !isInside(group, known)) { last = group }
        }
        return last
    }

    private func isInside(_ group: Int, _ other: Int) -> Bool {
        var search = parents[group]
        while let parent = search {
            if parent == other { return true }
            search = parents[parent]
        }
        return false
    }
}

/// The text that is searched, as PCRE2 wants it.
final class RegexSubject {
    /// The object that was searched: str, bytes, an instance of their classes, or anything else with bytes in it.
    let origin: Value
    let text: StrObject
    let isBytes: Bool
    let units: [UInt32]

    init(_ origin: Value, _ text: StrObject, isBytes: Bool) {
        self.origin = origin
        self.text = text
        self.isBytes = isBytes
        // PCRE2 wants a pointer even for no units.
        units = text.isEmpty ? [0] : text.units
    }

    /// Whether it stands for this object as it is now.
    func isUnchanged(_ value: Value) -> Bool {
        switch (origin, value) {
        case (.str(let own), .str(let other)): own === other
        case (.bytes(let own), .bytes(let other)): own === other
        default: false
        }
    }

    func value(_ lower: Int, _ upper: Int) -> Value { value(text.slice(lower, upper)) }

    /// What stands at these places now, in a bytearray, say; where they are no more, nothing.
    func current(_ lower: Int, _ upper: Int, _ interpreter: Interpreter) throws -> Value {
        if !isBytes { return value(lower, upper) }
        if case .bytes = origin { return value(lower, upper) }
        guard let bytes = try interpreter.buffer(origin) else { return value(lower, upper) }
        return .bytes(BytesObject(Array(bytes[min(lower, bytes.count)..<min(upper, bytes.count)])))
    }

    func value(_ text: StrObject) -> Value {
        isBytes ? .bytes(BytesObject(text.units.map { UInt8(truncatingIfNeeded: $0) })) : .str(text)
    }
}
