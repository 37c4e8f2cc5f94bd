// Normalization of matrices [rows][channels] channel by channel: sums around a middle, and rows times and plus vectors.
#ifndef CK_PATH
#define CK_SELF "channels.c"
#include "each_path.h"

void ck_channel_products(const float *a, const float *b, const float *middle, float *sums, size_t rows, size_t channels) {
    CK_CALL(channel_products, a, b, middle, sums, rows, channels);
}
void ck_channel_scale(const float *x, const float *scale, const float *offset, float *y, size_t rows, size_t channels) {
    CK_CALL(channel_scale, x, scale, offset, y, rows, channels);
}
void ck_channel_blend(const float *a, const float *a_scale, const float *b, const float *b_scale, const float *offset, float *y,
                      size_t rows, size_t channels) {
    CK_CALL(channel_blend, a, a_scale, b, b_scale, offset, y, rows, channels);
}

#else

INLINE f16 NAME(lanes_of)(const float *p, size_t lanes) { return lanes == 16 ? load16(p) : load_part(p, lanes); }

/// One block of sixteen channels; blocks of 64 rows are summed by themselves, as in column_sums.
INLINE void NAME(products_of)(const float *a, const float *b, const float *middle, float *sums, size_t rows, size_t channels,
                              size_t lanes) {
    const f16 shift = NAME(lanes_of)(middle, lanes);
    f16 total = {0};
    for (size_t r0 = 0; r0 < rows; r0 += 64) {
        const size_t r1 = r0 + 64 < rows ? r0 + 64 : rows;
        f16 block = {0};
        for (size_t r = r0; r < r1; r++) {
            f16 d = NAME(lanes_of)(b + r * channels, lanes) - shift;
            block += a ? NAME(lanes_of)(a + r * channels, lanes) * d : d * d;
        }
        total += block;
    }
    if (lanes == 16)
        store16(sums, total);
    else
        store_part(sums, total, lanes);
}

static void NAME(channel_products)(const float *a, const float *b, const float *middle, float *sums, size_t rows,
                                   size_t channels) {
    for (size_t c = 0; c < channels; c += 16) {
        const float *own = a ? a + c : NULL;
        if (channels - c >= 16)
            NAME(products_of)(own, b + c, middle + c, sums + c, rows, channels, 16);
        else
            NAME(products_of)(own, b + c, middle + c, sums + c, rows, channels, channels - c);
    }
}

static void NAME(channel_scale)(const float *x, const float *scale, const float *offset, float *y, size_t rows,
                                size_t channels) {
    for (size_t r = 0; r < rows; r++, x += channels, y += channels) {
        size_t c = 0;
        for (; c + 16 <= channels; c += 16) store16(y + c, load16(x + c) * load16(scale + c) + load16(offset + c));
        if (c < channels) {
            const size_t lanes = channels - c;
            store_part(y + c, load_part(x + c, lanes) * load_part(scale + c, lanes) + load_part(offset + c, lanes), lanes);
        }
    }
}

static void NAME(channel_blend)(const float *a, const float *a_scale, const float *b, const float *b_scale, const float *offset,
                                float *y, size_t rows, size_t channels) {
    for (size_t r = 0; r < rows; r++, a += channels, b += channels, y += channels) {
        size_t c = 0;
        for (; c + 16 <= channels; c += 16)
            store16(y + c, load16(a + c) * load16(a_scale + c) + (load16(b + c) * load16(b_scale + c) + load16(offset + c)));
        if (c < channels) {
            const size_t n = channels - c;
            f16 part = load_part(b + c, n) * load_part(b_scale + c, n) + load_part(offset + c, n);
            store_part(y + c, load_part(a + c, n) * load_part(a_scale + c, n) + part, n);
        }
    }
}
#endif
