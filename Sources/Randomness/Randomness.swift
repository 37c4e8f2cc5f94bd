// Randomness: see Docs/Architecture.md.
