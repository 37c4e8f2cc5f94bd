/// Characters by their Unicode names, for `\N{...}`.
public enum CharacterNames {
    /// The character with this name or alias, whatever its case; nil when CPython 3.11 (Unicode 14) has none.
    public static func scalar(named name: String) -> Unicode.Scalar? {
        table[name.uppercased()]
    }

    /// Made on first use, about 150,000 entries.
    private static let table: [String: Unicode.Scalar] = {
        var table: [String: Unicode.Scalar] = [:]
        table.reserveCapacity(160_000)
        for value in UInt32(0)...0x10FFFF {
            // Private use and the planes without characters have no names.
            if (0x40000...0xDFFFF).contains(value) || value >= 0xE0200 { continue }
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            guard properties.generalCategory != .unassigned, NormalForm.isKnownToPython(scalar) else { continue }
            if let name = properties.name { table[name] = scalar }
            if let alias = properties.nameAlias { table[alias] = table[alias] ?? scalar }
        }
        return table
    }()
}
