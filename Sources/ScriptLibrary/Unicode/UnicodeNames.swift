/// Names of characters. They never change once given, so the system's table serves, restricted to what Unicode 14.0 has.
package enum UnicodeNames {
    package static func name(of unit: UInt32) -> String? {
        guard UnicodeTable.isAssigned(unit), let scalar = Unicode.Scalar(unit) else { return nil }
        return scalar.properties.name
    }

    /// The character of a name or of an alias, in any case.
    package static func character(named name: String) -> UInt32? {
        let wanted = name.uppercased()
        if let computed = computed(wanted) { return computed }
        return table[wanted]
    }

    /// Ideographs and syllables are named by rule: they need no place in the table.
    private static func computed(_ name: String) -> UInt32? {
        guard let dash = name.lastIndex(of: "-"), let unit = UInt32(name[name.index(after: dash)...], radix: 16) else { return nil }
        return self.name(of: unit) == name ? unit : nil
    }

    private static let table: [String: UInt32] = {
        var table: [String: UInt32] = [:]
        for unit in UInt32(0)..<0x110000 {
            guard UnicodeTable.isAssigned(unit), let scalar = Unicode.Scalar(unit) else { continue }
            if (0x4E00...0x9FFF).contains(unit) || (0x20000...0x3134F).contains(unit) || unit >= 0xE0200 { continue }
            if let name = scalar.properties.name { table[name] = unit }
            if let alias = scalar.properties.nameAlias, table[alias] == nil { table[alias] = unit }
        }
        return table
    }()
}
