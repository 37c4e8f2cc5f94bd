// One pass per optimizer over values, gradients and slots: these arrays come from memory, so only fusion helps.
#ifndef CK_PATH
#define CK_SELF "optimizers.c"
#include "each_path.h"

float ck_gradient_sum_of_squares(const float *v, const float *g, ck_gradient_terms terms, size_t count) {
    return CK_CALL(gradient_sum_of_squares, v, g, terms, count);
}
void ck_descend(float *v, const float *g, ck_gradient_terms terms, float rate, size_t count) {
    CK_CALL(descend, v, g, terms, rate, count);
}
void ck_momentum(float *v, float *a, const float *g, ck_gradient_terms terms, float rate, float momentum,
                 int32_t nesterov, size_t count) {
    CK_CALL(momentum, v, a, g, terms, rate, momentum, nesterov, count);
}
void ck_adam(float *v, float *m, float *s, const float *g, ck_gradient_terms terms, float rate, float beta1, float beta2,
             float epsilon, float shrink, size_t count) {
    CK_CALL(adam, v, m, s, g, terms, rate, beta1, beta2, epsilon, shrink, count);
}
void ck_adagrad(float *v, float *a, const float *g, ck_gradient_terms terms, float rate, size_t count) {
    CK_CALL(adagrad, v, a, g, terms, rate, count);
}
void ck_rmsprop(float *v, float *s, float *a, const float *g, ck_gradient_terms terms, float rate, float decay,
                float momentum, float epsilon, size_t count) {
    CK_CALL(rmsprop, v, s, a, g, terms, rate, decay, momentum, epsilon, count);
}

#else

/// The gradient as the rule sees it. Comparisons are written so that NaN passes through.
INLINE f16 NAME(final_gradient)(f16 v, f16 g, ck_gradient_terms terms) {
    f16 d = g * terms.scale + v * terms.decay;
    d = choose16(d > terms.clip, (f16){} + terms.clip, d);
    return choose16(d < -terms.clip, (f16){} - terms.clip, d);
}

static float NAME(gradient_sum_of_squares)(const float *v, const float *g, ck_gradient_terms terms, size_t count) {
    if (count > 4096) {
        size_t half = ((count / 2 + 4095) / 4096) * 4096;
        return NAME(gradient_sum_of_squares)(v, g, terms, half) +
               NAME(gradient_sum_of_squares)(v + half, g + half, terms, count - half);
    }
    f16 s[2] = {{0}, {0}};
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        UNROLL for (size_t j = 0; j < 2; j++) {
            f16 d = load16(g + i + 16 * j) * terms.scale + load16(v + i + 16 * j) * terms.decay;
            s[j] += d * d;
        }
    }
    for (; i < count; i += 16) {
        size_t lanes = count - i < 16 ? count - i : 16;
        f16 d = load_part(g + i, lanes) * terms.scale + load_part(v + i, lanes) * terms.decay;
        s[0] += d * d;
    }
    return sum16(s[0] + s[1]);
}

// A rule reads and writes vectors named v (values), d (the final gradient) and its slots p, q. The rest of an array goes
// through zero-filled copies of one vector's size.
#undef RULE_LOOP
#define RULE_LOOP(P, Q, rule)                                                                           \
    for (size_t i = 0; i < count; i += 16) {                                                            \
        size_t lanes = count - i < 16 ? count - i : 16;                                                 \
        int whole = lanes == 16;                                                                        \
        f16 v = whole ? load16(values + i) : load_part(values + i, lanes);                              \
        f16 d = NAME(final_gradient)(v, whole ? load16(gradients + i) : load_part(gradients + i, lanes), terms); \
        f16 p = whole ? load16(P + i) : load_part(P + i, lanes);                                        \
        f16 q = whole ? load16(Q + i) : load_part(Q + i, lanes);                                        \
        rule;                                                                                           \
        if (whole) {                                                                                    \
            store16(P + i, p);                                                                          \
            if (Q != P) store16(Q + i, q);                                                              \
            store16(values + i, v);                                                                     \
        } else {                                                                                        \
            store_part(P + i, p, lanes);                                                                \
            if (Q != P) store_part(Q + i, q, lanes);                                                    \
            store_part(values + i, v, lanes);                                                           \
        }                                                                                               \
    }

static void NAME(descend)(float *values, const float *gradients, ck_gradient_terms terms, float rate, size_t count) {
    for (size_t i = 0; i < count; i += 16) {
        size_t lanes = count - i < 16 ? count - i : 16;
        f16 v = load_part(values + i, lanes);
        v -= NAME(final_gradient)(v, load_part(gradients + i, lanes), terms) * rate;
        store_part(values + i, v, lanes);
    }
}

static void NAME(momentum)(float *values, float *a, const float *gradients, ck_gradient_terms terms, float rate,
                           float momentum, int32_t nesterov, size_t count) {
    if (nesterov)
        RULE_LOOP(a, a, (p = p * momentum + d, v -= (d + p * momentum) * rate, (void)q))
    else
        RULE_LOOP(a, a, (p = p * momentum + d, v -= p * rate, (void)q))
}

static void NAME(adam)(float *values, float *m, float *s, const float *gradients, ck_gradient_terms terms, float rate,
                       float beta1, float beta2, float epsilon, float shrink, size_t count) {
    RULE_LOOP(m, s,
              (p = p + (d - p) * (1 - beta1), q = q + (d * d - q) * (1 - beta2),
               v = (v - v * shrink) - p * rate / (__builtin_elementwise_sqrt(q) + epsilon)))
}

static void NAME(adagrad)(float *values, float *a, const float *gradients, ck_gradient_terms terms, float rate,
                          size_t count) {
    // Lanes beyond the end hold 0/√0; they are never stored.
    RULE_LOOP(a, a, (p = p + d * d, v -= d * rate / __builtin_elementwise_sqrt(p), (void)q))
}

static void NAME(rmsprop)(float *values, float *s, float *a, const float *gradients, ck_gradient_terms terms, float rate,
                          float decay, float momentum, float epsilon, size_t count) {
    RULE_LOOP(s, a,
              (p = p + (d * d - p) * (1 - decay), q = q * momentum + d * rate / __builtin_elementwise_sqrt(p + epsilon),
               v -= q))
}
#endif
