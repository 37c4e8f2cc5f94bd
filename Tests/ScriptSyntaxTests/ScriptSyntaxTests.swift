import Testing

import ScriptSyntax
