import Testing

import TextDistance
