// The input gradient of a 3×3 convolution (stride 1, "same") behind ReLU and 2×2 max pooling.
//
// A pooled cell sends the gradient of each filter back from one of the four outputs of its window, known from the argmax;
// cells whose gradient ended send nothing. So the filters of a cell are sorted into four lists, and for sixteen input
// channels at a time each list adds weights times gradients to its 3×3 part of the cell's 4×4 input pixels.
#ifndef CK_PATH
#include "path.h"

/// Filters are taken in parts whose weights, for sixteen channels, fit the first-level cache: 64 · 9 · 64 bytes.
enum { part_blocks = 4 };

static size_t blocks_of(size_t count) { return (count + 15) / 16; }
static size_t part_count(ck_conv3x3 s) { return (blocks_of((size_t)s.filters) + part_blocks - 1) / part_blocks; }
/// First filter of a part: even shares of the blocks.
static size_t part_start(ck_conv3x3 s, size_t part) {
    size_t start = blocks_of((size_t)s.filters) * part / part_count(s) * 16;
    return start < (size_t)s.filters ? start : (size_t)s.filters;
}
static size_t cell_count(ck_conv3x3 s) { return (size_t)(s.height / 2) * (size_t)(s.width / 2); }
static size_t slab_count(ck_conv3x3 s) { return ((size_t)s.height + 2) * ((size_t)s.width + 2) * 16; }
/// Entries of all lists of an image; a compressed store may write sixteen beyond the last.
static size_t entry_count(ck_conv3x3 s) { return cell_count(s) * (size_t)s.filters + 32; }

size_t ck_conv3x3_pool_input_gradient_prepared(ck_conv3x3 s) {
    return 9 * 16 * blocks_of((size_t)s.channels) * (size_t)s.filters;
}
size_t ck_conv3x3_pool_input_gradient_scratch(ck_conv3x3 s) {
    return slab_count(s) + 2 * entry_count(s) + 4 * cell_count(s) * part_count(s);
}
#define CK_SELF "conv3x3_input_gradient.c"
#include "each_path.h"

void ck_conv3x3_pool_input_gradient_prepare(ck_conv3x3 s, const float *weights, float *prepared, size_t first,
                                            size_t last) {
    CK_CALL(prepare_transposed, s, weights, prepared, first, last);
}
void ck_conv3x3_pool_input_gradient(ck_conv3x3 s, const float *dpooled, const uint8_t *argmax, const float *prepared,
                                    float *dx, float *scratch) {
    CK_CALL(input_gradient, s, dpooled, argmax, prepared, dx, scratch);
}

#else
#include "transpose.h"

/// Weights [3][3][c][f] to [part][sixteen channels][filter of the part][9][16], for the blocks of channels first..<last.
static void NAME(prepare_transposed)(ck_conv3x3 s, const float *weights, float *prepared, size_t first, size_t last) {
    const size_t channels = (size_t)s.channels, filters = (size_t)s.filters, padded = 16 * blocks_of(channels);
    for (size_t block = first; block < last; block++)
        for (size_t part = 0; part < part_count(s); part++) {
            const size_t start = part_start(s, part), end = part_start(s, part + 1);
            float *to = prepared + 9 * (start * padded + 16 * block * (end - start));
            for (size_t f = start; f < end; f += 16)
                for (size_t tap = 0; tap < 9; tap++) {
                    const size_t lanes = end - f < 16 ? end - f : 16;
                    f16 rows[16];
                    UNROLL for (size_t k = 0; k < 16; k++) {
                        const size_t c = 16 * block + k;
                        const float *p = weights + (tap * channels + c) * filters + f;
                        rows[k] = c >= channels ? (f16){0} : lanes == 16 ? load16(p) : load_part(p, lanes);
                    }
                    transpose16(rows);
                    for (size_t k = 0; k < lanes; k++) store16(to + ((f - start + k) * 9 + tap) * 16, rows[k]);
                }
        }
}

/// Appends the filters of `count` whose maximum is at `place` to a list of gradients and weight offsets; returns how many.
INLINE size_t NAME(append)(const float *dpooled, const uint8_t *argmax, size_t count, uint8_t place, float *values,
                           int32_t *offsets) {
    size_t found = 0, f = 0;
#if CK_LEVEL == 2
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    for (; f + 16 <= count; f += 16) {
        __mmask16 here = _mm_cmpeq_epi8_mask(_mm_loadu_si128((const __m128i *)(argmax + f)), _mm_set1_epi8((char)place));
        __m512i offset = _mm512_mullo_epi32(_mm512_add_epi32(lane, _mm512_set1_epi32((int)f)), _mm512_set1_epi32(144));
        _mm512_storeu_ps(values + found, _mm512_maskz_compress_ps(here, _mm512_loadu_ps(dpooled + f)));
        _mm512_storeu_si512(offsets + found, _mm512_maskz_compress_epi32(here, offset));
        found += (size_t)__builtin_popcount(here);
    }
#endif
    for (; f < count; f++) {
        values[found] = dpooled[f];
        offsets[found] = (int32_t)(f * 144);
        found += argmax[f] == place;
    }
    return found;
}

#if CK_LEVEL == 2
/// Adds a list to the 3×3 pixels at (qy, qx) of a 4×4 window in registers.
INLINE void NAME(add_list)(f16 window[4][4], size_t qy, size_t qx, const float *values, const int32_t *offsets, size_t count,
                           const float *weights) {
    for (size_t i = 0; i < count; i++) {
        const float g = values[i];
        const float *w = weights + offsets[i];
        UNROLL for (size_t ky = 0; ky < 3; ky++)
            UNROLL for (size_t kx = 0; kx < 3; kx++) window[qy + ky][qx + kx] += g * load16(w + (3 * ky + kx) * 16);
    }
}
#else
/// The same for fewer registers: the 3×3 pixels only, and as many lanes as one register has.
typedef float NAME(register_lanes) __attribute__((vector_size(CK_LEVEL == 1 ? 32 : 16), aligned(4), may_alias));

INLINE void NAME(add_list_in_memory)(float *pixels, size_t row, const float *values, const int32_t *offsets, size_t count,
                                     const float *weights) {
    const size_t lanes = sizeof(NAME(register_lanes)) / sizeof(float);
    for (size_t c = 0; c < 16; c += lanes) {
        NAME(register_lanes) sum[3][3];
        UNROLL for (size_t ky = 0; ky < 3; ky++) UNROLL for (size_t kx = 0; kx < 3; kx++)
            sum[ky][kx] = *(NAME(register_lanes) *)(pixels + ky * row + kx * 16 + c);
        for (size_t i = 0; i < count; i++) {
            const float g = values[i];
            const float *w = weights + offsets[i] + c;
            UNROLL for (size_t ky = 0; ky < 3; ky++) UNROLL for (size_t kx = 0; kx < 3; kx++)
                sum[ky][kx] += g * *(const NAME(register_lanes) *)(w + (3 * ky + kx) * 16);
        }
        UNROLL for (size_t ky = 0; ky < 3; ky++) UNROLL for (size_t kx = 0; kx < 3; kx++)
            *(NAME(register_lanes) *)(pixels + ky * row + kx * 16 + c) = sum[ky][kx];
    }
}
#endif

/// Adds the four lists of a cell to the 4×4 pixels at `pixels`; returns the number of entries.
INLINE size_t NAME(add_cell)(float *pixels, size_t row, const float *values, const int32_t *offsets, const int32_t *counts,
                             const float *weights) {
    size_t from = 0;
#if CK_LEVEL == 2
    f16 window[4][4];
    UNROLL for (size_t i = 0; i < 4; i++)
        UNROLL for (size_t j = 0; j < 4; j++) window[i][j] = load16(pixels + i * row + j * 16);
    UNROLL for (size_t q = 0; q < 4; q++) {
        NAME(add_list)(window, q >> 1, q & 1, values + from, offsets + from, (size_t)counts[q], weights);
        from += (size_t)counts[q];
    }
    UNROLL for (size_t i = 0; i < 4; i++)
        UNROLL for (size_t j = 0; j < 4; j++) store16(pixels + i * row + j * 16, window[i][j]);
#else
    for (size_t q = 0; q < 4; q++) {
        NAME(add_list_in_memory)(pixels + (q >> 1) * row + (q & 1) * 16, row, values + from, offsets + from,
                                 (size_t)counts[q], weights);
        from += (size_t)counts[q];
    }
#endif
    return from;
}

static void NAME(input_gradient)(ck_conv3x3 s, const float *dpooled, const uint8_t *argmax, const float *prepared, float *dx,
                                 float *scratch) {
    const size_t channels = (size_t)s.channels, filters = (size_t)s.filters, cells = cell_count(s);
    const size_t width = (size_t)s.width, row = (width + 2) * 16, padded = 16 * blocks_of(channels);
    float *slab = scratch, *values = slab + slab_count(s);
    int32_t *offsets = (int32_t *)(values + entry_count(s)), *counts = offsets + entry_count(s);

    size_t entries = 0;
    for (size_t part = 0; part < part_count(s); part++) {
        const size_t start = part_start(s, part), count = part_start(s, part + 1) - start;
        for (size_t cell = 0; cell < cells; cell++)
            for (uint8_t q = 0; q < 4; q++) {
                const size_t at = cell * filters + start;
                size_t found = NAME(append)(dpooled + at, argmax + at, count, q, values + entries, offsets + entries);
                counts[4 * (part * cells + cell) + q] = (int32_t)found;
                entries += found;
            }
    }
    for (size_t c = 0; c < channels; c += 16) {
        memset(slab, 0, slab_count(s) * sizeof(float));
        size_t from = 0;
        for (size_t part = 0; part < part_count(s); part++) {
            const size_t start = part_start(s, part), count = part_start(s, part + 1) - start;
            const float *weights = prepared + 9 * (start * padded + c * count);
            for (size_t cell = 0; cell < cells; cell++) {
                float *pixels = slab + 2 * (cell / (width / 2)) * row + 2 * (cell % (width / 2)) * 16;
                from += NAME(add_cell)(pixels, row, values + from, offsets + from, counts + 4 * (part * cells + cell), weights);
            }
        }
        // The slab has the border that windows at the edges reach into; the image has not.
        const size_t lanes = channels - c < 16 ? channels - c : 16;
        for (size_t y = 0; y < (size_t)s.height; y++) {
            const float *line = slab + (y + 1) * row + 16;
            float *to = dx + y * width * channels + c;
            if (lanes == 16)
                for (size_t x = 0; x < width; x++) store16(to + x * channels, load16(line + x * 16));
            else
                for (size_t x = 0; x < width; x++) store_part(to + x * channels, load16(line + x * 16), lanes);
        }
    }
}
#endif
