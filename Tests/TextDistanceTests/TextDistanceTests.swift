import Testing

import TextDistance

