// Doctest: see Docs/Architecture.md.
