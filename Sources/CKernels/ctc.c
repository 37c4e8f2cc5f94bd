// Connectionist temporal classification: loss and gradient of one sequence, in log space.
//
// The labels with a blank before, between and after them are the states. Forward and backward variables are vectors over
// the states; each step's are shifted by their largest, whose sum is kept in double precision, so that long sequences lose
// no digits. Source: Graves et al., "Connectionist temporal classification", 2006.
#ifndef CK_PATH
#include "path.h"

/// States in rows of whole vectors, with room for the two neighbours on either side.
static size_t state_row(size_t labels) { return (2 * labels + 1 + 15) / 16 * 16 + 16; }

#define CK_SELF "ctc.c"
#include "each_path.h"

size_t ck_ctc_scratch(size_t steps, size_t labels) { return (2 * steps + 5) * state_row(labels) + 32; }
float ck_ctc(const float *logits, size_t steps, size_t classes, const int32_t *labels, size_t label_count, float scale,
             float *gradient, float *scratch) {
    return CK_CALL(ctc, logits, steps, classes, labels, label_count, scale, gradient, scratch);
}

#else
#include "exponential.h"

/// log(eᵃ + eᵇ + eᶜ); −∞ where all are.
INLINE f16 NAME(log_add)(f16 a, f16 b, f16 c) {
    f16 m = choose16(a > b, a, b);
    m = choose16(m > c, m, c);
    f16 shift = choose16(m == (f16){} - INFINITY, (f16){0}, m);
    return log16(exp16(a - shift) + exp16(b - shift) + exp16(c - shift)) + shift;
}

/// Subtracts the largest from every state; returns it (−∞ when no state is possible).
static float NAME(shift_states)(float *states, size_t row) {
    f16 m = (f16){} - INFINITY;
    for (size_t s = 0; s < row; s += 16) {
        f16 v = load16(states + s);
        m = choose16((v > m) | (v != v), v, m);
    }
    float largest = max16(m);
    if (largest != -INFINITY)
        for (size_t s = 0; s < row; s += 16) store16(states + s, load16(states + s) - largest);
    return largest;
}

/// Log probabilities of the classes from logits: the row's log-sum-exp; fills `softmax` with scale · probabilities.
static float NAME(normalise)(const float *x, size_t classes, float scale, float *softmax) {
    f16 m = (f16){} - INFINITY;
    size_t c = 0;
    for (; c + 16 <= classes; c += 16) {
        f16 v = load16(x + c);
        m = choose16((v > m) | (v != v), v, m);
    }
    float largest = max16(m);
    for (; c < classes; c++) largest = (x[c] > largest || x[c] != x[c]) ? x[c] : largest;
    f16 sum[2] = {{0}, {0}};
    size_t chain = 0;
    for (c = 0; c + 16 <= classes; c += 16, chain++) {
        f16 e = exp16(load16(x + c) - largest);
        sum[chain & 1] += e;
        if (softmax) store16(softmax + c, e);
    }
    if (c < classes) {
        f16 e = exp16(load_part(x + c, classes - c) - largest);
        for (size_t k = classes - c; k < 16; k++) e[k] = 0;
        sum[0] += e;
        if (softmax) store_part(softmax + c, e, classes - c);
    }
    float total = sum16(sum[0] + sum[1]);
    if (softmax) {
        float factor = scale / total;
        for (c = 0; c + 16 <= classes; c += 16) store16(softmax + c, load16(softmax + c) * factor);
        for (; c < classes; c++) softmax[c] *= factor;
    }
    return largest + logf(total);
}

static float NAME(ctc)(const float *logits, size_t steps, size_t classes, const int32_t *labels, size_t label_count,
                       float scale, float *gradient, float *scratch) {
    const size_t states = 2 * label_count + 1, row = state_row(label_count), width = row - 16;
    const int32_t blank = (int32_t)classes - 1;
    // Rows start two floats before their first state, so that a state's left neighbours can be read.
    float *emissions = scratch, *alpha = emissions + steps * row, *beta = alpha + steps * row;
    float *skip = beta + 2 * row, *posterior = skip + row;
    for (size_t i = 0; i < (2 * steps + 5) * row; i++) scratch[i] = -INFINITY;

    // A blank may be left out between two labels that differ.
    for (size_t s = 3; s < states; s += 2) skip[s + 2] = labels[s / 2] != labels[s / 2 - 1] ? 0 : -INFINITY;
    for (size_t t = 0; t < steps; t++) {
        const float *x = logits + t * classes;
        float log_sum = NAME(normalise)(x, classes, scale, gradient ? gradient + t * classes : NULL);
        for (size_t s = 0; s < states; s++) emissions[t * row + s] = x[s & 1 ? labels[s / 2] : blank] - log_sum;
    }
    if (steps == 0) return label_count == 0 ? 0 : INFINITY;

    double log_likelihood = 0;
    for (size_t t = 0; t < steps; t++) {
        float *a = alpha + t * row;
        if (t == 0) {
            a[2] = emissions[0];
            if (states > 1) a[3] = emissions[1];
        } else {
            for (size_t s = 0; s < width; s += 16) {
                const float *before = a - row + s;
                f16 next = NAME(log_add)(load16(before + 2), load16(before + 1), load16(before) + load16(skip + s + 2));
                store16(a + s + 2, next + load16(emissions + t * row + s));
            }
            a[0] = a[1] = -INFINITY;
        }
        float shift = NAME(shift_states)(a, row);
        if (shift == -INFINITY) {
            // No path reaches this step: the labels do not fit.
            if (gradient) memset(gradient, 0, steps * classes * sizeof(float));
            return INFINITY;
        }
        log_likelihood += shift;
    }
    const float *last = alpha + (steps - 1) * row + 2;
    // The last blank or the last label, which other states may exceed by any amount.
    double end = last[states - 1], other = states > 1 ? last[states - 2] : -INFINITY;
    double top = end > other ? end : other;
    if (top == -INFINITY) {
        if (gradient) memset(gradient, 0, steps * classes * sizeof(float));
        return INFINITY;
    }
    log_likelihood += top + log(exp(end - top) + exp(other - top));
    if (!gradient) return (float)-log_likelihood;

    // β with its own emission: `beta` is this step's, the row after it the next step's. State s is at index s.
    for (size_t t = steps; t-- > 0;) {
        float *b = beta + (t & 1) * row;
        const float *after = beta + (~t & 1) * row, *e = emissions + t * row;
        if (t + 1 == steps) {
            for (size_t s = 0; s < row; s++) b[s] = -INFINITY;
            b[states - 1] = e[states - 1];
            if (states > 1) b[states - 2] = e[states - 2];
        } else {
            for (size_t s = 0; s < width; s += 16) {
                // Leaving out the blank after s is leaving it out before s + 2.
                f16 next = NAME(log_add)(load16(after + s), load16(after + s + 1), load16(after + s + 2) + load16(skip + s + 4));
                store16(b + s, next + load16(e + s));
            }
            for (size_t s = states; s < row; s++) b[s] = -INFINITY;
        }
        NAME(shift_states)(b, row);
        // The share of each state in the likelihood; both variables hold the emission, so it is taken off once.
        for (size_t s = 0; s < width; s += 16) {
            f16 both = load16(alpha + t * row + s + 2) + load16(b + s);
            f16 v = both - load16(e + s);
            store16(posterior + s, choose16(both == (f16){} - INFINITY, (f16){} - INFINITY, v));
        }
        for (size_t s = width; s < row; s++) posterior[s] = -INFINITY;
        NAME(shift_states)(posterior, row);
        f16 sum = {0};
        for (size_t s = 0; s < width; s += 16) {
            f16 p = exp16(load16(posterior + s));
            store16(posterior + s, p);
            sum += p;
        }
        float factor = scale / sum16(sum);
        for (size_t s = 0; s < states; s++)
            gradient[t * classes + (size_t)(s & 1 ? labels[s / 2] : blank)] -= posterior[s] * factor;
    }
    return (float)-log_likelihood;
}
#endif
