import Testing

import Doctest
