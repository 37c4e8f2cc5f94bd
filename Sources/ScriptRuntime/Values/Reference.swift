/// Counting references to script objects without atomic instructions.
///
/// A session is confined to one thread at a time, so its objects need no atomic counts; the few objects that sessions
/// share are immortal (`makeImmortal`), and their counts are never written. What makes this true: Swift keeps the strong
/// count of a native object in bits 33-62 of the word behind the metadata pointer, minus one, and sets bit 63 for
/// everything out of the ordinary (immortal objects, counts in a side table), which is left to the runtime here.
/// `Interpreter.init` checks that once (`isAsDescribed`). Mixing with the compiler's own counting is fine: it is the
/// same word.
enum Reference {
    private static let one = 1 << 33
    /// The word of a new object: one strong reference, one unowned, which all strong ones share.
    private static let single = 3

    @inline(__always)
    static func retain(_ object: UnsafeMutableRawPointer) {
        let count = object.load(fromByteOffset: 8, as: Int.self)
        let next = count &+ one
        if count | next < 0 { return retainSlowly(object) }
        object.storeBytes(of: next, toByteOffset: 8, as: Int.self)
    }

    @inline(__always)
    static func release(_ object: UnsafeMutableRawPointer) {
        let count = object.load(fromByteOffset: 8, as: Int.self)
        if count < one { return releaseSlowly(object) }
        object.storeBytes(of: count &- one, toByteOffset: 8, as: Int.self)
    }

    @inline(never)
    private static func retainSlowly(_ object: UnsafeMutableRawPointer) {
        _ = Unmanaged<AnyContainer>.fromOpaque(object).retain()
    }

    /// The last reference, or a count that is kept elsewhere.
    @inline(never)
    private static func releaseSlowly(_ object: UnsafeMutableRawPointer) {
        if object.load(fromByteOffset: 8, as: Int.self) == single, Spares.keep(object) { return }
        Unmanaged<AnyContainer>.fromOpaque(object).release()
    }

    /// Whether a dying reference would be the last one.
    @inline(__always)
    static func isUnique(_ object: UnsafeMutableRawPointer) -> Bool {
        let count = object.load(fromByteOffset: 8, as: Int.self)
        return count >= 0 && count < one
    }

    /// How many references there are; very many where that is kept elsewhere.
    static func count(_ object: UnsafeMutableRawPointer) -> Int {
        let count = object.load(fromByteOffset: 8, as: Int.self)
        return count < 0 ? .max : count / one + 1
    }

    /// For objects that sessions on several threads share and that live as long as the process.
    static func makeImmortal(_ object: AnyObject) {
        immortalize(Unmanaged.passUnretained(object).toOpaque())
    }

    /// Whether the runtime counts the way this file describes.
    static var isAsDescribed: Bool {
        var object = AnyContainer()
        let address = Unmanaged.passUnretained(object).toOpaque()
        guard isKnownUniquelyReferenced(&object), isUnique(address), address.load(fromByteOffset: 8, as: Int.self) == single else {
            return false
        }
        retain(address)
        guard !isKnownUniquelyReferenced(&object), !isUnique(address) else { return false }
        release(address)
        return isKnownUniquelyReferenced(&object) && isUnique(address)
    }
}

/// Stands for any of the object classes where only the reference count matters.
final class AnyContainer {}

// Part of the runtime library, for objects that are never freed.
@_silgen_name("_swift_stdlib_immortalize")
private func immortalize(_ object: UnsafeMutableRawPointer)
