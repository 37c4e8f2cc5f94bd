// Terminal: see Docs/Architecture.md.
