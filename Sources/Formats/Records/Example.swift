import SwiftProtobuf

/// A flat record of named features, as `tf.train.Example`.
public struct Example: Equatable, Sendable {
    public var features: [String: FeatureValues]

    public init(features: [String: FeatureValues] = [:]) {
        self.features = features
    }

    /// - Throws: `FormatsError.badMessage` when the bytes are no such message.
    public init(serialized bytes: [UInt8]) throws {
        let message = try WireExample(decoding: bytes, format: .example)
        features = message.features.feature.mapValues(FeatureValues.init)
    }

    /// The same bytes for the same content.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }
}

/// A record with features of its own and lists of features, one entry for each part, as `tf.train.SequenceExample`.
public struct SequenceExample: Equatable, Sendable {
    public var context: [String: FeatureValues]
    public var featureLists: [String: [FeatureValues]]

    public init(context: [String: FeatureValues] = [:], featureLists: [String: [FeatureValues]] = [:]) {
        self.context = context
        self.featureLists = featureLists
    }

    /// - Throws: `FormatsError.badMessage` when the bytes are no such message.
    public init(serialized bytes: [UInt8]) throws {
        let message = try WireSequenceExample(decoding: bytes, format: .sequenceExample)
        context = message.context.feature.mapValues(FeatureValues.init)
        featureLists = message.featureLists.featureList.mapValues { $0.feature.map(FeatureValues.init) }
    }

    /// The same bytes for the same content.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// The integers of a feature list whose entries hold one each.
    ///
    /// - Throws: `FormatsError.badMessage` naming the list and the entry that is not one integer.
    public func integers(_ name: String) throws -> [Int] {
        try list(name, of: "one integer", \.singleInteger)
    }

    /// The floats of a feature list whose entries hold one each.
    ///
    /// - Throws: `FormatsError.badMessage` naming the list and the entry that is not one float.
    public func floats(_ name: String) throws -> [Float] {
        try list(name, of: "one float", \.singleFloat)
    }

    /// The integer of the context feature `name`.
    ///
    /// - Throws: `FormatsError.badMessage` when there is no such feature, or it is not one integer.
    public func integer(_ name: String) throws -> Int {
        guard let value = context[name]?.singleInteger else {
            throw FormatsError.badMessage(format: .sequenceExample, problem: "context feature '\(name)' is not one integer")
        }
        return value
    }

    /// The byte string of the context feature `name`.
    ///
    /// - Throws: `FormatsError.badMessage` when there is no such feature, or it is not one byte string.
    public func bytes(_ name: String) throws -> [UInt8] {
        guard let value = context[name]?.singleBytes else {
            throw FormatsError.badMessage(format: .sequenceExample, problem: "context feature '\(name)' is not one byte string")
        }
        return value
    }

    private func list<Value>(_ name: String, of kind: String, _ value: (FeatureValues) -> Value?) throws -> [Value] {
        guard let entries = featureLists[name] else {
            throw FormatsError.badMessage(format: .sequenceExample, problem: "there is no feature list '\(name)'")
        }
        return try entries.enumerated().map { index, entry in
            guard let value = value(entry) else {
                throw FormatsError.badMessage(
                    format: .sequenceExample, problem: "entry \(index) of the feature list '\(name)' is not \(kind)")
            }
            return value
        }
    }
}
