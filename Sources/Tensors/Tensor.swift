/// Numbers in a box of any rank: a value, never changed by an operation.
///
/// Elements are contiguous, last axis fastest. Operations broadcast as NumPy does, throw `TensorError`, and record themselves
/// on a `Tape` when one of their inputs is watched by it.
///
/// Letters in shapes here and in the neighbours: n examples, h rows, w columns, c channels, t time steps, k classes.
public struct Tensor: Sendable {
    package var storage: Storage
    public let shape: [Int]
    /// The number of elements.
    public let count: Int
    public let dtype: DType
    /// Where this tensor stands on a tape; nil for a constant.
    package var trace: Trace?

    /// A tensor over `storage`, which holds `count` elements, the product of `shape`.
    package init(storage: Storage, shape: [Int], count: Int, dtype: DType, trace: Trace? = nil) {
        self.storage = storage
        self.shape = shape
        self.count = count
        self.dtype = dtype
        self.trace = trace
    }

    /// The number of axes.
    public var rank: Int { shape.count }

    /// Bytes of all elements.
    public var byteCount: Int { count * dtype.size }

    /// Whether some tape watches this tensor.
    public var isTraced: Bool { trace != nil }

    /// The same elements as a constant: no gradient flows through the result.
    public var detached: Tensor {
        var copy = self
        copy.trace = nil
        return copy
    }

    /// Room for a result; its elements are undefined until the operation has written them all.
    package static func uninitialized(_ shape: [Int], _ dtype: DType, _ operation: String) throws -> Tensor {
        try uninitialized(shape, count: Shape.count(shape, operation), dtype, operation)
    }

    /// The same when `count` is known to be the product of `shape`.
    package static func uninitialized(_ shape: [Int], count: Int, _ dtype: DType, _ operation: String) throws -> Tensor {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.size)
        if overflow { throw TensorError.countOverflow(operation: operation, shape: shape) }
        return Tensor(storage: try Storage(bytes: bytes, operation), shape: shape, count: count, dtype: dtype)
    }
}

// MARK: - From and to Swift

extension Tensor {
    /// A scalar (shape `()`).
    public init<Element: TensorElement>(_ value: Element) throws {
        self = try .uninitialized([], count: 1, Element.dtype, "tensor")
        start(of: Element.self)[0] = value
    }

    /// `elements` in reading order.
    public init<Element: TensorElement>(_ elements: [Element], shape: [Int]) throws {
        self = try elements.withUnsafeBufferPointer { try Tensor($0, shape: shape) }
    }

    /// A row of elements.
    public init<Element: TensorElement>(_ elements: [Element]) throws {
        try self.init(elements, shape: [elements.count])
    }

    public init<Element: TensorElement>(_ elements: UnsafeBufferPointer<Element>, shape: [Int]) throws {
        let count = try Shape.count(shape, "tensor")
        guard elements.count == count else {
            throw TensorError.wrongCount(operation: "tensor", found: elements.count, shape: shape)
        }
        self = try .uninitialized(shape, count: count, Element.dtype, "tensor")
        if let base = elements.baseAddress { start(of: Element.self).update(from: base, count: count) }
    }

    /// Whole numbers as an int64 tensor.
    public init(_ elements: [Int], shape: [Int]? = nil) throws {
        try self.init(elements.map(Int64.init), shape: shape ?? [elements.count])
    }

    /// Elements from memory in this machine's byte order, as files hold them.
    public init(dtype: DType, shape: [Int], bytes: UnsafeRawBufferPointer) throws {
        self = try .uninitialized(shape, dtype, "tensor")
        guard bytes.count == byteCount else {
            throw TensorError.wrongCount(operation: "tensor", found: bytes.count / dtype.size, shape: shape)
        }
        if dtype == .bool {
            // A bool must be 0 or 1 in memory; a file may hold anything.
            let target = start(of: UInt8.self)
            for index in 0..<count { target[index] = bytes[index] == 0 ? 0 : 1 }
        } else if let base = bytes.baseAddress {
            storage.pointer.copyMemory(from: base, byteCount: byteCount)
        }
    }

    /// The elements in reading order, converted where the kind differs.
    public func elements<Element: TensorElement>(as type: Element.Type = Element.self) -> [Element] {
        withElements { (source: UnsafeBufferPointer<Element>) in Array(source) }
    }

    /// The elements as whole numbers; fractions are cut off.
    public var integers: [Int] { elements(as: Int64.self).map(Int.init) }

    /// The one element as a double.
    public func item() throws -> Double {
        guard count == 1 else { throw TensorError.notOneElement(operation: "item", shape: shape) }
        return elements(as: Double.self)[0]
    }

    /// The truth of the one element.
    public func truth() throws -> Bool {
        guard count == 1 else { throw TensorError.ambiguousTruth(shape: shape) }
        return elements(as: Bool.self)[0]
    }

    /// The elements for reading, converted first where the kind differs.
    public func withElements<Element: TensorElement, Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result {
        if dtype == Element.dtype {
            return try withExtendedLifetime(storage) {
                try body(UnsafeBufferPointer(start: UnsafePointer(start(of: Element.self)), count: count))
            }
        }
        let converted = [Element](unsafeUninitializedCapacity: count) { buffer, filled in
            if let base = buffer.baseAddress { Conversion.run(storage.pointer, dtype, to: base, count) }
            filled = count
        }
        return try converted.withUnsafeBufferPointer(body)
    }

    /// The bytes for reading, in this machine's byte order.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(storage) {
            try body(UnsafeRawBufferPointer(start: storage.pointer, count: byteCount))
        }
    }
}

// MARK: - Elements

extension Tensor {
    /// The first element. Valid while `storage` lives; the caller knows that `Element.dtype` is this tensor's.
    package func start<Element: TensorElement>(of type: Element.Type) -> UnsafeMutablePointer<Element> {
        storage.pointer.assumingMemoryBound(to: type)
    }

    package var float32: UnsafeMutablePointer<Float> { start(of: Float.self) }
    package var float64: UnsafeMutablePointer<Double> { start(of: Double.self) }
    package var int64: UnsafeMutablePointer<Int64> { start(of: Int64.self) }

    /// Whether no other tensor has these elements.
    package mutating func isUnshared() -> Bool { isKnownUniquelyReferenced(&storage) }

    /// The elements for changing in place; copied first when another tensor shares them. The result is a constant.
    package mutating func withMutable<Element: TensorElement, Result>(
        _ type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
    ) throws -> Result {
        precondition(type.dtype == dtype, "the element type is the tensor's")
        trace = nil
        if !isUnshared() {
            let copy = try Storage(bytes: byteCount, "update")
            copy.pointer.copyMemory(from: storage.pointer, byteCount: byteCount)
            storage = copy
        }
        return try body(UnsafeMutableBufferPointer(start: start(of: type), count: count))
    }
}
