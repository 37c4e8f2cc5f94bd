// Recognition: see Docs/Architecture.md.
