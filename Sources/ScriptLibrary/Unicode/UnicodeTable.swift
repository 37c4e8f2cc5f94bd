/// The properties of code points as CPython 3.11 knows them (Unicode 14.0), whatever the system's own tables are.
package enum UnicodeTable {
    /// What a code point is.
    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }
        package static let alphabetic = Flags(rawValue: 1 << 0)
        package static let space = Flags(rawValue: 1 << 1)
        package static let printable = Flags(rawValue: 1 << 2)
        package static let lower = Flags(rawValue: 1 << 3)
        package static let upper = Flags(rawValue: 1 << 4)
        package static let title = Flags(rawValue: 1 << 5)
        package static let identifierStart = Flags(rawValue: 1 << 6)
        package static let identifierContinue = Flags(rawValue: 1 << 7)
        package static let numeric = Flags(rawValue: 1 << 8)
        package static let mirrored = Flags(rawValue: 1 << 9)
        package static let cased = Flags(rawValue: 1 << 10)
        package static let caseIgnorable = Flags(rawValue: 1 << 11)
    }

    /// One row of the database, shared by all code points that have the same.
    package struct Record: Sendable {
        package var category = "Cn"
        package var combiningClass = 0
        package var bidirectional = ""
        package var eastAsianWidth = "N"
        package var flags: Flags = []
        package var upper: Int32 = 0
        package var lower: Int32 = 0
        package var title: Int32 = 0
        package var fold: Int32 = 0
        package var decimal = -1
        package var digit = -1
    }

    /// The four mappings of case.
    package enum Mapping: UInt8, Sendable { case upper, lower, title, fold }

    @inline(__always)
    package static func flags(_ unit: UInt32) -> Flags { flagsOfRecord[recordIndex(unit)] }

    package static func record(_ unit: UInt32) -> Record { records[recordIndex(unit)] }

    package static func decimal(_ unit: UInt32) -> Int? {
        let value = records[recordIndex(unit)].decimal
        return value < 0 ? nil : value
    }

    package static func digit(_ unit: UInt32) -> Int? {
        let value = records[recordIndex(unit)].digit
        return value < 0 ? nil : value
    }

    package static func numeric(_ unit: UInt32) -> Double? {
        if let digit = digit(unit) { return Double(digit) }
        return numerics[unit]
    }

    /// The mapping of one code point where it is one code point; `special` has the others.
    package static func simple(_ unit: UInt32, _ mapping: Mapping) -> UInt32 {
        let record = records[recordIndex(unit)]
        let delta: Int32
        switch mapping {
        case .upper: delta = record.upper
        case .lower: delta = record.lower
        case .title: delta = record.title
        case .fold: delta = record.fold
        }
        return UInt32(bitPattern: Int32(bitPattern: unit) &+ delta)
    }

    /// A mapping to several code points, else nil.
    package static func special(_ unit: UInt32, _ mapping: Mapping) -> [UInt32]? {
        specials[UInt64(unit) << 8 | UInt64(mapping.rawValue)]
    }

    /// The decomposition as CPython writes it: `<compat> 0020 0301`; empty where there is none.
    package static func decomposition(_ unit: UInt32) -> String { decompositions[unit] ?? "" }

    package static func isAssigned(_ unit: UInt32) -> Bool { record(unit).category != "Cn" }

    // MARK: - Implementation

    private static let records: [Record] = text(UnicodeData.records).split(separator: ";").map { row in
        let fields = row.split(separator: ",", omittingEmptySubsequences: false)
        func number(_ index: Int) -> Int { Int(fields[index]) ?? 0 }
        return Record(
            category: String(fields[0]), combiningClass: number(1), bidirectional: fields[2] == "-" ? "" : String(fields[2]),
            eastAsianWidth: String(fields[3]), flags: Flags(rawValue: UInt16(number(4))), upper: Int32(number(5)),
            lower: Int32(number(6)), title: Int32(number(7)), fold: Int32(number(8)), decimal: number(9), digit: number(10))
    }

    private static let flagsOfRecord: [Flags] = records.map(\.flags)

    private static let pageSize = 128

    /// Which page each block of code points has, and the record of each of its code points.
    private static let pages: (index: [UInt16], records: [UInt16]) = {
        var flat: [UInt16] = []
        flat.reserveCapacity(0x110000)
        var reader = Packed(UnicodeData.runs)
        while let length = reader.next(), let record = reader.next() {
            flat += repeatElement(UInt16(record), count: length)
        }
        precondition(flat.count == 0x110000, "the packed character database is damaged")
        var index: [UInt16] = []
        var records: [UInt16] = []
        var known: [ArraySlice<UInt16>: UInt16] = [:]
        for start in stride(from: 0, to: flat.count, by: pageSize) {
            let page = flat[start..<start + pageSize]
            if known[page] == nil {
                known[page] = UInt16(records.count / pageSize)
                records += page
            }
            index.append(known[page] ?? 0)
        }
        return (index, records)
    }()

    @inline(__always)
    private static func recordIndex(_ unit: UInt32) -> Int {
        guard unit < 0x110000 else { return Int(pages.records[0]) }
        return Int(pages.records[Int(pages.index[Int(unit >> 7)]) << 7 | Int(unit & 127)])
    }

    private static let specials: [UInt64: [UInt32]] = {
        var result: [UInt64: [UInt32]] = [:]
        let kinds: [Character: Mapping] = ["u": .upper, "l": .lower, "t": .title, "f": .fold]
        for row in text(UnicodeData.special).split(separator: ";") {
            guard let kind = row.first.flatMap({ kinds[$0] }) else { continue }
            let units = row.dropFirst().split(separator: " ").compactMap { UInt32($0, radix: 16) }
            guard let unit = units.first else { continue }
            result[UInt64(unit) << 8 | UInt64(kind.rawValue)] = Array(units.dropFirst())
        }
        return result
    }()

    private static let decompositions: [UInt32: String] = {
        var result: [UInt32: String] = [:]
        for row in text(UnicodeData.decompositions).split(separator: ";") {
            let parts = row.split(separator: " ")
            guard let unit = parts.first.flatMap({ UInt32($0, radix: 16) }) else { continue }
            result[unit] = parts.dropFirst().map { part in
                let padding = part.hasPrefix("<") ? 0 : max(4 - part.count, 0)
                return String(repeating: "0", count: padding) + part
            }.joined(separator: " ")
        }
        return result
    }()

    private static let numerics: [UInt32: Double] = {
        var result: [UInt32: Double] = [:]
        for row in text(UnicodeData.numerics).split(separator: ";") {
            let parts = row.split(separator: " ")
            if parts.count == 2, let unit = UInt32(parts[0], radix: 16) { result[unit] = Double(parts[1]) }
        }
        return result
    }()

    private static func text(_ packed: StaticString) -> String { packed.description }
}

/// Reads the numbers of a packed table: the last digit of each is one of 64 letters, digits and `-_`; those before it
/// are of the remaining 27 printable ASCII characters.
private struct Packed {
    private let bytes: [UInt8]
    private var position = 0
    private static let last = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_".utf8)
    private static let kinds: [(isLast: Bool, value: Int)] = {
        var kinds = [(isLast: Bool, value: Int)](repeating: (false, 0), count: 256)
        for (value, byte) in last.enumerated() { kinds[Int(byte)] = (true, value) }
        var count = 0
        for byte in UInt8(0x21)..<0x7F where !kinds[Int(byte)].isLast && ![34, 92, 35].contains(byte) {
            kinds[Int(byte)] = (false, count)
            count += 1
        }
        return kinds
    }()

    init(_ text: StaticString) { bytes = Array(text.description.utf8) }

    mutating func next() -> Int? {
        var value = 0
        while position < bytes.count {
            let kind = Packed.kinds[Int(bytes[position])]
            position += 1
            if kind.isLast { return value * 64 + kind.value }
            value = value * 27 + kind.value
        }
        return nil
    }
}
