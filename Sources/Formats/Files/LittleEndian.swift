/// The bytes of `value`, lowest first.
func littleEndianBytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// The number whose bytes, lowest first, are `bytes`; bytes beyond the width of `Number` are ignored.
func littleEndianInteger<Number: FixedWidthInteger & UnsignedInteger>(_ bytes: ArraySlice<UInt8>, as: Number.Type) -> Number {
    bytes.prefix(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
}
