// 3×3 convolutions of images with one channel, ReLU and 2×2 max pooling: the layer that reads a grey picture.
// Nine multiplications per output leave nothing for Winograd to save; the weights stay in registers instead.
#ifndef CK_PATH
#include "path.h"

size_t ck_conv3x3_grey_scratch(ck_conv3x3 s) { return (size_t)(s.height + 2) * (size_t)(s.width + 2) + 16; }

/// The image with a border of zeros.
static void add_border(ck_conv3x3 s, const float *x, float *padded) {
    const size_t width = (size_t)s.width, row = width + 2;
    memset(padded, 0, ck_conv3x3_grey_scratch(s) * sizeof(float));
    for (size_t y = 0; y < (size_t)s.height; y++) memcpy(padded + (y + 1) * row + 1, x + y * width, width * sizeof(float));
}

#define CK_SELF "conv3x3_first_layer.c"
#include "each_path.h"

void ck_conv3x3_grey_forward(ck_conv3x3 s, const float *x, const float *weights, const float *bias, float *pooled,
                             uint8_t *argmax, float *scratch) {
    CK_CALL(grey_forward, s, x, weights, bias, pooled, argmax, scratch);
}
void ck_conv3x3_grey_weight_gradient(ck_conv3x3 s, const float *x, const float *dpooled, const uint8_t *argmax,
                                     float *sums, float *scratch) {
    CK_CALL(grey_weight_gradient, s, x, dpooled, argmax, sums, scratch);
}
#else
#include "pool.h"

/// Pooled outputs of `blocks` times sixteen filters for one window: 2×2 outputs from 4×4 pixels.
INLINE void NAME(grey_window)(const float *pixels, size_t row, f16 weights[9][2], const f16 *bias, size_t blocks,
                              size_t lanes, float *pooled, uint8_t *argmax) {
    f16 sum[4][2];
    UNROLL for (size_t p = 0; p < 4; p++) UNROLL for (size_t b = 0; b < blocks; b++) sum[p][b] = (f16){0};
    UNROLL for (size_t i = 0; i < 4; i++)
        UNROLL for (size_t j = 0; j < 4; j++) {
            float v = pixels[i * row + j];
            UNROLL for (size_t p = 0; p < 4; p++) {
                size_t ky = i - (p >> 1), kx = j - (p & 1);  // wraps to a large number when negative
                if (ky > 2 || kx > 2) continue;
                UNROLL for (size_t b = 0; b < blocks; b++) sum[p][b] += v * weights[3 * ky + kx][b];
            }
        }
    UNROLL for (size_t b = 0; b < blocks; b++) {
        uint8_t unwanted[16];
        f16 v = relu_pool16(sum[0][b], sum[1][b], sum[2][b], sum[3][b], bias[b], argmax ? argmax + 16 * b : unwanted, lanes);
        if (lanes == 16)
            store16(pooled + 16 * b, v);
        else
            store_part(pooled + 16 * b, v, lanes);
    }
}

INLINE void NAME(grey_filters)(ck_conv3x3 s, const float *padded, const float *w, const float *bias, size_t f, size_t blocks,
                               size_t lanes, float *pooled, uint8_t *argmax) {
    const size_t filters = (size_t)s.filters, row = (size_t)s.width + 2;
    const size_t height = (size_t)s.height / 2, width = (size_t)s.width / 2;
    f16 weights[9][2], b[2];
    UNROLL for (size_t k = 0; k < blocks; k++) {
        UNROLL for (size_t t = 0; t < 9; t++)
            weights[t][k] = lanes == 16 ? load16(w + t * filters + f + 16 * k) : load_part(w + t * filters + f, lanes);
        b[k] = bias == NULL ? (f16){0} : lanes == 16 ? load16(bias + f + 16 * k) : load_part(bias + f, lanes);
    }
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            size_t at = (y * width + x) * filters + f;
            NAME(grey_window)(padded + 2 * y * row + 2 * x, row, weights, b, blocks, lanes, pooled + at,
                              argmax ? argmax + at : NULL);
        }
}

static void NAME(grey_forward)(ck_conv3x3 s, const float *x, const float *weights, const float *bias, float *pooled,
                               uint8_t *argmax, float *scratch) {
    const size_t filters = (size_t)s.filters;
    add_border(s, x, scratch);
    size_t f = 0;
#if CK_LEVEL == 2
    // Two blocks of weights fit the registers.
    for (; f + 32 <= filters; f += 32) NAME(grey_filters)(s, scratch, weights, bias, f, 2, 16, pooled, argmax);
#endif
    for (; f + 16 <= filters; f += 16) NAME(grey_filters)(s, scratch, weights, bias, f, 1, 16, pooled, argmax);
    if (f < filters) NAME(grey_filters)(s, scratch, weights, bias, f, 1, filters - f, pooled, argmax);
}

/// Adds one window to the gradients of sixteen filters: each filter's nine pixels start at its own maximum.
INLINE void NAME(grey_add)(const float *pixels, size_t row, f16 gradient, i16 place, f16 sum[9]) {
#if CK_LEVEL == 2
    // The 4×4 pixels are one register, and picking from it by the filter's place one instruction.
    __m512 patch = _mm512_castps128_ps512(_mm_loadu_ps(pixels));
    patch = _mm512_insertf32x4(patch, _mm_loadu_ps(pixels + row), 1);
    patch = _mm512_insertf32x4(patch, _mm_loadu_ps(pixels + 2 * row), 2);
    patch = _mm512_insertf32x4(patch, _mm_loadu_ps(pixels + 3 * row), 3);
    i16 at = (place & 1) + ((place & 2) << 1);
    UNROLL for (int32_t t = 0; t < 9; t++)
        sum[t] += gradient * (f16)_mm512_permutexvar_ps((__m512i)(at + (t / 3 * 4 + t % 3)), patch);
#else
    UNROLL for (int32_t p = 0; p < 4; p++) {
        f16 g = choose16(place == p, gradient, (f16){0});
        const float *from = pixels + (size_t)(p >> 1) * row + (size_t)(p & 1);
        UNROLL for (size_t t = 0; t < 9; t++) sum[t] += g * from[t / 3 * row + t % 3];
    }
#endif
}

/// Adds one image to sums [10][f]: nine taps and the bias.
static void NAME(grey_weight_gradient)(ck_conv3x3 s, const float *x, const float *dpooled, const uint8_t *argmax,
                                       float *sums, float *scratch) {
    const size_t filters = (size_t)s.filters, row = (size_t)s.width + 2;
    const size_t height = (size_t)s.height / 2, width = (size_t)s.width / 2;
    typedef uint8_t b16 __attribute__((vector_size(16)));
    add_border(s, x, scratch);
    for (size_t f = 0; f < filters; f += 16) {
        size_t lanes = filters - f < 16 ? filters - f : 16;
        f16 sum[10];
        UNROLL for (size_t t = 0; t < 10; t++)
            sum[t] = lanes == 16 ? load16(sums + t * filters + f) : load_part(sums + t * filters + f, lanes);
        for (size_t cell = 0; cell < height * width; cell++) {
            b16 bytes = {0};
            f16 g;
            if (lanes == 16) {
                memcpy(&bytes, argmax + cell * filters + f, 16);
                g = load16(dpooled + cell * filters + f);
            } else {
                memcpy(&bytes, argmax + cell * filters + f, lanes);
                g = load_part(dpooled + cell * filters + f, lanes);
            }
            i16 place = __builtin_convertvector(bytes, i16);
            g = choose16(place < 4, g, (f16){0});
            NAME(grey_add)(scratch + 2 * (cell / width) * row + 2 * (cell % width), row, g, place, sum);
            sum[9] += g;
        }
        UNROLL for (size_t t = 0; t < 10; t++) {
            if (lanes == 16)
                store16(sums + t * filters + f, sum[t]);
            else
                store_part(sums + t * filters + f, sum[t], lanes);
        }
    }
}
#endif
