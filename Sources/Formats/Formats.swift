// Formats: see Docs/Architecture.md.
