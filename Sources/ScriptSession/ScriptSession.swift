// ScriptSession: see Docs/Architecture.md.
