import Foundation
import SwiftProtobuf

/// The values of one feature: byte strings, floats or integers.
public enum FeatureValues: Equatable, Sendable {
    case bytes([[UInt8]])
    case floats([Float])
    case integers([Int64])

    /// One byte string.
    public static func byteString(_ value: [UInt8]) -> FeatureValues { .bytes([value]) }

    /// One integer.
    public static func integer(_ value: Int) -> FeatureValues { .integers([Int64(value)]) }

    /// One UTF-8 string.
    public static func string(_ value: String) -> FeatureValues { .bytes([Array(value.utf8)]) }

    /// The single byte string, if that is what this is.
    public var singleBytes: [UInt8]? {
        if case .bytes(let values) = self, values.count == 1 { values[0] } else { nil }
    }

    /// The single integer, if that is what this is.
    public var singleInteger: Int? {
        if case .integers(let values) = self, values.count == 1 { Int(exactly: values[0]) } else { nil }
    }

    /// The single float, if that is what this is.
    public var singleFloat: Float? {
        if case .floats(let values) = self, values.count == 1 { values[0] } else { nil }
    }
}

// MARK: - Implementation

extension FeatureValues {
    init(_ message: WireFeature) {
        switch message.kind {
        case .bytesList(let list): self = .bytes(list.value.map { [UInt8]($0) })
        case .floatList(let list): self = .floats(list.value)
        case .int64List(let list): self = .integers(list.value)
        // A feature without a kind has no values; which kind of none cannot be told.
        case nil: self = .bytes([])
        }
    }
}

extension SwiftProtobuf.Message {
    /// Bytes that depend on the content alone: map entries in the order of their keys.
    func deterministicBytes() throws -> [UInt8] {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        return try serializedBytes(options: options)
    }

    /// Decodes a message; `format` names it in the error.
    init(decoding bytes: [UInt8], format: FormatsError.Format) throws {
        do {
            try self.init(serializedBytes: bytes)
        } catch {
            throw FormatsError.badMessage(format: format, problem: "\(bytes.count) bytes cannot be decoded (\(error))")
        }
    }
}
