import Testing

import ScriptRuntime
