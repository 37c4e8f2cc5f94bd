// Training: see Docs/Architecture.md.
