/// The bytes of a tensor, shared by all tensors that are the same elements.
///
/// Unchecked, because the compiler cannot see that the bytes are written only by the operation that made the storage,
/// before anyone else has it, or through `Tensor.withMutable`, which first makes sure that nobody else has it.
package final class Storage: @unchecked Sendable {
    package let pointer: UnsafeMutableRawPointer
    private let capacity: Int

    package init(bytes: Int, _ operation: String) throws {
        (pointer, capacity) = try MemoryPool.take(bytes, operation)
    }

    deinit { MemoryPool.giveBack(pointer, capacity: capacity) }
}

/// A pooled working buffer for the length of one operation.
package func withScratch<Element: BitwiseCopyable, Result>(
    _ count: Int, of type: Element.Type, _ operation: String, _ body: (UnsafeMutablePointer<Element>) throws -> Result
) throws -> Result {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    if overflow || count < 0 { throw TensorError.countOverflow(operation: operation, shape: [count]) }
    let storage = try Storage(bytes: bytes, operation)
    // The storage outlives the body, and holds `count` elements of a trivial type.
    return try withExtendedLifetime(storage) { try body(storage.pointer.bindMemory(to: type, capacity: count)) }
}
