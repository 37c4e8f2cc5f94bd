import Testing

import ScriptSession
