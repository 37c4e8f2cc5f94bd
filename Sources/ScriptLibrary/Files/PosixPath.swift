/// The rules of `posixpath`, on text alone.
enum PosixPath {
    static func join(_ first: String, _ parts: [String]) -> String {
        var path = first
        for part in parts {
            if part.utf8.first == 47 {
                path = part
            } else if path.isEmpty || path.utf8.last == 47 {
                path += part
            } else {
                path += "/" + part
            }
        }
        return path
    }

    /// The part before the last slash (without trailing slashes, unless it is nothing else) and the part after it.
    static func split(_ path: String) -> (head: String, tail: String) {
        let bytes = Array(path.utf8)
        let cut = (bytes.lastIndex(of: 47) ?? -1) + 1
        var head = bytes[..<cut]
        if !head.allSatisfy({ $0 == 47 }) { while head.last == 47 { head.removeLast() } }
        return (String(decoding: head, as: UTF8.self), String(decoding: bytes[cut...], as: UTF8.self))
    }

    /// The extension begins at the last dot of the last part, unless only dots stand before it.
    static func splitExtension(_ path: String) -> (root: String, extension: String) {
        let bytes = Array(path.utf8)
        let slash = bytes.lastIndex(of: 47) ?? -1
        guard let dot = bytes.lastIndex(of: 46), dot > slash, bytes[(slash + 1)..<dot].contains(where: { $0 != 46 }) else {
            return (path, "")
        }
        return (String(decoding: bytes[..<dot], as: UTF8.self), String(decoding: bytes[dot...], as: UTF8.self))
    }

    static func normalize(_ path: String) -> String {
        if path.isEmpty { return "." }
        let bytes = Array(path.utf8)
        let leading = bytes.prefix { $0 == 47 }.count
        // Two leading slashes are a thing of their own in POSIX; three are one.
        let slashes = leading == 2 ? 2 : min(leading, 1)
        var parts: [ArraySlice<UInt8>] = []
        for part in bytes.split(separator: 47) {
            if part.elementsEqual([46]) { continue }
            if !part.elementsEqual([46, 46]) || (slashes == 0 && parts.isEmpty) || (parts.last?.elementsEqual([46, 46]) ?? false) {
                parts.append(part)
            } else if !parts.isEmpty {
                parts.removeLast()
            }
        }
        let body = parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
        let whole = String(repeating: "/", count: slashes) + body
        return whole.isEmpty ? "." : whole
    }

    static func relative(_ path: String, from start: String) -> String {
        let (a, b) = (start.utf8.split(separator: 47), path.utf8.split(separator: 47))
        var common = 0
        while common < min(a.count, b.count), a[common].elementsEqual(b[common]) { common += 1 }
        let parts = Array(repeating: "..", count: a.count - common) + b[common...].map { String(decoding: Array($0), as: UTF8.self) }
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }
}
