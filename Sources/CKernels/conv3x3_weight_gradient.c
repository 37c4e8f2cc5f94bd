// The weight gradient of a 3×3 convolution (stride 1, "same") behind ReLU and 2×2 max pooling.
//
// Three quarters of the gradient of the linear output are zero, and which quarter is not is known from the argmax. So for
// every filter and pooled cell the nine input pixels around its maximum are added, times the gradient, to the filter's
// nine taps: 32 channels at a time, without branches. A cell whose gradient ended (argmax 4) counts with gradient 0.
//
// The input is worked on in bands of pooled rows; a band's pixels of 32 channels are packed, with the image's border of
// zeros, so that they stay in the first-level cache while all filters pass over them.
#ifndef CK_PATH
#include "path.h"

static size_t padded_channels(ck_conv3x3 s) { return ((size_t)s.channels + 15) / 16 * 16; }

/// Pooled rows of a band: as many as keep the packed pixels within about half of a 48 kB first-level cache.
static size_t band_rows(ck_conv3x3 s) {
    const size_t height = (size_t)s.height / 2, row_bytes = ((size_t)s.width + 2) * 128;
    size_t rows = 1;
    while (rows < height && (2 * (rows + 1) + 2) * row_bytes <= 27000) rows++;
    return rows;
}
static size_t band_cells(ck_conv3x3 s) { return (band_rows(s) * (size_t)(s.width / 2) + 15) / 16 * 16; }
static size_t padded_filters(ck_conv3x3 s) { return ((size_t)s.filters + 15) / 16 * 16; }

size_t ck_conv3x3_pool_weight_gradient_sums(ck_conv3x3 s) { return (9 * padded_channels(s) + 1) * padded_filters(s); }
size_t ck_conv3x3_pool_weight_gradient_scratch(ck_conv3x3 s) {
    return 2 * padded_filters(s) * band_cells(s) + (2 * band_rows(s) + 2) * ((size_t)s.width + 2) * 32;
}
#define CK_SELF "conv3x3_weight_gradient.c"
#include "each_path.h"

void ck_conv3x3_pool_weight_gradient(ck_conv3x3 s, const float *x, const float *dpooled, const uint8_t *argmax, float *sums,
                                     float *scratch) {
    CK_CALL(weight_gradient, s, x, dpooled, argmax, sums, scratch);
}
void ck_conv3x3_pool_weight_gradient_finish(ck_conv3x3 s, const float *sums, size_t groups, float *weights, float *bias,
                                            size_t first, size_t last) {
    CK_CALL(finish, s, sums, groups, weights, bias, first, last);
}

#else
#include "transpose.h"

/// Gradients and places of a band's cells, turned over to [filter][cell], and the sums of the bias.
/// A place is the offset, in the packed pixels, of the first of the nine pixels that made the maximum.
static void NAME(turn_band)(ck_conv3x3 s, const float *dpooled, const uint8_t *argmax, size_t first_row, size_t rows,
                            size_t depth, float *gradients, int32_t *places, float *bias_sums) {
    const size_t filters = (size_t)s.filters, width = (size_t)s.width / 2, cells = rows * width;
    const size_t stride = band_cells(s);
    const int32_t right = (int32_t)depth, below = (int32_t)(((size_t)s.width + 2) * depth);
    typedef uint8_t b16 __attribute__((vector_size(16)));
    for (size_t f = 0; f < filters; f += 16) {
        const size_t lanes = filters - f < 16 ? filters - f : 16;
        f16 bias = {0};
        for (size_t cell = 0; cell < cells; cell += 16) {
            f16 g[16], at[16];
            UNROLL for (size_t k = 0; k < 16; k++) {
                g[k] = at[k] = (f16){0};
                if (cell + k >= cells) continue;
                const size_t from = (first_row * width + cell + k) * filters + f;
                const size_t y = (cell + k) / width, x = (cell + k) % width;
                b16 bytes = {0};
                if (lanes == 16) {
                    memcpy(&bytes, argmax + from, 16);
                    g[k] = load16(dpooled + from);
                } else {
                    memcpy(&bytes, argmax + from, lanes);
                    g[k] = load_part(dpooled + from, lanes);
                }
                i16 place = __builtin_convertvector(bytes, i16);
                i16 alive = place < 4;
                g[k] = (f16)((i16)g[k] & alive);
                bias += g[k];
                i16 offset = (int32_t)((2 * y * ((size_t)s.width + 2) + 2 * x) * depth) + (place & 1) * right + (place >> 1) * below;
                at[k] = (f16)(offset & alive);
            }
            transpose16(g);
            transpose16(at);
            UNROLL for (size_t k = 0; k < 16; k++) {
                store16(gradients + (f + k) * stride + cell, g[k]);
                *(i16_any *)(places + (f + k) * stride + cell) = (i16)at[k];
            }
        }
        if (bias_sums) store16(bias_sums + f, load16(bias_sums + f) + bias);
    }
}

/// The pixels that `rows` pooled rows look at, of `depth` channels from c on, with a border of zeros.
static void NAME(pack_band)(ck_conv3x3 s, const float *x, size_t first_row, size_t rows, size_t c, size_t depth, float *pack) {
    const size_t channels = (size_t)s.channels, width = (size_t)s.width;
    const size_t wanted = channels - c < depth ? channels - c : depth;
    for (size_t i = 0; i < 2 * rows + 2; i++, pack += (width + 2) * depth) {
        const size_t y = 2 * first_row + i - 1;  // wraps above the image, which is outside too
        if (y >= (size_t)s.height) {
            memset(pack, 0, (width + 2) * depth * sizeof(float));
            continue;
        }
        memset(pack, 0, depth * sizeof(float));
        memset(pack + (width + 1) * depth, 0, depth * sizeof(float));
        const float *from = x + y * width * channels + c;
        float *to = pack + depth;
        if (wanted == 32)
            for (size_t j = 0; j < width; j++, from += channels, to += 32) {
                store16(to, load16(from));
                store16(to + 16, load16(from + 16));
            }
        else
            for (size_t j = 0; j < width; j++, from += channels, to += depth) {
                memset(to, 0, depth * sizeof(float));
                memcpy(to, from, wanted * sizeof(float));
            }
    }
}

/// Adds the cells to `taps` rows of taps from `ky` on, of `blocks` times sixteen channels.
INLINE void NAME(add_cells)(const float *pack, size_t row, size_t depth, const float *gradients, const int32_t *places,
                            size_t cells, float *sums, size_t ky, size_t taps, size_t blocks) {
    f16 sum[3][3][2];
    UNROLL for (size_t i = 0; i < taps; i++) UNROLL for (size_t j = 0; j < 3; j++) UNROLL for (size_t b = 0; b < blocks; b++)
        sum[i][j][b] = load16(sums + (3 * (ky + i) + j) * depth + 16 * b);
    for (size_t cell = 0; cell < cells; cell++) {
        const float g = gradients[cell];
        const float *pixel = pack + places[cell] + ky * row;
        UNROLL for (size_t i = 0; i < taps; i++) UNROLL for (size_t j = 0; j < 3; j++)
            UNROLL for (size_t b = 0; b < blocks; b++) sum[i][j][b] += g * load16(pixel + i * row + j * depth + 16 * b);
    }
    UNROLL for (size_t i = 0; i < taps; i++) UNROLL for (size_t j = 0; j < 3; j++) UNROLL for (size_t b = 0; b < blocks; b++)
        store16(sums + (3 * (ky + i) + j) * depth + 16 * b, sum[i][j][b]);
}

/// All nine taps at once where the registers hold them, else three, else three of half the channels.
INLINE void NAME(add_filter)(const float *pack, size_t row, size_t depth, const float *gradients, const int32_t *places,
                             size_t cells, float *sums) {
#if CK_LEVEL == 2
    NAME(add_cells)(pack, row, depth, gradients, places, cells, sums, 0, 3, depth / 16);
#elif CK_LEVEL == 1
    for (size_t ky = 0; ky < 3; ky++)
        NAME(add_cells)(pack, row, depth, gradients, places, cells, sums, ky, 1, depth / 16);
#else
    for (size_t ky = 0; ky < 3; ky++)
        for (size_t c = 0; c < depth; c += 16)
            NAME(add_cells)(pack + c, row, depth, gradients, places, cells, sums + c, ky, 1, 1);
#endif
}

/// Adds one image to sums: [block of 32 channels, the last may have 16][filter][9][channel of the block], then [filter].
static void NAME(weight_gradient)(ck_conv3x3 s, const float *x, const float *dpooled, const uint8_t *argmax, float *sums,
                                  float *scratch) {
    const size_t filters = (size_t)s.filters, height = (size_t)s.height / 2, width = (size_t)s.width / 2;
    const size_t stride = band_cells(s), band = band_rows(s), channels = padded_channels(s);
    float *gradients = scratch;
    int32_t *places = (int32_t *)(gradients + padded_filters(s) * stride);
    float *pack = (float *)(places + padded_filters(s) * stride);
    for (size_t top = 0; top < height; top += band) {
        const size_t rows = height - top < band ? height - top : band;
        size_t turned = 0;
        for (size_t c = 0; c < channels; c += 32) {
            const size_t depth = channels - c < 32 ? 16 : 32, row = ((size_t)s.width + 2) * depth;
            if (turned != depth) {
                // The places depend on the depth of a packed pixel; the bias is summed the first time only.
                NAME(turn_band)(s, dpooled, argmax, top, rows, depth, gradients, places,
                                turned == 0 ? sums + 9 * channels * padded_filters(s) : NULL);
                turned = depth;
            }
            NAME(pack_band)(s, x, top, rows, c, depth, pack);
            float *to = sums + 9 * c * padded_filters(s);
            if (depth == 32)
                for (size_t f = 0; f < filters; f++)
                    NAME(add_filter)(pack, row, 32, gradients + f * stride, places + f * stride, rows * width, to + f * 9 * 32);
            else
                for (size_t f = 0; f < filters; f++)
                    NAME(add_filter)(pack, row, 16, gradients + f * stride, places + f * stride, rows * width, to + f * 9 * 16);
        }
    }
}

/// The sum over the groups, in order, of the sixteen-channel blocks first..<last, as weights [3][3][c][f]; and the bias,
/// with the first block.
static void NAME(finish)(ck_conv3x3 s, const float *sums, size_t groups, float *weights, float *bias, size_t first,
                         size_t last) {
    const size_t filters = (size_t)s.filters, channels = (size_t)s.channels, all = padded_filters(s);
    const size_t group_size = ck_conv3x3_pool_weight_gradient_sums(s), padded = padded_channels(s);
    for (size_t block = first; block < last; block++) {
        const size_t start = block / 2 * 32, depth = padded - start < 32 ? 16 : 32;
        const float *from = sums + 9 * start * all + (block & 1) * 16;
        for (size_t f = 0; f < filters; f += 16)
            for (size_t tap = 0; tap < 9; tap++) {
                f16 rows[16];
                for (size_t k = 0; k < 16; k++) {
                    rows[k] = (f16){0};
                    const float *p = from + ((f + k) * 9 + tap) * depth;
                    for (size_t group = 0; group < groups; group++) rows[k] += load16(p + group * group_size);
                }
                transpose16(rows);
                size_t lanes = filters - f < 16 ? filters - f : 16, c = block * 16;
                for (size_t k = 0; k < 16 && c + k < channels; k++)
                    store_part(weights + (tap * channels + c + k) * filters + f, rows[k], lanes);
            }
    }
    if (first > 0 || bias == NULL) return;
    for (size_t f = 0; f < filters; f++) {
        float sum = 0;
        for (size_t group = 0; group < groups; group++) sum += sums[group * group_size + 9 * padded * all + f];
        bias[f] = sum;
    }
}
#endif
