// Loops over arrays of any length: whole vectors, then the rest through a zero-filled one.
#ifndef CK_PATH
#define CK_SELF "elementwise.c"
#include "each_path.h"

#define UNARY(name)                                                                                     \
    void ck_##name(const float *x, float *y, size_t count) { CK_CALL(name, x, y, count); }
#define BINARY(name)                                                                                    \
    void ck_##name(const float *a, const float *b, float *y, size_t count) { CK_CALL(name, a, b, y, count); }
UNARY(exp)
UNARY(log)
UNARY(tanh)
UNARY(sigmoid)
UNARY(erf)
UNARY(normal)
UNARY(gelu)
UNARY(relu)
BINARY(relu_gradient)
BINARY(tanh_gradient)
BINARY(sigmoid_gradient)
BINARY(add)
BINARY(subtract)
BINARY(multiply)
BINARY(divide)

void ck_scale_offset(const float *x, float scale, float offset, float *y, size_t count) {
    CK_CALL(scale_offset, x, scale, offset, y, count);
}
void ck_add_scaled(const float *x, float scale, float *y, size_t count) { CK_CALL(add_scaled, x, scale, y, count); }

#else
#include "exponential.h"

#undef EACH1
#undef EACH2
#define EACH1(name, expression)                                                                         \
    static void NAME(name)(const float *x, float *y, size_t count) {                                    \
        size_t i = 0;                                                                                   \
        for (; i + 16 <= count; i += 16) {                                                              \
            f16 a = load16(x + i);                                                                      \
            store16(y + i, expression);                                                                 \
        }                                                                                               \
        if (i < count) {                                                                                \
            f16 a = load_part(x + i, count - i);                                                        \
            store_part(y + i, expression, count - i);                                                   \
        }                                                                                               \
    }
#define EACH2(name, expression)                                                                         \
    static void NAME(name)(const float *x, const float *z, float *y, size_t count) {                    \
        size_t i = 0;                                                                                   \
        for (; i + 16 <= count; i += 16) {                                                              \
            f16 a = load16(x + i), b = load16(z + i);                                                   \
            store16(y + i, expression);                                                                 \
        }                                                                                               \
        if (i < count) {                                                                                \
            f16 a = load_part(x + i, count - i), b = load_part(z + i, count - i);                       \
            store_part(y + i, expression, count - i);                                                   \
        }                                                                                               \
    }

EACH1(exp, exp16(a))
EACH1(log, log16(a))
EACH1(tanh, tanh16(a))
EACH1(sigmoid, sigmoid16(a))
EACH1(erf, erf16(a))
EACH1(normal, normal16(a))
EACH1(gelu, a * normal16(a))
EACH1(relu, choose16(a <= 0.0f, (f16){0}, a))
EACH2(relu_gradient, choose16(b > 0.0f, a, (f16){0}))
EACH2(tanh_gradient, a * (1.0f - b * b))
EACH2(sigmoid_gradient, a * (b * (1.0f - b)))
EACH2(add, a + b)
EACH2(subtract, a - b)
EACH2(multiply, a * b)
EACH2(divide, a / b)

static void NAME(scale_offset)(const float *x, float scale, float offset, float *y, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) store16(y + i, load16(x + i) * scale + offset);
    if (i < count) store_part(y + i, load_part(x + i, count - i) * scale + offset, count - i);
}

static void NAME(add_scaled)(const float *x, float scale, float *y, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) store16(y + i, load16(x + i) * scale + load16(y + i));
    if (i < count) store_part(y + i, load_part(x + i, count - i) * scale + load_part(y + i, count - i), count - i);
}
#endif
