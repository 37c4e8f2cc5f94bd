import Testing

import ScriptLibrary
