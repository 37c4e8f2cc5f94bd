// ReLU and 2×2 max pooling where the convolution before it has no kernel that does both, and the way back; max pooling by any
// window.
#ifndef CK_PATH
#define CK_SELF "pool.c"
#include "each_path.h"

void ck_bias_relu_pool(const float *y, const float *bias, float *pooled, uint8_t *argmax, int32_t height, int32_t width,
                       int32_t filters) {
    CK_CALL(bias_relu_pool, y, bias, pooled, argmax, (size_t)height, (size_t)width, (size_t)filters);
}
void ck_pool_expand(const float *dpooled, const uint8_t *argmax, float *dy, int32_t height, int32_t width,
                    int32_t filters) {
    CK_CALL(pool_expand, dpooled, argmax, dy, (size_t)height, (size_t)width, (size_t)filters);
}
void ck_window_maxima(ck_window window, const float *image, float *maxima, int32_t *places) {
    CK_CALL(window_maxima, window, image, maxima, places);
}

#else
#include "pool.h"

/// Sixteen channels of one window, whose pixels inside the image are rows y0..<y1 and columns x0..<x1.
INLINE void NAME(window_maximum)(ck_window s, const float *image, int32_t y0, int32_t y1, int32_t x0, int32_t x1, size_t c,
                                 size_t lanes, float *maxima, int32_t *places) {
    const int32_t channels = s.channels;
    i16 lane, place = {0};
    UNROLL for (int32_t k = 0; k < 16; k++) lane[k] = (int32_t)c + k;
    f16 best = {0};
    int first = 1;
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = x0; x < x1; x++) {
            const int32_t at = (y * s.width + x) * channels;
            const float *p = image + (size_t)at + c;
            f16 v = lanes == 16 ? load16(p) : load_part(p, lanes);
            i16 better = (v > best) | (v != v);
            if (first) better = (i16){0} - 1;
            first = 0;
            best = choose16(better, v, best);
            place = (place & ~better) | ((lane + at) & better);
        }
    if (lanes == 16) {
        store16(maxima, best);
        *(i16_any *)places = place;
    } else {
        store_part(maxima, best, lanes);
        memcpy(places, &place, lanes * sizeof(int32_t));
    }
}

static void NAME(window_maxima)(ck_window s, const float *image, float *maxima, int32_t *places) {
    const size_t channels = (size_t)s.channels;
    for (int32_t oy = 0; oy < s.out_height; oy++)
        for (int32_t ox = 0; ox < s.out_width; ox++) {
            const int32_t top = oy * s.stride_y - s.pad_top, left = ox * s.stride_x - s.pad_left;
            const int32_t y0 = top > 0 ? top : 0, x0 = left > 0 ? left : 0;
            const int32_t y1 = s.height - top < s.window_height ? s.height : top + s.window_height;
            const int32_t x1 = s.width - left < s.window_width ? s.width : left + s.window_width;
            size_t c = 0;
            for (; c + 16 <= channels; c += 16)
                NAME(window_maximum)(s, image, y0, y1, x0, x1, c, 16, maxima + c, places + c);
            if (c < channels)
                NAME(window_maximum)(s, image, y0, y1, x0, x1, c, channels - c, maxima + c, places + c);
            maxima += channels;
            places += channels;
        }
}

static void NAME(bias_relu_pool)(const float *y, const float *bias, float *pooled, uint8_t *argmax, size_t height,
                                 size_t width, size_t filters) {
    for (size_t py = 0; py < height / 2; py++)
        for (size_t px = 0; px < width / 2; px++) {
            const float *in = y + (2 * py * width + 2 * px) * filters, *below = in + width * filters;
            size_t out = (py * (width / 2) + px) * filters;
            size_t f = 0;
            for (; f + 16 <= filters; f += 16) {
                f16 v = relu_pool16(load16(in + f), load16(in + filters + f), load16(below + f), load16(below + filters + f),
                                    load16(bias + f), argmax + out + f, 16);
                store16(pooled + out + f, v);
            }
            if (f == filters) continue;
            size_t lanes = filters - f;
            f16 v = relu_pool16(load_part(in + f, lanes), load_part(in + filters + f, lanes), load_part(below + f, lanes),
                                load_part(below + filters + f, lanes), load_part(bias + f, lanes), argmax + out + f, lanes);
            store_part(pooled + out + f, v, lanes);
        }
}

static void NAME(pool_expand)(const float *dpooled, const uint8_t *argmax, float *dy, size_t height, size_t width,
                              size_t filters) {
    memset(dy, 0, height * width * filters * sizeof(float));
    for (size_t py = 0; py < height / 2; py++)
        for (size_t px = 0; px < width / 2; px++) {
            size_t in = (py * (width / 2) + px) * filters;
            for (size_t f = 0; f < filters; f++) {
                uint8_t q = argmax[in + f];
                if (q < 4) dy[((2 * py + q / 2) * width + 2 * px + q % 2) * filters + f] = dpooled[in + f];
            }
        }
}
#endif
