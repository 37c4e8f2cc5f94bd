// The recurrent part of an LSTM, forward and backward in time, for a few sequences at once.
//
// The products with the input, for all steps, are one large matrix product that the caller does before (forward) or after
// (backward); here are the products with the state, which each step waits for, and the gates. Gate order i, j, f, o:
// c' = c · σ(f + forget bias) + σ(i) · tanh(j), h = tanh(c') · σ(o), as TensorFlow 1's BasicLSTMCell.
// Steps at or beyond the length of a sequence are zero in every output, and so are the states that leave them: backward in
// time that makes the state start at the last real step.
#ifndef CK_PATH
#include "blocks.h"
#include "path.h"

#define CK_SELF "lstm.c"
#include "each_path.h"

void ck_lstm_forward(ck_recurrence shape, float forget_bias, const int32_t *lengths, const float *packed, const float *bias,
                     float *gates, float *cells, float *states, float *out, float *scratch) {
    CK_CALL(lstm_forward, shape, forget_bias, lengths, packed, bias, gates, cells, states, out, scratch);
}
void ck_lstm_backward(ck_recurrence shape, const float *packed, const float *gates, const float *cells, const float *dout,
                      float *dgates, float *dbias, float *scratch) {
    CK_CALL(lstm_backward, shape, packed, gates, cells, dout, dgates, dbias, scratch);
}

#else
#include "exponential.h"
#include "lanes.h"
#include "tile.h"
#include "recurrence.h"

/// The gates of one row at one step: z holds what the input gives without the bias, `recurrent` what the state gives.
/// `before` is the cell one step earlier, null at the first. The next step's z is `ahead` floats from here: it waits in the third-level
/// cache, and nothing but this tells the CPU to fetch it.
static void NAME(step_row)(size_t units, float forget_bias, const float *bias, float *z, ptrdiff_t ahead,
                           const float *recurrent, const float *before, float *cell, float *out) {
    for (size_t u = 0; u < units; u += 16) {
        const size_t lanes = units - u < 16 ? units - u : 16;
        f16 gate[4];
        UNROLL for (size_t g = 0; g < 4; g++) {
            __builtin_prefetch(z + g * units + u + ahead, 1, 2);
            gate[g] = load_lanes(z + g * units + u, lanes) + load_lanes(bias + g * units + u, lanes);
            if (recurrent) gate[g] += load_lanes(recurrent + g * units + u, lanes);
        }
        f16 i = cell_sigmoid16(gate[0]), j = cell_tanh16(gate[1]), f = cell_sigmoid16(gate[2] + forget_bias), o = cell_sigmoid16(gate[3]);
        f16 c = i * j;
        if (before) c += f * load_lanes(before + u, lanes);
        store_lanes(z + u, i, lanes);
        store_lanes(z + units + u, j, lanes);
        store_lanes(z + 2 * units + u, f, lanes);
        store_lanes(z + 3 * units + u, o, lanes);
        store_lanes(cell + u, c, lanes);
        store_lanes(out + u, o * cell_tanh16(c), lanes);
    }
}

static void NAME(lstm_forward)(ck_recurrence s, float forget_bias, const int32_t *lengths, const float *packed, const float *bias,
                               float *gates, float *cells, float *states, float *out, float *scratch) {
    const size_t units = s.units, row = 16 * blocks_of(4 * units);
    const ptrdiff_t ahead = s.reversed ? -(ptrdiff_t)(4 * units) : (ptrdiff_t)(4 * units);
    for (size_t k = 0; k < s.steps; k++) {
        const size_t t = s.reversed ? s.steps - 1 - k : k, earlier = s.reversed ? t + 1 : t - 1;
        keep_states(s, t, k > 0 ? out + earlier * s.out_step : NULL, states);
        if (k > 0) from_states(s, out + earlier * s.out_step, 4 * units, packed, scratch);
        for (size_t r = 0; r < s.rows; r++) {
            float *z = gates + (r * s.steps + t) * 4 * units, *cell = cells + (r * s.steps + t) * units;
            float *h = out + r * s.out_row + t * s.out_step;
            if (lengths && (int64_t)t >= lengths[r]) {
                memset(z, 0, 4 * units * sizeof(float));
                memset(cell, 0, units * sizeof(float));
                memset(h, 0, units * sizeof(float));
                continue;
            }
            NAME(step_row)(units, forget_bias, bias, z, ahead, k > 0 ? scratch + r * row : NULL,
                           k > 0 ? cells + (r * s.steps + earlier) * units : NULL, cell, h);
        }
    }
}

/// Gradients of the gates before their functions, from dh (of the output, plus `from_later`) and dc, which is carried on. The
/// step to come next is `ahead` cells, and `ahead_out` floats of the output, from here.
static void NAME(step_row_back)(size_t units, const float *gates, const float *cell, const float *before, const float *dout,
                                const float *from_later, float *dc, float *dgates, ptrdiff_t ahead, ptrdiff_t ahead_out) {
    for (size_t u = 0; u < units; u += 16) {
        UNROLL for (size_t g = 0; g < 4; g++) {
            __builtin_prefetch(gates + g * units + u + 4 * ahead, 0, 2);
            __builtin_prefetch(dgates + g * units + u + 4 * ahead, 1, 2);
        }
        __builtin_prefetch(cell + u + 2 * ahead, 0, 2);
        __builtin_prefetch(dout + u + ahead_out, 0, 2);
        const size_t lanes = units - u < 16 ? units - u : 16;
        f16 i = load_lanes(gates + u, lanes), j = load_lanes(gates + units + u, lanes);
        f16 f = load_lanes(gates + 2 * units + u, lanes), o = load_lanes(gates + 3 * units + u, lanes);
        f16 h = cell_tanh16(load_lanes(cell + u, lanes));
        f16 dh = load_lanes(dout + u, lanes);
        if (from_later) dh += load16(from_later + u);
        f16 d = load16(dc + u) + dh * o * (1.0f - h * h);
        f16 previous = before ? load_lanes(before + u, lanes) : (f16){0};
        store_lanes(dgates + u, d * j * (i * (1.0f - i)), lanes);
        store_lanes(dgates + units + u, d * i * (1.0f - j * j), lanes);
        store_lanes(dgates + 2 * units + u, d * previous * (f * (1.0f - f)), lanes);
        store_lanes(dgates + 3 * units + u, dh * h * (o * (1.0f - o)), lanes);
        store16(dc + u, d * f);
    }
}

static void NAME(lstm_backward)(ck_recurrence s, const float *packed, const float *gates, const float *cells, const float *dout,
                                float *dgates, float *dbias, float *scratch) {
    const size_t units = s.units, row = 16 * blocks_of(units);
    const ptrdiff_t ahead = s.reversed ? (ptrdiff_t)units : -(ptrdiff_t)units;
    const ptrdiff_t ahead_out = s.reversed ? (ptrdiff_t)s.out_step : -(ptrdiff_t)s.out_step;
    float *dc = scratch, *dh = dc + s.rows * row;
    memset(dc, 0, s.rows * row * sizeof(float));
    memset(dbias, 0, 4 * units * sizeof(float));
    for (size_t k = 0; k < s.steps; k++) {
        const size_t t = s.reversed ? k : s.steps - 1 - k;
        const size_t earlier = s.reversed ? t + 1 : t - 1, later = s.reversed ? t - 1 : t + 1;
        for (size_t bundle = 0; k > 0 && bundle < bundle_count(units); bundle++) {
            const size_t block = bundle_start(units, bundle), blocks = bundle_start(units, bundle + 1) - block;
            multiply_rows(s.rows, blocks, dgates + later * 4 * units, s.steps * 4 * units, 4 * units, packed + 16 * block, row,
                          dh + 16 * block, row, 0);
        }
        for (size_t r = 0; r < s.rows; r++) {
            const size_t at = r * s.steps + t;
            NAME(step_row_back)(units, gates + at * 4 * units, cells + at * units,
                                k + 1 < s.steps ? cells + (r * s.steps + earlier) * units : NULL,
                                dout + r * s.out_row + t * s.out_step, k > 0 ? dh + r * row : NULL, dc + r * row,
                                dgates + at * 4 * units, ahead, ahead_out);
        }
        add_rows(s, dgates + t * 4 * units, 4 * units, dbias);
    }
}
#endif
