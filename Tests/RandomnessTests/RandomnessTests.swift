import Testing

import Randomness
