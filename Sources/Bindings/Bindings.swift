// Bindings: see Docs/Architecture.md.
