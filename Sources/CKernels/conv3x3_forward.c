// 3×3 convolutions with stride 1 and "same" padding, forward: Winograd's F(4×4, 3×3).
//
// A tile of 4×4 outputs reads 6×6 inputs. Both are transformed to 36 points, at each of which the convolution is a matrix
// product [tiles, c] · [c, f]; a quarter of the multiplications of the definition. The points are exact in principle and
// lose about one decimal digit to rounding (maximum error about 4e-6 of the largest output).
// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016.
#ifndef CK_PATH
#include "path.h"
#include "blocks.h"

/// Tiles that are worked on together: few, so that their 36 points stay in the second-level cache (2 MB), unless the
/// weights are so large that fetching them for every group would cost more.
size_t ck_conv3x3_tile_group(ck_conv3x3 s) {
    return (size_t)s.channels * (size_t)s.filters > 8192 ? 32 : 16;
}
size_t ck_conv3x3_tiles(ck_conv3x3 s) { return (size_t)((s.height + 3) / 4) * (size_t)((s.width + 3) / 4); }
size_t ck_conv3x3_bundles(ck_conv3x3 s) { return bundle_count((size_t)s.filters); }
size_t ck_conv3x3_prepared_count(ck_conv3x3 s) { return 36 * (size_t)s.channels * 16 * blocks_of((size_t)s.filters) + 1024; }

/// Floats between the points of neighbouring tiles; 16 more than needed keep rows off the same cache sets.
static size_t row_of(int32_t count) { return 16 * blocks_of((size_t)count) + 16; }

size_t ck_conv3x3_forward_scratch(ck_conv3x3 s) {
    return 36 * ck_conv3x3_tile_group(s) * (row_of(s.channels) + row_of(s.filters)) + row_of(s.channels);
}
#define CK_SELF "conv3x3_forward.c"
#include "each_path.h"

void ck_conv3x3_prepare(ck_conv3x3 s, const float *weights, float *prepared, int32_t first, int32_t last) {
    CK_CALL(prepare, s, weights, prepared, (size_t)first, (size_t)last);
}
void ck_conv3x3_forward(ck_conv3x3 s, const float *x, const float *prepared, const float *bias, int32_t tail, float *y,
                        uint8_t *argmax, size_t first, size_t last, size_t first_bundle, size_t last_bundle,
                        float *scratch) {
    CK_CALL(forward, s, x, prepared, bias, tail, y, argmax, first, last, first_bundle, last_bundle, scratch);
}

#else
#include "pool.h"
#include "tile.h"

/// One dimension of the input transform, 6 to 6.
INLINE void NAME(input_line)(const f16 *d, f16 *o) {
    o[0] = 4.0f * d[0] + (d[4] - 5.0f * d[2]);
    f16 p = d[4] - 4.0f * d[2], q = d[3] - 4.0f * d[1];
    o[1] = p + q;
    o[2] = p - q;
    f16 r = d[4] - d[2], s = d[3] - d[1];
    o[3] = r + 2.0f * s;
    o[4] = r - 2.0f * s;
    o[5] = 4.0f * d[1] + (d[5] - 5.0f * d[3]);
}

/// One dimension of the output transform, 6 to 4.
INLINE void NAME(output_line)(const f16 *m, f16 *o) {
    f16 a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
    o[0] = m[0] + a + c;
    o[1] = b + 2.0f * d;
    o[2] = a + 4.0f * c;
    o[3] = (b + 8.0f * d) + m[5];
}

/// One dimension of the weight transform, 3 to 6.
INLINE void NAME(weight_line)(f16 a, f16 b, f16 c, f16 *o, size_t step) {
    f16 s = a + c;
    o[0] = a * 0.25f;
    o[step] = (s + b) * (-1.0f / 6);
    o[2 * step] = (s - b) * (-1.0f / 6);
    f16 u = a * (1.0f / 24) + c * (1.0f / 6);
    o[3 * step] = u + b * (1.0f / 12);
    o[4 * step] = u - b * (1.0f / 12);
    o[5 * step] = c;
}

/// Weights [3][3][c][f] of the channels first..<last to [36 points][bundle][c][16 · blocks of the bundle].
static void NAME(prepare)(ck_conv3x3 s, const float *weights, float *prepared, size_t first, size_t last) {
    const size_t channels = (size_t)s.channels, filters = (size_t)s.filters;
    const size_t point = channels * 16 * blocks_of(filters);
    for (size_t c = first; c < last; c++)
        for (size_t bundle = 0; bundle < bundle_count(filters); bundle++) {
            size_t start = bundle_start(filters, bundle), end = bundle_start(filters, bundle + 1);
            for (size_t block = start; block < end; block++) {
                size_t lanes = filters - 16 * block < 16 ? filters - 16 * block : 16;
                f16 t[6][3], o[6];
                UNROLL for (size_t kx = 0; kx < 3; kx++) {
                    f16 k[3];
                    UNROLL for (size_t ky = 0; ky < 3; ky++) {
                        const float *p = weights + ((3 * ky + kx) * channels + c) * filters + 16 * block;
                        k[ky] = lanes == 16 ? load16(p) : load_part(p, lanes);
                    }
                    NAME(weight_line)(k[0], k[1], k[2], &t[0][kx], 3);
                }
                float *out = prepared + (channels * start + c * (end - start) + (block - start)) * 16;
                UNROLL for (size_t i = 0; i < 6; i++) {
                    NAME(weight_line)(t[i][0], t[i][1], t[i][2], o, 1);
                    UNROLL for (size_t j = 0; j < 6; j++) store16(out + (6 * i + j) * point, o[j]);
                }
            }
        }
}

/// Where the 6×6 input pixels of a tile are; those outside the image are at `zeros`.
static void NAME(tile_pixels)(ck_conv3x3 s, const float *image, const float *zeros, int32_t top, int32_t left,
                              const float *pixels[36]) {
    for (int32_t i = 0; i < 6; i++)
        for (int32_t j = 0; j < 6; j++) {
            int32_t y = top - 1 + i, x = left - 1 + j;
            int inside = y >= 0 && y < s.height && x >= 0 && x < s.width;
            pixels[6 * i + j] = inside ? image + ((size_t)y * (size_t)s.width + (size_t)x) * (size_t)s.channels : zeros;
        }
}

/// The 36 points of sixteen channels of a tile; `lanes` of them exist.
INLINE void NAME(transform_input)(const float *const pixels[36], size_t c, size_t lanes, float *points, size_t point) {
    f16 t[6][6];
    UNROLL for (size_t j = 0; j < 6; j++) {
        f16 d[6], o[6];
        UNROLL for (size_t i = 0; i < 6; i++)
            d[i] = lanes == 16 ? load16(pixels[6 * i + j] + c) : load_part(pixels[6 * i + j] + c, lanes);
        NAME(input_line)(d, o);
        UNROLL for (size_t i = 0; i < 6; i++) t[i][j] = o[i];
    }
    UNROLL for (size_t i = 0; i < 6; i++) {
        f16 o[6];
        NAME(input_line)(t[i], o);
        UNROLL for (size_t j = 0; j < 6; j++) store16(points + (6 * i + j) * point, o[j]);
    }
}

/// What a tile writes: its place in the outputs of the image, which may end inside it.
typedef struct {
    float *y;
    uint8_t *argmax;
    size_t row, filters, rows, columns;
} NAME(destination);

/// 4×4 outputs of sixteen filters from their points; `lanes` of the filters exist.
INLINE void NAME(transform_output)(const float *points, size_t point, f16 bias, int32_t tail, size_t f, size_t lanes,
                                   NAME(destination) to) {
    f16 t[4][6], y[4][4];
    UNROLL for (size_t j = 0; j < 6; j++) {
        f16 m[6], o[4];
        UNROLL for (size_t i = 0; i < 6; i++) m[i] = load16(points + (6 * i + j) * point);
        NAME(output_line)(m, o);
        UNROLL for (size_t i = 0; i < 4; i++) t[i][j] = o[i];
    }
    UNROLL for (size_t i = 0; i < 4; i++) NAME(output_line)(t[i], y[i]);
    if (tail == ck_tail_relu_pool) {
        UNROLL for (size_t i = 0; i < 2; i++)
            UNROLL for (size_t j = 0; j < 2; j++) {
                if (i >= to.rows || j >= to.columns) continue;
                size_t at = i * to.row + j * to.filters + f;
                uint8_t unwanted[16];
                f16 v = relu_pool16(y[2 * i][2 * j], y[2 * i][2 * j + 1], y[2 * i + 1][2 * j], y[2 * i + 1][2 * j + 1], bias,
                                    to.argmax ? to.argmax + at : unwanted, lanes);
                if (lanes == 16)
                    store16(to.y + at, v);
                else
                    store_part(to.y + at, v, lanes);
            }
        return;
    }
    UNROLL for (size_t i = 0; i < 4; i++)
        UNROLL for (size_t j = 0; j < 4; j++) {
            if (i >= to.rows || j >= to.columns) continue;
            f16 v = y[i][j] + bias;
            if (tail == ck_tail_relu) v = choose16(v <= 0.0f, (f16){0}, v);
            float *at = to.y + i * to.row + j * to.filters + f;
            if (lanes == 16)
                store16(at, v);
            else
                store_part(at, v, lanes);
        }
}

/// Where tile `index` of the batch writes.
static NAME(destination) NAME(destination_of)(ck_conv3x3 s, size_t index, int32_t tail, float *y, uint8_t *argmax) {
    const size_t across = (size_t)((s.width + 3) / 4), per_image = across * (size_t)((s.height + 3) / 4);
    const size_t shrink = tail == ck_tail_relu_pool ? 2 : 1, size = 4 / shrink;
    const size_t height = (size_t)s.height / shrink, width = (size_t)s.width / shrink, filters = (size_t)s.filters;
    const size_t image = index / per_image, top = index % per_image / across * size, left = index % across * size;
    const size_t at = ((image * height + top) * width + left) * filters;
    return (NAME(destination)){
        .y = y + at,
        .argmax = argmax ? argmax + at : NULL,
        .row = width * filters,
        .filters = filters,
        .rows = height > top ? height - top : 0,
        .columns = width > left ? width - left : 0,
    };
}

static void NAME(forward)(ck_conv3x3 s, const float *x, const float *prepared, const float *bias, int32_t tail, float *y,
                          uint8_t *argmax, size_t first, size_t last, size_t first_bundle, size_t last_bundle,
                          float *scratch) {
    const size_t channels = (size_t)s.channels, filters = (size_t)s.filters, group = ck_conv3x3_tile_group(s);
    const size_t across = (size_t)((s.width + 3) / 4), per_image = across * (size_t)((s.height + 3) / 4);
    const size_t in_row = row_of(s.channels), out_row = row_of(s.filters);
    const size_t in_point = group * in_row, out_point = group * out_row;
    float *in_points = scratch, *out_points = in_points + 36 * in_point, *zeros = out_points + 36 * out_point;
    memset(zeros, 0, in_row * sizeof(float));
    for (size_t start = first; start < last; start += group) {
        const size_t count = last - start < group ? last - start : group;
        for (size_t t = 0; t < count; t++) {
            const size_t image = (start + t) / per_image, place = (start + t) % per_image;
            const float *pixels[36];
            NAME(tile_pixels)(s, x + image * (size_t)s.height * (size_t)s.width * channels, zeros,
                              (int32_t)(place / across) * 4, (int32_t)(place % across) * 4, pixels);
            size_t c = 0;
            for (; c + 16 <= channels; c += 16) NAME(transform_input)(pixels, c, 16, in_points + t * in_row + c, in_point);
            if (c < channels) NAME(transform_input)(pixels, c, channels - c, in_points + t * in_row + c, in_point);
        }
        for (size_t p = 0; p < 36; p++) {
            const float *weights = prepared + p * channels * 16 * blocks_of(filters);
            for (size_t bundle = first_bundle; bundle < last_bundle; bundle++) {
                size_t begin = bundle_start(filters, bundle), blocks = bundle_start(filters, bundle + 1) - begin;
                multiply_rows(count, blocks, in_points + p * in_point, in_row, channels, weights + channels * 16 * begin,
                              16 * blocks, out_points + p * out_point + 16 * begin, out_row, 0);
            }
        }
        for (size_t t = 0; t < count; t++) {
            NAME(destination) to = NAME(destination_of)(s, start + t, tail, y, argmax);
            size_t f = 16 * bundle_start(filters, first_bundle), end = 16 * bundle_start(filters, last_bundle);
            if (end > filters) end = filters;
            for (; f < end; f += 16) {
                const float *points = out_points + t * out_row + f;
                if (f + 16 <= filters)
                    NAME(transform_output)(points, out_point, bias ? load16(bias + f) : (f16){0}, tail, f, 16, to);
                else
                    NAME(transform_output)(points, out_point, bias ? load_part(bias + f, filters - f) : (f16){0}, tail, f,
                                           filters - f, to);
            }
        }
    }
}
#endif
