// Tensors: see Docs/Architecture.md.
