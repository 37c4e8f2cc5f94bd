import Testing

import Commands
