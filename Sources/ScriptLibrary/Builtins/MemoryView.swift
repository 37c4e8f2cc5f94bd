import ScriptRuntime

/// `memoryview`: bytes of another object, looked at without a copy. Its slices look at the same bytes; writing through one
/// changes the bytearray behind it. While there is a view, a bytearray keeps its length.
///
/// `cast` sees the bytes as numbers of another format (`ViewFormat`), and in several dimensions.
final class MemoryView: HostObject, HostSized, HostIterable, HostIndexable, HostComparable, HostHashable, HostArithmetic, HostBuffer {
    /// What it was made of, and its bytes; nil once it is released.
    private(set) var source: (object: Value, bytes: BytesObject)?
    let layout: Layout
    let isReadOnly: Bool
    /// Kept once it was asked for, also when the view is released.
    private var hash: Int?

    /// Where the items are: the byte of the first one, and per dimension how many there are and how many bytes apart.
    struct Layout {
        var format: ViewFormat
        var start: Int
        var shape: [Int]
        var strides: [Int]

        /// Items one after another, the last dimension fastest.
        init(_ format: ViewFormat, start: Int, shape: [Int]) {
            (self.format, self.start, self.shape) = (format, start, shape)
            strides = MemoryView.strides(shape, format.size)
        }

        var count: Int { shape.reduce(1, *) }
        var byteCount: Int { count * format.size }
        var isContiguous: Bool { count == 0 || isLaidOut(strides(shape, format.size)) }
        /// The first dimension fastest.
        var isFortranContiguous: Bool { count == 0 || isLaidOut(MemoryView.strides(shape.reversed(), format.size).reversed()) }

        private func isLaidOut(_ wanted: [Int]) -> Bool { zip(zip(strides, wanted), shape).allSatisfy { $0.0 == $0.1 || $1 == 1 } }
        private func strides(_ shape: [Int], _ size: Int) -> [Int] { MemoryView.strides(shape, size) }
    }

    private static func strides(_ shape: [Int], _ size: Int) -> [Int] {
        var strides: [Int] = []
        var stride = size
        for extent in shape.reversed() {
            strides.append(stride)
            stride = stride &* extent
        }
        return strides.reversed()
    }

    private init(_ object: Value, _ bytes: BytesObject, _ layout: Layout, isReadOnly: Bool) {
        source = (object, bytes)
        bytes.exports += 1
        self.layout = layout
        self.isReadOnly = isReadOnly
    }

    deinit { release() }

    /// Lets go of the views of these bytes that no variable refers to; in Python they would be gone.
    static func releaseForgotten(_ bytes: BytesObject, _ interpreter: Interpreter) {
        for case let view as MemoryView in interpreter.temporaries() where view.source?.bytes === bytes { view.release() }
    }

    func release() {
        source?.bytes.exports -= 1
        source = nil
    }

    var scriptTypeName: String { "memoryview" }
    var scriptSummary: String { source == nil ? "<released memory>" : "<memory>" }

    static func install(in interpreter: Interpreter) {
        let type = interpreter.define(table)
        interpreter.registerBuiltin("memoryview", .type(type))
    }

    // MARK: - Making

    static func make(_ call: Call) throws -> Value {
        if case .host(let box) = call[0], let view = box.object as? MemoryView {
            return try view.part(isReadOnly: view.isReadOnly, call.interpreter) { view.layout }
        }
        guard case .bytes(let bytes) = call.plain(0) else {
            throw Raised.type("memoryview: a bytes-like object is required, not '\(call.interpreter.typeName(of: call[0]))'")
        }
        var type = call.interpreter.type(of: call[0])
        while type.isScriptClass, let base = type.base { type = base }
        let view = MemoryView(
            call[0], bytes, Layout(.unsignedByte, start: 0, shape: [bytes.count]), isReadOnly: type.name != "bytearray")
        return call.interpreter.value(of: view)
    }

    /// Another view of the same bytes.
    func part(isReadOnly: Bool, _ interpreter: Interpreter, _ layout: () throws -> Layout) throws -> Value {
        let bytes = try bytes()
        guard let object = source?.object else { return .none }
        // Its code may release this view; the part is one of the same bytes all the same.
        return interpreter.value(of: MemoryView(object, bytes, try layout(), isReadOnly: isReadOnly))
    }

    func bytes() throws(Raised) -> BytesObject {
        guard let source else { throw .value("operation forbidden on released memoryview object") }
        return source.bytes
    }

    private func writable() throws(Raised) -> BytesObject {
        let bytes = try bytes()
        if isReadOnly { throw .type("cannot modify read-only memory") }
        return bytes
    }

    static func isIndex(_ value: Value, _ interpreter: Interpreter) -> Bool {
        switch interpreter.plain(value) {
        case .int, .bool, .bigInt: true
        default: interpreter.method(value, "__index__") != nil
        }
    }

    // MARK: - Abilities

    /// The places of the items, the last dimension fastest, or the first.
    func places(firstFastest: Bool = false) -> [Int] {
        var places = [layout.start]
        for (extent, stride) in zip(layout.shape, layout.strides) {
            places =
                firstFastest
                ? (0..<extent).flatMap { index in places.map { $0 + index * stride } }
                : places.flatMap { place in (0..<extent).map { place + $0 * stride } }
        }
        return places
    }

    func buffer() throws -> [UInt8] { try buffer(firstFastest: false) }

    func buffer(firstFastest: Bool) throws -> [UInt8] {
        let bytes = try bytes().bytes
        if firstFastest ? layout.isFortranContiguous : layout.isContiguous {
            return Array(bytes[layout.start..<layout.start + layout.byteCount])
        }
        let size = layout.format.size
        return places(firstFastest: firstFastest).flatMap { bytes[$0..<$0 + size] }
    }

    func item(at place: Int) throws(Raised) -> Value { layout.format.value(try bytes().bytes, at: place) }

    func length(_ interpreter: Interpreter) throws -> Int {
        _ = try bytes()
        return layout.shape.first ?? 1
    }

    func iterate(_ interpreter: Interpreter) throws -> IteratorObject {
        _ = try bytes()
        guard let count = layout.shape.first else { throw Raised.type("invalid indexing of 0-dim memory") }
        if layout.shape.count > 1 { throw Raised(.notImplementedError, "multi-dimensional sub-views are not implemented") }
        var index = 0
        return ClosureIterator("memory_iterator") { [self] _ in
            guard index < count else { return nil }
            index += 1
            return try item(at: layout.start + (index - 1) * layout.strides[0])
        }
    }

    private func offset(_ index: Value, _ dimension: Int, _ interpreter: Interpreter) throws -> Int {
        if case .bigInt = interpreter.plain(index) { throw Raised.index("cannot fit 'int' into an index-sized integer") }
        let given = try interpreter.index(index)
        let extent = layout.shape[dimension]
        let place = given < 0 ? given &+ extent : given
        guard place >= 0, place < extent else { throw Raised.index("index out of bounds on dimension \(dimension + 1)") }
        return place * layout.strides[dimension]
    }

    /// Where one item is; nil for a key that means no single item.
    private func place(_ key: Value, _ subViews: String, _ interpreter: Interpreter) throws -> Int? {
        if layout.shape.isEmpty {
            if case .tuple(let places) = key, places.count == 0 { return layout.start }
            if case .ellipsis = key { return layout.start }
            throw Raised.type("invalid indexing of 0-dim memory")
        }
        if MemoryView.isIndex(key, interpreter) {
            if layout.shape.count > 1 { throw Raised(.notImplementedError, subViews) }
            return try layout.start + offset(key, 0, interpreter)
        }
        guard case .tuple(let places) = key, places.items.allSatisfy({ MemoryView.isIndex($0, interpreter) }) else { return nil }
        if places.count < layout.shape.count { throw Raised(.notImplementedError, "sub-views are not implemented") }
        if places.count > layout.shape.count {
            throw Raised.type("cannot index \(layout.shape.count)-dimension view with \(places.count)-element tuple")
        }
        return try places.items.enumerated().reduce(layout.start) { try $0 + offset($1.element, $1.offset, interpreter) }
    }

    private func isSlices(_ key: Value) -> Bool {
        guard case .tuple(let parts) = key else { return false }
        return parts.items.allSatisfy { if case .slice = $0 { true } else { false } }
    }

    /// The layout of a slice of the first dimension.
    private func layout(of slice: SliceObject, _ interpreter: Interpreter) throws -> Layout {
        let range = try interpreter.resolve(slice, count: layout.shape[0])
        var part = layout
        part.start = range.count == 0 ? layout.start : layout.start + range.start * layout.strides[0]
        part.shape[0] = range.count
        let (stride, overflow) = layout.strides[0].multipliedReportingOverflow(by: range.step)
        part.strides[0] = overflow ? layout.format.size : stride
        return part
    }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        _ = try bytes()
        if layout.shape.isEmpty, case .ellipsis = index { return interpreter.value(of: self) }
        if case .slice(let slice) = index, !layout.shape.isEmpty {
            return try part(isReadOnly: isReadOnly, interpreter) { try layout(of: slice, interpreter) }
        }
        if let place = try place(index, "multi-dimensional sub-views are not implemented", interpreter) { return try item(at: place) }
        if isSlices(index) { throw Raised(.notImplementedError, "multi-dimensional slicing is not implemented") }
        throw Raised.type("memoryview: invalid slice key")
    }

    func setItem(at index: Value, to value: Value, _ interpreter: Interpreter) throws {
        _ = try writable()
        if case .slice(let slice) = index, layout.shape.count == 1 {
            guard let new = try interpreter.buffer(value) else {
                throw Raised.type("a bytes-like object is required, not '\(interpreter.typeName(of: value))'")
            }
            let part = try layout(of: slice, interpreter)
            let bytes = try writable()
            var other = Layout(.unsignedByte, start: 0, shape: [new.count])
            if case .host(let box) = value, let view = box.object as? MemoryView { other = view.layout }
            guard other.format == part.format, other.shape == part.shape else {
                throw Raised.value("memoryview assignment: lvalue and rvalue have different structures")
            }
            let size = part.format.size
            for item in 0..<part.shape[0] {
                for byte in 0..<size { bytes.bytes[part.start + item * part.strides[0] + byte] = new[item * size + byte] }
            }
            return
        }
        guard let place = try place(index, "sub-views are not implemented", interpreter) else {
            if case .slice = index { throw restricted }
            if isSlices(index) { throw restricted }
            throw Raised.type("memoryview: invalid slice key")
        }
        let new = try layout.format.bytes(of: value, interpreter)
        // Asking for the number may have run code of the script.
        let bytes = try writable()
        for (offset, byte) in new.enumerated() { bytes.bytes[place + offset] = byte }
    }

    private var restricted: Raised {
        Raised(.notImplementedError, "memoryview slice assignments are currently restricted to ndim = 1")
    }

    func deleteItem(at index: Value, _ interpreter: Interpreter) throws {
        _ = try writable()
        throw Raised.type("cannot delete memory")
    }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .equal || operation == .notEqual else { return nil }
        func answer(_ isEqual: Bool) -> Value { .bool(isEqual == (operation == .equal)) }
        var view: MemoryView?
        if case .host(let box) = other {
            view = box.object as? MemoryView
            // A released view equals itself; one of floats need not.
            if box.object === self, source == nil { return answer(true) }
            if let view, view.source == nil { return answer(false) }
        }
        if source == nil { return answer(false) }
        guard let bytes = try interpreter.buffer(other) else { return nil }
        let theirs = view?.layout ?? Layout(.unsignedByte, start: 0, shape: [bytes.count])
        guard layout.shape == theirs.shape else { return answer(false) }
        if layout.format == theirs.format, layout.format.isExact { return answer(try buffer() == bytes) }
        let own = try buffer()
        let (size, otherSize) = (layout.format.size, theirs.format.size)
        for index in 0..<layout.count {
            let a = layout.format.value(own, at: index * size)
            let b = theirs.format.value(bytes, at: index * otherSize)
            if try !interpreter.equal(a, b) { return answer(false) }
        }
        return answer(true)
    }

    func scriptHash(_ interpreter: Interpreter) throws -> Int {
        if let hash { return hash }
        let bytes = try buffer()
        if !isReadOnly { throw Raised.value("cannot hash writable memoryview object") }
        guard layout.format.isByte else { throw Raised.value("memoryview: hashing is restricted to formats 'B', 'b' or 'c'") }
        let made = try interpreter.hash(.bytes(BytesObject(bytes)))
        hash = made
        return made
    }

    /// `b"..." + view`; a view has no other arithmetic.
    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .add, reflected, case .bytes(let left) = other else { return nil }
        try interpreter.charge(bytes: left.count + layout.byteCount)
        return .bytes(BytesObject(left.bytes + (try buffer())))
    }

    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value? { nil }
}
