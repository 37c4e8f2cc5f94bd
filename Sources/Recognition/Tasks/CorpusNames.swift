import Corpus

// The corpus and the training loop both know batches and their sources; within this module those of the corpus have these names.
// (The module's name cannot tell them apart: it is also the name of its main type.)
typealias ExampleSource = BatchSource
typealias ExampleBatch = Batch
