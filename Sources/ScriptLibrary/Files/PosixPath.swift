/// The rules of `posixpath`, on the units of a text alone: code points of a str, bytes of bytes.
enum PosixPath {
    static func join<Unit: FixedWidthInteger>(_ first: [Unit], _ parts: [[Unit]]) -> [Unit] {
        var path = first
        for part in parts {
            if part.first == 47 {
                path = part
            } else if path.isEmpty || path.last == 47 {
                path += part
            } else {
                path += [47] + part
            }
        }
        return path
    }

    /// The part before the last slash (without trailing slashes, unless it is nothing else) and the part after it.
    static func split<Unit: FixedWidthInteger>(_ path: [Unit]) -> (head: [Unit], tail: [Unit]) {
        let cut = (path.lastIndex(of: 47) ?? -1) + 1
        var head = path[..<cut]
        if !head.allSatisfy({ $0 == 47 }) { while head.last == 47 { head.removeLast() } }
        return (Array(head), Array(path[cut...]))
    }

    /// The extension begins at the last dot of the last part, unless only dots stand before it.
    static func splitExtension<Unit: FixedWidthInteger>(_ path: [Unit]) -> (root: [Unit], extension: [Unit]) {
        let slash = path.lastIndex(of: 47) ?? -1
        guard let dot = path.lastIndex(of: 46), dot > slash, path[(slash + 1)..<dot].contains(where: { $0 != 46 }) else { return (path, []) }
        return (Array(path[..<dot]), Array(path[dot...]))
    }

    static func normalize<Unit: FixedWidthInteger>(_ path: [Unit]) -> [Unit] {
        if path.isEmpty { return [46] }
        let leading = path.prefix { $0 == 47 }.count
        // Two leading slashes are a thing of their own in POSIX; three are one.
        let slashes = leading == 2 ? 2 : min(leading, 1)
        var parts: [ArraySlice<Unit>] = []
        for part in path.split(separator: 47) {
            if part.elementsEqual([46]) { continue }
            if !part.elementsEqual([46, 46]) || (slashes == 0 && parts.isEmpty) || (parts.last?.elementsEqual([46, 46]) ?? false) {
                parts.append(part)
            } else if !parts.isEmpty {
                parts.removeLast()
            }
        }
        let whole = [Unit](repeating: 47, count: slashes) + parts.joined(separator: [47])
        return whole.isEmpty ? [46] : whole
    }

    /// Both are absolute.
    static func relative<Unit: FixedWidthInteger>(_ path: [Unit], from start: [Unit]) -> [Unit] {
        let (a, b) = (start.split(separator: 47), path.split(separator: 47))
        var common = 0
        while common < min(a.count, b.count), a[common].elementsEqual(b[common]) { common += 1 }
        let up = [Unit](arrayLiteral: 46, 46)
        let parts = Array(repeating: up[...], count: a.count - common) + b[common...]
        return parts.isEmpty ? [46] : Array(parts.joined(separator: [47]))
    }

    /// The longest path that leads to all of them; nil when some are absolute and some are not.
    static func common<Unit: FixedWidthInteger>(_ paths: [[Unit]]) -> [Unit]? {
        let isAbsolute = paths.first?.first == 47
        if paths.contains(where: { ($0.first == 47) != isAbsolute }) { return nil }
        let split = paths.map { path in path.split(separator: 47).filter { !$0.elementsEqual([46]) } }
        guard var common = split.first else { return [] }
        for parts in split { common = Array(zip(common, parts).prefix { $0.elementsEqual($1) }.map(\.0)) }
        return (isAbsolute ? [47] : []) + common.joined(separator: [47])
    }

    // MARK: - Texts of Swift

    private static func text(_ units: [UInt8]) -> String { String(decoding: units, as: UTF8.self) }
    private static func units(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func join(_ first: String, _ parts: [String]) -> String { text(join(units(first), parts.map(units))) }
    static func normalize(_ path: String) -> String { text(normalize(units(path))) }
    static func split(_ path: String) -> (head: String, tail: String) {
        let parts = split(units(path))
        return (text(parts.head), text(parts.tail))
    }
}
