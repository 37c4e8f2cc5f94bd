// How filters are cut into bundles of blocks of sixteen, the same on every code path.
#pragma once
#include "path.h"

/// The most blocks a bundle has: what one call of the inner loop works on with AVX-512.
enum { bundle_blocks = 6 };

static inline size_t blocks_of(size_t count) { return (count + 15) / 16; }
static inline size_t bundle_count(size_t filters) { return (blocks_of(filters) + bundle_blocks - 1) / bundle_blocks; }
/// The first block of a bundle: even shares, so 8 blocks are 4 + 4 and not 6 + 2.
static inline size_t bundle_start(size_t filters, size_t bundle) {
    return blocks_of(filters) * bundle / bundle_count(filters);
}
