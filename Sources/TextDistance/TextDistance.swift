// TextDistance: see Docs/Architecture.md.
