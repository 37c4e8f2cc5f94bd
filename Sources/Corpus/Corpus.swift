// Corpus: see Docs/Architecture.md.
