public import NeuralNetworks
public import Tensors

/// A network: from features to what a task can judge. Written in Swift, or in a script through an adapter.
public protocol Model: AnyObject {
    /// Describes the model; first part of the names of its variables and of folders.
    var name: String { get }

    /// The output for a batch. Variables are asked of `pass` (directly or by layers) under short names; the trainer puts `name`
    /// before them.
    func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput

    /// Which variables of a run in `folder` this model starts from: pairs of name prefixes, theirs and ours (`a/conv0/` and `b/conv0/`).
    /// An empty list takes every variable whose name is equal.
    func initializePretrained(from folder: String) throws -> [(theirs: String, ours: String)]
}

extension Model {
    public func initializePretrained(from folder: String) throws -> [(theirs: String, ours: String)] { [] }
}
