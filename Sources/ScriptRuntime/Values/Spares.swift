import Foundation

/// Objects that died, kept by each thread for the next ones of their kind: no allocator, no start or end of an object.
///
/// A spare is an ordinary object with one reference, which the store owns; its first word behind the two of every object
/// links it to the next. What ends on a thread is found there again: sessions take turns on it, never at the same time.
struct Spares {
    /// Strings by size, in blocks of `StrObject.block` bytes: 1 ... `largest`.
    private static let largest = 8
    /// Bytes that one thread keeps at most.
    private static let limit = 32 << 20
    private static let tupleSize = 80

    /// Tuples in tuples are let go of one inside the other so deep; then as usual, which needs no stack.
    private static let deepest = 32

    private let stringClass = unsafeBitCast(StrObject.self, to: UnsafeRawPointer.self)
    private let tupleClass = unsafeBitCast(TupleObject.self, to: UnsafeRawPointer.self)
    private var tuples: UnsafeMutableRawPointer?
    private var depth = 0
    private var kept = 0
    /// What `release` is to let go of next; nil where it does not run.
    private var pending: [[Value]]?
    private let heads = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: Spares.largest + 1)

    private init() { heads.initialize(repeating: nil, count: Spares.largest + 1) }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let failure = pthread_key_create(&key) { address in
            // The thread ends: only `current` stores under this key.
            #if os(Linux)
                guard let address else { return }
            #endif
            let spares = address.assumingMemoryBound(to: Spares.self)
            spares.pointee.releaseAll()
            spares.deinitialize(count: 1)
            spares.deallocate()
        }
        // Without a key nothing is kept: no thread has anything under this one, and `pthread_setspecific` refuses it.
        return failure == 0 ? key : .max
    }()

    /// The store of this thread.
    @inline(__always)
    private static var current: UnsafeMutablePointer<Spares>? {
        if let address = pthread_getspecific(key) { return address.assumingMemoryBound(to: Spares.self) }
        return makeCurrent()
    }

    @inline(never)
    private static func makeCurrent() -> UnsafeMutablePointer<Spares>? {
        let made = UnsafeMutablePointer<Spares>.allocate(capacity: 1)
        made.initialize(to: Spares())
        if pthread_setspecific(key, made) == 0 { return made }
        made.pointee.heads.deallocate()
        made.deallocate()
        return nil
    }

    /// A string of so many blocks, with one reference; its header is to be written.
    @inline(__always)
    static func takeString(blocks: Int) -> UnsafeMutableRawPointer? {
        guard blocks <= largest, let spares = current, let object = spares.pointee.heads[blocks] else { return nil }
        spares.pointee.heads[blocks] = next(object).pointee
        spares.pointee.kept &-= size(blocks)
        return object
    }

    /// A short tuple with one reference, whose storage and count are to be written.
    @inline(__always)
    static func takeTuple() -> UnsafeMutableRawPointer? {
        guard let spares = current, let object = spares.pointee.tuples else { return nil }
        spares.pointee.tuples = next(object).pointee
        spares.pointee.kept &-= tupleSize
        return object
    }

    /// Keeps an object whose last reference goes away; false when it is to die as usual.
    @inline(__always)
    static func keep(_ object: UnsafeMutableRawPointer) -> Bool {
        guard let spares = current, spares.pointee.kept < limit else { return false }
        let type = object.load(as: UnsafeRawPointer.self)
        if type == spares.pointee.tupleClass { return keepTuple(object, spares) }
        guard type == spares.pointee.stringClass else { return false }
        let blocks = StrObject.blocks(object)
        guard blocks <= largest else { return false }
        next(object).pointee = spares.pointee.heads[blocks]
        spares.pointee.heads[blocks] = object
        spares.pointee.kept &+= size(blocks)
        return true
    }

    private static func keepTuple(_ object: UnsafeMutableRawPointer, _ spares: UnsafeMutablePointer<Spares>) -> Bool {
        if spares.pointee.depth >= deepest { return false }
        spares.pointee.depth &+= 1
        let isEmpty = Unmanaged<TupleObject>.fromOpaque(object)._withUnsafeGuaranteedRef { $0.becomeSpare() }
        spares.pointee.depth &-= 1
        if !isEmpty { return false }
        next(object).pointee = spares.pointee.tuples
        spares.pointee.tuples = object
        spares.pointee.kept &+= tupleSize
        return true
    }

    /// Lets go of the values that a dying host object holds. What dies with them comes here in turn: chains of host objects of
    /// any length need no stack.
    static func release(_ values: inout [Value]) {
        if values.isEmpty { return }
        var dying: [Value] = []
        swap(&dying, &values)
        guard let spares = current else { return }
        if spares.pointee.pending != nil {
            spares.pointee.pending?.append(dying)
            return
        }
        spares.pointee.pending = []
        while true {
            // They die here; what they hold is added meanwhile.
            dying = []
            guard let next = spares.pointee.pending?.popLast() else { break }
            dying = next
        }
        spares.pointee.pending = nil
    }

    private mutating func releaseAll() {
        while let object = tuples {
            tuples = Spares.next(object).pointee
            Unmanaged<TupleObject>.fromOpaque(object).takeRetainedValue().leaveSpares()
        }
        for index in 0...Spares.largest {
            while let object = heads[index] {
                heads[index] = Spares.next(object).pointee
                Unmanaged<AnyContainer>.fromOpaque(object).release()
            }
        }
        heads.deallocate()
    }

    @inline(__always)
    private static func next(_ object: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
        (object + 16).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    }

    @inline(__always)
    private static func size(_ blocks: Int) -> Int { (blocks &+ 3) &* StrObject.block }
}
