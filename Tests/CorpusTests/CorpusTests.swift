import Testing

import Corpus
