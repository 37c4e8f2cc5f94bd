import ScriptRuntime

/// `memoryview`: bytes of another object, looked at without a copy. Its slices look at the same bytes; writing through one
/// changes the bytearray behind it. While there is a view, a bytearray keeps its length.
///
/// Only the format of bytes, `B`, with one dimension: there are no other objects with buffers.
final class MemoryView: HostObject, HostSized, HostIterable, HostIndexable, HostComparable, HostHashable, HostArithmetic, HostBuffer {
    /// What it was made of, and its bytes; nil once it is released.
    private var source: (object: Value, bytes: BytesObject)?
    private let start: Int
    private let step: Int
    private let count: Int
    private let isReadOnly: Bool
    /// Kept once it was asked for, also when the view is released.
    private var hash: Int?

    private init(_ object: Value, _ bytes: BytesObject, _ part: (start: Int, step: Int, count: Int), isReadOnly: Bool) {
        source = (object, bytes)
        bytes.exports += 1
        (start, step, count) = part
        self.isReadOnly = isReadOnly
    }

    deinit { release() }

    /// Lets go of the views of these bytes that no variable refers to; in Python they would be gone.
    static func releaseForgotten(_ bytes: BytesObject, _ interpreter: Interpreter) {
        for case let view as MemoryView in interpreter.temporaries() where view.source?.bytes === bytes { view.release() }
    }

    private func release() {
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

    private static func make(_ call: Call) throws -> Value {
        if case .host(let box) = call[0], let view = box.object as? MemoryView {
            return try view.part((0, 1, view.count), isReadOnly: view.isReadOnly, call.interpreter)
        }
        guard case .bytes(let bytes) = call.plain(0) else {
            throw Raised.type("memoryview: a bytes-like object is required, not '\(call.interpreter.typeName(of: call[0]))'")
        }
        var type = call.interpreter.type(of: call[0])
        while type.isScriptClass, let base = type.base { type = base }
        let view = MemoryView(call[0], bytes, (0, 1, bytes.count), isReadOnly: type.name != "bytearray")
        return call.interpreter.value(of: view)
    }

    private static func isIndex(_ value: Value, _ interpreter: Interpreter) -> Bool {
        switch interpreter.plain(value) {
        case .int, .bool, .bigInt: true
        default: interpreter.method(value, "__index__") != nil
        }
    }

    /// A view of some of its items, counted in items of its own.
    private func part(
        _ range: @autoclosure () throws -> (start: Int, step: Int, count: Int), isReadOnly: Bool, _ interpreter: Interpreter
    ) throws -> Value {
        let bytes = try bytes()
        guard let object = source?.object else { return .none }
        // Its code may release this view; the part is one of the same bytes all the same.
        let range = try range()
        let (step, overflow) = self.step.multipliedReportingOverflow(by: range.step)
        let view = MemoryView(
            object, bytes, (range.count == 0 ? start : start + range.start * self.step, overflow ? 1 : step, range.count),
            isReadOnly: isReadOnly)
        return interpreter.value(of: view)
    }

    private func bytes() throws(Raised) -> BytesObject {
        guard let source else { throw .value("operation forbidden on released memoryview object") }
        return source.bytes
    }

    private func writable() throws(Raised) -> BytesObject {
        let bytes = try bytes()
        if isReadOnly { throw .type("cannot modify read-only memory") }
        return bytes
    }

    // MARK: - Abilities

    func buffer() throws -> [UInt8] {
        let bytes = try bytes().bytes
        if step == 1 { return Array(bytes[start..<start + count]) }
        return (0..<count).map { bytes[start + $0 * step] }
    }

    func length(_ interpreter: Interpreter) throws -> Int {
        _ = try bytes()
        return count
    }

    func iterate(_ interpreter: Interpreter) throws -> IteratorObject {
        _ = try bytes()
        var index = 0
        return ClosureIterator("memory_iterator") { [self] _ in
            guard index < count else { return nil }
            index += 1
            return .int(Int(try bytes().bytes[start + (index - 1) * step]))
        }
    }

    private func place(_ index: Value, _ interpreter: Interpreter) throws -> Int {
        guard MemoryView.isIndex(index, interpreter) else { throw Raised.type("memoryview: invalid slice key") }
        if case .bigInt = interpreter.plain(index) { throw Raised.index("cannot fit 'int' into an index-sized integer") }
        let given = try interpreter.index(index)
        let place = given < 0 ? given &+ count : given
        guard place >= 0, place < count else { throw Raised.index("index out of bounds on dimension 1") }
        return start + place * step
    }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        _ = try bytes()
        if case .slice(let slice) = index {
            return try part(interpreter.resolve(slice, count: count), isReadOnly: isReadOnly, interpreter)
        }
        if case .tuple(let places) = index {
            if places.count > 1 { throw Raised.type("cannot index 1-dimension view with \(places.count)-element tuple") }
            guard let place = places.items.first else { throw Raised(.notImplementedError, "sub-views are not implemented") }
            return try item(at: place, interpreter)
        }
        let place = try place(index, interpreter)
        return .int(Int(try bytes().bytes[place]))
    }

    func setItem(at index: Value, to value: Value, _ interpreter: Interpreter) throws {
        _ = try writable()
        if case .slice(let slice) = index {
            guard let new = try interpreter.buffer(value) else {
                throw Raised.type("a bytes-like object is required, not '\(interpreter.typeName(of: value))'")
            }
            let range = try interpreter.resolve(slice, count: count)
            let bytes = try writable()
            guard new.count == range.count else {
                throw Raised.value("memoryview assignment: lvalue and rvalue have different structures")
            }
            for (offset, byte) in new.enumerated() { bytes.bytes[start + (range.start + offset * range.step) * step] = byte }
            return
        }
        let place = try place(index, interpreter)
        guard MemoryView.isIndex(value, interpreter) else { throw Raised.type("memoryview: invalid type for format 'B'") }
        guard let byte = UInt8(exactly: try interpreter.anyInteger(value)) else {
            throw Raised.value("memoryview: invalid value for format 'B'")
        }
        // Asking for the number may have run code of the script.
        try writable().bytes[place] = byte
    }

    func deleteItem(at index: Value, _ interpreter: Interpreter) throws {
        _ = try writable()
        throw Raised.type("cannot delete memory")
    }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .equal || operation == .notEqual else { return nil }
        if case .host(let box) = other {
            if box.object === self { return .bool(operation == .equal) }
            if let view = box.object as? MemoryView, view.source == nil { return .bool(operation == .notEqual) }
        }
        if source == nil { return .bool(operation == .notEqual) }
        guard let bytes = try interpreter.buffer(other) else { return nil }
        return .bool((try buffer() == bytes) == (operation == .equal))
    }

    func scriptHash(_ interpreter: Interpreter) throws -> Int {
        if let hash { return hash }
        let bytes = try buffer()
        if !isReadOnly { throw Raised.value("cannot hash writable memoryview object") }
        let made = try interpreter.hash(.bytes(BytesObject(bytes)))
        hash = made
        return made
    }

    /// `b"..." + view`; a view has no other arithmetic.
    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .add, reflected, case .bytes(let left) = other else { return nil }
        try interpreter.charge(bytes: left.count + count)
        return .bytes(BytesObject(left.bytes + (try buffer())))
    }

    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value? { nil }

    // MARK: - Table

    private static func own(_ call: Call) throws(Raised) -> MemoryView { try call.host(0, as: MemoryView.self) }

    private static var table: NativeType {
        NativeType(
            "memoryview", doc: "The bytes of another object, without a copy: slices see the same bytes.",
            constructor: Native("memoryview(object)", "Create a new memoryview object which references the given object.", make),
            methods: methods, properties: properties, isInheritable: false)
    }

    private static var methods: [Native] {
        [
            Native("tobytes(self, /, order='C')", "Return the data in the buffer as a byte string.") { call in
                let view = try own(call)
                try call.interpreter.charge(bytes: view.count)
                return .bytes(BytesObject(try view.buffer()))
            },
            Native("tolist(self, /)", "Return the data in the buffer as a list of elements.") { call in
                let view = try own(call)
                try call.interpreter.charge(count: view.count, of: 16)
                return .list(try view.buffer().map { .int(Int($0)) })
            },
            Native("hex(self, sep=<unset>, bytes_per_sep=1)", "Return the data in the buffer as a str of hexadecimal numbers.") { call in
                try BytesMethods.hex(own(call).buffer(), call)
            },
            Native("toreadonly(self, /)", "Return a readonly version of the memoryview.") { call in
                let view = try own(call)
                return try view.part((0, 1, view.count), isReadOnly: true, call.interpreter)
            },
            Native("release(self, /)", "Release the underlying buffer exposed by the memoryview object.") { call in
                try own(call).release()
                return .none
            },
            Native("__len__(self, /)", "Return len(self).") { .int(try own($0).length($0.interpreter)) },
            Native("__iter__(self, /)", "Implement iter(self).") { .iterator(try own($0).iterate($0.interpreter)) },
            Native("__getitem__(self, key, /)", "Return self[key].") { try own($0).item(at: $0[1], $0.interpreter) },
            Native("__setitem__(self, key, value, /)", "Set self[key] to value.") { call in
                try own(call).setItem(at: call[1], to: call[2], call.interpreter)
                return .none
            },
            Native("__delitem__(self, key, /)", "Delete self[key].") { call in
                try own(call).deleteItem(at: call[1], call.interpreter)
                return .none
            },
            Native("__eq__(self, value, /)", "Return self==value.") { call in
                try own(call).compare(.equal, call[1], call.interpreter) ?? .notImplemented
            },
            Native("__ne__(self, value, /)", "Return self!=value.") { call in
                try own(call).compare(.notEqual, call[1], call.interpreter) ?? .notImplemented
            },
            Native("__hash__(self, /)", "Return hash(self).") { .int(try own($0).scriptHash($0.interpreter)) },
            Native("__enter__(self, /)", "The view itself.") { call in
                _ = try own(call).bytes()
                return call[0]
            },
            Native("__exit__(self, /, *args)", "Release the view.") { call in
                try own(call).release()
                return .none
            },
        ]
    }

    private static func property(_ name: String, _ doc: String, _ get: @escaping (MemoryView) -> Value) -> NativeProperty {
        NativeProperty(
            name, doc,
            get: { call in
                let view = try own(call)
                _ = try view.bytes()
                return get(view)
            })
    }

    private static var properties: [NativeProperty] {
        [
            property("obj", "The underlying object of the memoryview.") { $0.source?.object ?? .none },
            property("nbytes", "The amount of space in bytes that the array would use in a contiguous representation.") { .int($0.count) },
            property("readonly", "A bool indicating whether the memory is read only.") { .bool($0.isReadOnly) },
            property("itemsize", "The size in bytes of each element of the memoryview.") { _ in .int(1) },
            property("format", "A string containing the format for each element in the view.") { _ in .str("B") },
            property("ndim", "How many dimensions of an array the memory represents.") { _ in .int(1) },
            property("shape", "The size of each dimension.") { .tuple([.int($0.count)]) },
            property("strides", "The distance in bytes between the elements of each dimension.") { .tuple([.int($0.step)]) },
            property("suboffsets", "Used internally for PIL-style arrays.") { _ in .tuple([]) },
            property("c_contiguous", "Whether the memory is C contiguous.") { .bool($0.step == 1 || $0.count < 2) },
            property("f_contiguous", "Whether the memory is Fortran contiguous.") { .bool($0.step == 1 || $0.count < 2) },
            property("contiguous", "Whether the memory is contiguous.") { .bool($0.step == 1 || $0.count < 2) },
        ]
    }
}
