// ScriptRuntime: see Docs/Architecture.md.
