// Commands: see Docs/Architecture.md.
