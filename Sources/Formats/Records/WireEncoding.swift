/// The bytes of `tf.train.Example` and `SequenceExample` as protocol buffers, for which every length must be known before what it counts.
/// Entries of maps stand in the order of their keys, so that the same content gives the same bytes. They are read by SwiftProtobuf.
///
/// Hundreds of thousands are written, each of which SwiftProtobuf's own encoder walks three times.

extension SequenceExample {
    /// Adds the message to bytes in memory.
    public func append(to bytes: inout [UInt8]) {
        let features = Wire.sorted(context) { $0.wireSize }
        let lists = Wire.sorted(featureLists) { values in values.reduce(0) { $0 + Wire.size(ofField: $1.wireSize) } }
        Wire.append(field: 1, size: Wire.size(ofMap: features), to: &bytes)
        Wire.append(map: features, to: &bytes) { $0.append(to: &$1) }
        Wire.append(field: 2, size: Wire.size(ofMap: lists), to: &bytes)
        Wire.append(map: lists, to: &bytes) { values, bytes in
            for value in values {
                Wire.append(field: 1, size: value.wireSize, to: &bytes)
                value.append(to: &bytes)
            }
        }
    }
}

extension Example {
    func append(to bytes: inout [UInt8]) {
        let features = Wire.sorted(features) { $0.wireSize }
        Wire.append(field: 1, size: Wire.size(ofMap: features), to: &bytes)
        Wire.append(map: features, to: &bytes) { $0.append(to: &$1) }
    }
}

extension FeatureValues {
    /// The bytes of the message `tf.train.Feature`: one list of one kind.
    fileprivate var wireSize: Int { Wire.size(ofField: listSize) }

    private var listSize: Int {
        switch self {
        case .bytes(let values): values.reduce(0) { $0 + Wire.size(ofField: $1.count) }
        case .floats(let values): values.isEmpty ? 0 : Wire.size(ofField: 4 * values.count)
        case .integers(let values): values.isEmpty ? 0 : Wire.size(ofField: Self.size(of: values))
        }
    }

    private static func size(of integers: [Int64]) -> Int { integers.reduce(0) { $0 + Wire.size(of: UInt64(bitPattern: $1)) } }

    fileprivate func append(to bytes: inout [UInt8]) {
        switch self {
        case .bytes(let values):
            Wire.append(field: 1, size: listSize, to: &bytes)
            for value in values {
                Wire.append(field: 1, size: value.count, to: &bytes)
                bytes += value
            }
        case .floats(let values):
            Wire.append(field: 2, size: listSize, to: &bytes)
            if values.isEmpty { return }
            Wire.append(field: 1, size: 4 * values.count, to: &bytes)
            for value in values { bytes += littleEndianBytes(value.bitPattern) }
        case .integers(let values):
            Wire.append(field: 3, size: listSize, to: &bytes)
            if values.isEmpty { return }
            Wire.append(field: 1, size: Self.size(of: values), to: &bytes)
            for value in values { Wire.append(UInt64(bitPattern: value), to: &bytes) }
        }
    }
}

private enum Wire {
    /// An entry of a map with the size of its value.
    struct Entry<Value> {
        var key: String
        var value: Value
        var valueSize: Int

        /// A message with the key as field 1 and the value as field 2.
        var size: Int { Wire.size(ofField: key.utf8.count) + Wire.size(ofField: valueSize) }
    }

    static func sorted<Value>(_ map: [String: Value], size: (Value) -> Int) -> [Entry<Value>] {
        map.map { Entry(key: $0, value: $1, valueSize: size($1)) }.sorted { $0.key < $1.key }
    }

    /// Of a number, 7 bits a byte.
    static func size(of number: UInt64) -> Int { (70 - (number | 1).leadingZeroBitCount) / 7 }

    /// Of a field that holds bytes, its number below 16, with its tag and length.
    static func size(ofField count: Int) -> Int { 1 + size(of: UInt64(count)) + count }

    static func size<Value>(ofMap entries: [Entry<Value>]) -> Int { entries.reduce(0) { $0 + size(ofField: $1.size) } }

    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// The tag and the length of a field that holds bytes.
    static func append(field: UInt8, size: Int, to bytes: inout [UInt8]) {
        bytes.append(field << 3 | 2)
        append(UInt64(size), to: &bytes)
    }

    static func append<Value>(map: [Entry<Value>], to bytes: inout [UInt8], _ value: (Value, inout [UInt8]) -> Void) {
        for entry in map {
            append(field: 1, size: entry.size, to: &bytes)
            append(field: 1, size: entry.key.utf8.count, to: &bytes)
            bytes += entry.key.utf8
            append(field: 2, size: entry.valueSize, to: &bytes)
            value(entry.value, &bytes)
        }
    }
}
