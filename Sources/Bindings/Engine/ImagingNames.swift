import Imaging

/// Pixels of an image's side; NeuralNetworks has an `Extent` of its own.
typealias ImageExtent = Extent
