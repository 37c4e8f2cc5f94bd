// NeuralNetworks: see Docs/Architecture.md.
