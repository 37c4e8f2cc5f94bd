import Training

// See CorpusNames.swift.
typealias TrainingSource = BatchSource
typealias TrainingBatch = Batch
