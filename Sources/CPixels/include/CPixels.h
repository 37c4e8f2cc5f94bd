// Hot loops over bytes: checksums and the scaling of pixels. Every path of a function gives the same bits; the CPU decides which runs.
#ifndef CPIXELS_H
#define CPIXELS_H

#include <stddef.h>
#include <stdint.h>

// Goes on with a CRC32C whose inverted state so far is `state`.
uint32_t cp_crc32c(uint32_t state, const uint8_t *bytes, size_t count);
// The same without the CPU's own instruction.
uint32_t cp_crc32c_portable(uint32_t state, const uint8_t *bytes, size_t count);

// Bits of fraction of a weight.
enum { cp_weight_bits = 22 };

// Scales `rows` rows of grey pixels that lie `stride` bytes apart to `columns` pixels each, without gaps in `target`. New pixel x is the sum
// of source[starts[x] + k] * weights[k * columns + x] over k < taps, rounded and held to 0...255. `taps` is a multiple of 4, and
// starts[x] + taps is never beyond the end of a row.
void cp_scale_rows(const uint8_t *source, size_t stride, size_t rows, const int32_t *starts, const int32_t *weights, size_t taps,
                   size_t columns, uint8_t *target);
void cp_scale_rows_portable(const uint8_t *source, size_t stride, size_t rows, const int32_t *starts, const int32_t *weights, size_t taps,
                            size_t columns, uint8_t *target);

// Scales along the rows of `length` bytes: new row y is the sum of row starts[y] + k times weights[y * taps + k] over k < counts[y].
void cp_scale_columns(const uint8_t *source, size_t length, const int32_t *starts, const int32_t *counts, const int32_t *weights, size_t taps,
                      size_t rows, uint8_t *target);
void cp_scale_columns_portable(const uint8_t *source, size_t length, const int32_t *starts, const int32_t *counts, const int32_t *weights,
                               size_t taps, size_t rows, uint8_t *target);

#endif
