// ReLU and 2×2 max pooling where the convolution before it has no kernel that does both, and the way back.
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

#else
#include "pool.h"

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
