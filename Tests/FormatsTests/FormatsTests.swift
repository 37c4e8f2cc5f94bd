import Testing

import Formats
