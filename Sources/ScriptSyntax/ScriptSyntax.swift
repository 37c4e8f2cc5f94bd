// ScriptSyntax: see Docs/Architecture.md.
