import Testing

import Terminal
