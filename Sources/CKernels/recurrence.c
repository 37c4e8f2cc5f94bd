// The weights of a recurrent layer's state, laid out for the steps forward and backward in time; see "lstm.c" and "gru.c".
#include "blocks.h"
#include "path.h"

size_t ck_recurrent_packed_count(size_t units, size_t gates) { return 16 * gates * blocks_of(units) * units; }
size_t ck_recurrent_scratch(size_t rows, size_t units) { return rows * 80 * blocks_of(units); }

/// [u][gates · u] to [bundle of columns][u][whole blocks of the bundle].
void ck_recurrent_pack(const float *weights, size_t units, size_t gates, float *packed) {
    const size_t columns = gates * units;
    for (size_t bundle = 0; bundle < bundle_count(columns); bundle++) {
        const size_t first = 16 * bundle_start(columns, bundle), end = 16 * bundle_start(columns, bundle + 1);
        const size_t filled = (end < columns ? end : columns) - first;
        for (size_t k = 0; k < units; k++, packed += end - first) {
            memset(packed, 0, (end - first) * sizeof(float));
            memcpy(packed, weights + k * columns + first, filled * sizeof(float));
        }
    }
}

/// [u][gates · u] to its transpose [gates · u][u rounded up to sixteen].
void ck_recurrent_pack_transposed(const float *weights, size_t units, size_t gates, float *packed) {
    const size_t row = 16 * blocks_of(units), columns = gates * units;
    memset(packed, 0, columns * row * sizeof(float));
    for (size_t unit = 0; unit < units; unit++)
        for (size_t column = 0; column < columns; column++) packed[column * row + unit] = weights[unit * columns + column];
}
