// ScriptLibrary: see Docs/Architecture.md.
