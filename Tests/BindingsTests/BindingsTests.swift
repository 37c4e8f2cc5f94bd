import Testing

import Bindings
