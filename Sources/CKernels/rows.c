// Work on the rows of a matrix: biases, softmax and its relatives.
#ifndef CK_PATH
#define CK_SELF "rows.c"
#include "each_path.h"

void ck_bias_rows(const float *x, const float *bias, float *y, size_t columns, size_t first, size_t last, int32_t relu) {
    CK_CALL(bias_rows, x, bias, y, columns, first, last, relu);
}
void ck_softmax_rows(const float *x, float *y, size_t columns, size_t first, size_t last) {
    CK_CALL(softmax_rows, x, y, columns, first, last);
}
void ck_log_softmax_rows(const float *x, float *y, size_t columns, size_t first, size_t last) {
    CK_CALL(log_softmax_rows, x, y, columns, first, last);
}
void ck_log_sum_exp_rows(const float *x, float *y, size_t columns, size_t first, size_t last) {
    CK_CALL(log_sum_exp_rows, x, y, columns, first, last);
}
void ck_softmax_cross_entropy_rows(const float *x, const int32_t *labels, float scale, float *losses, float *gradient,
                                   size_t columns, size_t first, size_t last) {
    CK_CALL(softmax_cross_entropy_rows, x, labels, scale, losses, gradient, columns, first, last);
}

#else
#include "exponential.h"

static void NAME(bias_rows)(const float *x, const float *bias, float *y, size_t columns, size_t first, size_t last,
                            int32_t relu) {
    for (size_t r = first; r < last; r++) {
        const float *in = x + r * columns;
        float *out = y + r * columns;
        for (size_t c = 0; c < columns; c += 16) {
            size_t lanes = columns - c < 16 ? columns - c : 16;
            f16 v = lanes == 16 ? load16(in + c) + load16(bias + c) : load_part(in + c, lanes) + load_part(bias + c, lanes);
            if (relu) v = choose16(v <= 0.0f, (f16){0}, v);
            if (lanes == 16)
                store16(out + c, v);
            else
                store_part(out + c, v, lanes);
        }
    }
}

/// Largest element of a row; NaN when there is one.
static float NAME(row_maximum)(const float *x, size_t count) {
    f16 m = (f16){} - INFINITY;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        f16 v = load16(x + i);
        m = choose16((v > m) | (v != v), v, m);
    }
    float best = max16(m);
    for (; i < count; i++) best = (x[i] > best || x[i] != x[i]) ? x[i] : best;
    return best;
}

/// y = exp(x − shift) when y is given; returns the sum. Four chains of additions, so that the sum does not wait.
static float NAME(exponentials)(const float *x, float shift, float *y, size_t count) {
    f16 s[4] = {{0}, {0}, {0}, {0}};
    size_t i = 0, chain = 0;
    for (; i + 16 <= count; i += 16, chain++) {
        f16 e = exp16(load16(x + i) - shift);
        s[chain & 3] += e;
        if (y) store16(y + i, e);
    }
    f16 rest = {0};
    if (i < count) {
        rest = exp16(load_part(x + i, count - i) - shift);
        for (size_t j = count - i; j < 16; j++) rest[j] = 0;
        if (y) store_part(y + i, rest, count - i);
    }
    return sum16((s[0] + s[2]) + (s[1] + s[3]) + rest);
}

/// What a row is shifted by before exp: its maximum, but 0 for a row that is −∞ throughout (0 · ∞ has no meaning there).
INLINE float NAME(row_shift)(const float *x, size_t count) {
    float m = NAME(row_maximum)(x, count);
    return m == -INFINITY ? 0 : m;
}

static void NAME(softmax_rows)(const float *x, float *y, size_t columns, size_t first, size_t last) {
    for (size_t r = first; r < last; r++) {
        const float *in = x + r * columns;
        float *out = y + r * columns;
        float sum = NAME(exponentials)(in, NAME(row_maximum)(in, columns), out, columns);
        float factor = 1 / sum;
        size_t c = 0;
        for (; c + 16 <= columns; c += 16) store16(out + c, load16(out + c) * factor);
        for (; c < columns; c++) out[c] *= factor;
    }
}

static void NAME(log_softmax_rows)(const float *x, float *y, size_t columns, size_t first, size_t last) {
    for (size_t r = first; r < last; r++) {
        const float *in = x + r * columns;
        float *out = y + r * columns;
        float shift = NAME(row_maximum)(in, columns);
        float log_sum = logf(NAME(exponentials)(in, shift, NULL, columns));
        size_t c = 0;
        // (x − max) first: near the maximum the difference is exact.
        for (; c + 16 <= columns; c += 16) store16(out + c, (load16(in + c) - shift) - log_sum);
        for (; c < columns; c++) out[c] = (in[c] - shift) - log_sum;
    }
}

static void NAME(log_sum_exp_rows)(const float *x, float *y, size_t columns, size_t first, size_t last) {
    for (size_t r = first; r < last; r++) {
        float shift = NAME(row_shift)(x + r * columns, columns);
        // exp(∞ − ∞) has no value, but the sum is plainly infinite.
        y[r] = shift == INFINITY ? INFINITY : shift + logf(NAME(exponentials)(x + r * columns, shift, NULL, columns));
    }
}

static void NAME(softmax_cross_entropy_rows)(const float *x, const int32_t *labels, float scale, float *losses,
                                             float *gradient, size_t columns, size_t first, size_t last) {
    for (size_t r = first; r < last; r++) {
        const float *in = x + r * columns;
        float *out = gradient ? gradient + r * columns : NULL;
        float shift = NAME(row_maximum)(in, columns);
        float at_label = in[labels[r]] - shift;  // read before a gradient in place overwrites it
        float sum = NAME(exponentials)(in, shift, out, columns);
        losses[r] = logf(sum) - at_label;
        if (!out) continue;
        float factor = scale / sum;
        size_t c = 0;
        for (; c + 16 <= columns; c += 16) store16(out + c, load16(out + c) * factor);
        for (; c < columns; c++) out[c] *= factor;
        out[labels[r]] -= scale;
    }
}
#endif
