import ScriptRuntime

/// The methods and attributes of `memoryview`.
extension MemoryView {
    private static func own(_ call: Call) throws(Raised) -> MemoryView { try call.host(0, as: MemoryView.self) }

    static var table: NativeType {
        NativeType(
            "memoryview", doc: "The bytes of another object, without a copy: slices see the same bytes.",
            constructor: Native("memoryview(object)", "Create a new memoryview object which references the given object.", make),
            methods: methods, properties: properties, isInheritable: false)
    }

    private static var methods: [Native] {
        [
            Native("tobytes(self, /, order='C')", "Return the data in the buffer as a byte string.") { call in
                let view = try own(call)
                let bytes = try view.bytes()
                _ = bytes
                var order = "C"
                if !call[1].isNone {
                    guard case .str(let text) = call.plain(1) else {
                        throw Raised.type("tobytes() argument 'order' must be str or None, not \(call.interpreter.typeName(of: call[1]))")
                    }
                    order = text.string
                }
                guard ["C", "F", "A"].contains(order) else { throw Raised.value("order must be 'C', 'F' or 'A'") }
                try call.interpreter.charge(bytes: view.layout.byteCount)
                let firstFastest = order == "F" || order == "A" && !view.layout.isContiguous && view.layout.isFortranContiguous
                return .bytes(BytesObject(try view.buffer(firstFastest: firstFastest)))
            },
            Native("tolist(self, /)", "Return the data in the buffer as a list of elements.") { call in
                let view = try own(call)
                try call.interpreter.charge(count: view.layout.count, of: 16)
                return view.list(try view.bytes().bytes, view.layout.start, 0)
            },
            Native("hex(self, sep=<unset>, bytes_per_sep=1)", "Return the data in the buffer as a str of hexadecimal numbers.") { call in
                try BytesMethods.hex(own(call).buffer(), call)
            },
            Native("toreadonly(self, /)", "Return a readonly version of the memoryview.") { call in
                let view = try own(call)
                return try view.part(isReadOnly: true, call.interpreter) { view.layout }
            },
            Native("cast(self, format, shape=<unset>)", "Cast a memoryview to a new format or shape.", cast),
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

    /// The items as lists of lists.
    private func list(_ bytes: [UInt8], _ place: Int, _ dimension: Int) -> Value {
        if dimension == layout.shape.count { return layout.format.value(bytes, at: place) }
        return .list((0..<layout.shape[dimension]).map { list(bytes, place + $0 * layout.strides[dimension], dimension + 1) })
    }

    private static func cast(_ call: Call) throws -> Value {
        let view = try own(call)
        _ = try view.bytes()
        guard case .str(let text) = call.plain(1) else {
            throw Raised.type("cast() argument 'format' must be str, not \(call.shortTypeName(call[1]))")
        }
        let layout = view.layout
        guard layout.isContiguous else { throw Raised.type("memoryview: casts are restricted to C-contiguous views") }
        if call.has(2) || layout.shape.count != 1, layout.shape.contains(0) {
            throw Raised.type("memoryview: cannot cast view with zeros in shape or strides")
        }
        var shape: [Value]?
        if call.has(2) {
            switch call.plain(2) {
            case .list(let list): shape = list.items
            case .tuple(let tuple): shape = tuple.items
            default: throw Raised.type("shape must be a list or a tuple")
            }
        }
        if let shape {
            if shape.count > 64 { throw Raised.value("memoryview: number of dimensions must not exceed 64") }
            if layout.shape.count != 1, shape.count != 1 { throw Raised.type("memoryview: cast must be 1D -> ND or ND -> 1D") }
        }
        guard let format = ViewFormat(text.string) else {
            throw Raised.value("memoryview: destination format must be a native single character format prefixed with an optional '@'")
        }
        guard layout.format.isByte || format.isByte else { throw Raised.type("memoryview: cannot cast between two non-byte formats") }
        guard layout.byteCount % format.size == 0 else { throw Raised.type("memoryview: length is not a multiple of itemsize") }
        var extents = [layout.byteCount / format.size]
        if let shape { extents = try self.extents(shape, format.size, layout.byteCount, call.interpreter) }
        return try view.part(isReadOnly: view.isReadOnly, call.interpreter) { Layout(format, start: layout.start, shape: extents) }
    }

    private static func extents(_ shape: [Value], _ size: Int, _ byteCount: Int, _ interpreter: Interpreter) throws -> [Int] {
        var extents: [Int] = []
        var product = size
        for value in shape {
            let extent: Int
            switch interpreter.plain(value) {
            case .int(let given): extent = given
            case .bool(let flag): extent = flag ? 1 : 0
            case .bigInt: throw Raised(.overflowError, "Python int too large to convert to C ssize_t")
            default: throw Raised.type("memoryview.cast(): elements of shape must be integers")
            }
            if extent <= 0 { throw Raised.value("memoryview.cast(): elements of shape must be integers > 0") }
            let (bytes, overflow) = product.multipliedReportingOverflow(by: extent)
            if overflow { throw Raised.value("memoryview.cast(): product(shape) > SSIZE_MAX") }
            product = bytes
            extents.append(extent)
        }
        guard product == byteCount else { throw Raised.type("memoryview: product(shape) * itemsize != buffer size") }
        return extents
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
            property("nbytes", "The amount of space in bytes that the array would use in a contiguous representation.") {
                .int($0.layout.byteCount)
            },
            property("readonly", "A bool indicating whether the memory is read only.") { .bool($0.isReadOnly) },
            property("itemsize", "The size in bytes of each element of the memoryview.") { .int($0.layout.format.size) },
            property("format", "A string containing the format for each element in the view.") { .str($0.layout.format.text) },
            property("ndim", "How many dimensions of an array the memory represents.") { .int($0.layout.shape.count) },
            property("shape", "The size of each dimension.") { .tuple($0.layout.shape.map { .int($0) }) },
            property("strides", "The distance in bytes between the elements of each dimension.") {
                .tuple($0.layout.strides.map { .int($0) })
            },
            property("suboffsets", "Used internally for PIL-style arrays.") { _ in .tuple([]) },
            property("c_contiguous", "Whether the memory is C contiguous.") { .bool($0.layout.isContiguous) },
            property("f_contiguous", "Whether the memory is Fortran contiguous.") { .bool($0.layout.isFortranContiguous) },
            property("contiguous", "Whether the memory is contiguous.") { .bool($0.layout.isContiguous || $0.layout.isFortranContiguous) },
        ]
    }
}
