// The weights of a recurrent layer's state, laid out for the steps forward and backward in time; see "lstm.c" and "gru.c".
#include "blocks.h"
#include "path.h"

size_t ck_recurrent_packed_count(size_t units, size_t gates) { return 16 * gates * blocks_of(units) * units; }
size_t ck_recurrent_scratch(size_t rows, size_t units) { return rows * 80 * blocks_of(units); }

/// [u][gates · u] to [block of sixteen units][u][gate][16]: the gates of a unit side by side.
void ck_recurrent_pack(const float *weights, size_t units, size_t gates, float *packed) {
    for (size_t block = 0; block < blocks_of(units); block++)
        for (size_t k = 0; k < units; k++)
            for (size_t gate = 0; gate < gates; gate++, packed += 16) {
                size_t lanes = units - 16 * block < 16 ? units - 16 * block : 16;
                memset(packed, 0, 16 * sizeof(float));
                memcpy(packed, weights + (gates * k + gate) * units + 16 * block, lanes * sizeof(float));
            }
}

/// [u][gates · u] to its transpose [gates · u][u rounded up to sixteen].
void ck_recurrent_pack_transposed(const float *weights, size_t units, size_t gates, float *packed) {
    const size_t row = 16 * blocks_of(units), columns = gates * units;
    memset(packed, 0, columns * row * sizeof(float));
    for (size_t unit = 0; unit < units; unit++)
        for (size_t column = 0; column < columns; column++) packed[column * row + unit] = weights[unit * columns + column];
}
