// The recurrent part of a GRU, forward and backward in time, for a few sequences at once; see "lstm.c", whose shape it has.
//
// Gate order r, z, n: n = tanh(x·Wn + bn + r · (h·Un + cn)), h' = n + z · (h - n), as PyTorch and cuDNN have it.
// Steps at or beyond the length of a sequence are zero in every output, and so are the states that leave them.
#ifndef CK_PATH
#include "blocks.h"
#include "path.h"

#define CK_SELF "gru.c"
#include "each_path.h"

void ck_gru_forward(ck_recurrence shape, const int32_t *lengths, const float *packed, const float *bias, float *gates, float *own,
                    float *states, float *out, float *scratch) {
    CK_CALL(gru_forward, shape, lengths, packed, bias, gates, own, states, out, scratch);
}
void ck_gru_backward(ck_recurrence shape, const int32_t *lengths, const float *packed, const float *gates, const float *own,
                     const float *states, const float *dout, float *dgates, float *dstate, float *dbias, float *scratch) {
    CK_CALL(gru_backward, shape, lengths, packed, gates, own, states, dout, dgates, dstate, dbias, scratch);
}

#else
#include "exponential.h"
#include "lanes.h"
#include "tile.h"
#include "recurrence.h"

/// The gates of one row at one step: z holds what the input gives without the biases [2][3u], `recurrent` what
/// the state gives. `before` is the state one step earlier, null at the first; `own` gets h·Un + cn.
static void NAME(gru_row)(size_t units, const float *bias, float *z, const float *recurrent, const float *before, float *own,
                          float *out) {
    for (size_t u = 0; u < units; u += 16) {
        const size_t lanes = units - u < 16 ? units - u : 16;
        f16 given[3], state[3];
        UNROLL for (size_t g = 0; g < 3; g++) {
            given[g] = load_lanes(z + g * units + u, lanes) + load_lanes(bias + g * units + u, lanes);
            state[g] = load_lanes(bias + (3 + g) * units + u, lanes);
            if (recurrent) state[g] += load_lanes(recurrent + g * units + u, lanes);
        }
        f16 r = cell_sigmoid16(given[0] + state[0]), keep = cell_sigmoid16(given[1] + state[1]), n = cell_tanh16(given[2] + r * state[2]);
        f16 h = before ? load_lanes(before + u, lanes) : (f16){0};
        store_lanes(z + u, r, lanes);
        store_lanes(z + units + u, keep, lanes);
        store_lanes(z + 2 * units + u, n, lanes);
        store_lanes(own + u, state[2], lanes);
        store_lanes(out + u, n + keep * (h - n), lanes);
    }
}

static void NAME(gru_forward)(ck_recurrence s, const int32_t *lengths, const float *packed, const float *bias, float *gates,
                              float *own, float *states, float *out, float *scratch) {
    const size_t units = s.units, row = 16 * blocks_of(3 * units);
    for (size_t k = 0; k < s.steps; k++) {
        const size_t t = s.reversed ? s.steps - 1 - k : k, earlier = s.reversed ? t + 1 : t - 1;
        keep_states(s, t, k > 0 ? out + earlier * s.out_step : NULL, states);
        if (k > 0) from_states(s, out + earlier * s.out_step, 3 * units, packed, scratch);
        for (size_t r = 0; r < s.rows; r++) {
            float *z = gates + (r * s.steps + t) * 3 * units, *mine = own + (r * s.steps + t) * units;
            float *h = out + r * s.out_row + t * s.out_step;
            if (lengths && (int64_t)t >= lengths[r]) {
                memset(z, 0, 3 * units * sizeof(float));
                memset(mine, 0, units * sizeof(float));
                memset(h, 0, units * sizeof(float));
                continue;
            }
            NAME(gru_row)(units, bias, z, k > 0 ? scratch + r * row : NULL,
                          k > 0 ? out + r * s.out_row + earlier * s.out_step : NULL, mine, h);
        }
    }
}

/// Gradients of the gates before their functions, as the input (dgates) and as the state (dstate) gave them. `dh` is what later
/// steps want of this state; on return what this step wants of the one before, apart from its products.
static void NAME(gru_row_back)(size_t units, const float *gates, const float *own, const float *before, const float *dout,
                               float *dh, float *dgates, float *dstate) {
    for (size_t u = 0; u < units; u += 16) {
        const size_t lanes = units - u < 16 ? units - u : 16;
        f16 r = load_lanes(gates + u, lanes), keep = load_lanes(gates + units + u, lanes);
        f16 n = load_lanes(gates + 2 * units + u, lanes);
        f16 h = load_lanes(before + u, lanes);
        f16 d = load_lanes(dout + u, lanes) + load16(dh + u);
        f16 dn = d * (1.0f - keep) * (1.0f - n * n), dr = dn * load_lanes(own + u, lanes) * (r * (1.0f - r));
        f16 dz = d * (h - n) * (keep * (1.0f - keep));
        store_lanes(dgates + u, dr, lanes);
        store_lanes(dgates + units + u, dz, lanes);
        store_lanes(dgates + 2 * units + u, dn, lanes);
        store_lanes(dstate + u, dr, lanes);
        store_lanes(dstate + units + u, dz, lanes);
        store_lanes(dstate + 2 * units + u, dn * r, lanes);
        store16(dh + u, d * keep);
    }
}

static void NAME(gru_backward)(ck_recurrence s, const int32_t *lengths, const float *packed, const float *gates, const float *own,
                               const float *states, const float *dout, float *dgates, float *dstate, float *dbias,
                               float *scratch) {
    const size_t units = s.units, row = 16 * blocks_of(units);
    float *dh = scratch;
    memset(dh, 0, s.rows * row * sizeof(float));
    memset(dbias, 0, 6 * units * sizeof(float));
    for (size_t k = 0; k < s.steps; k++) {
        const size_t t = s.reversed ? k : s.steps - 1 - k, later = s.reversed ? t - 1 : t + 1;
        for (size_t bundle = 0; k > 0 && bundle < bundle_count(units); bundle++) {
            const size_t block = bundle_start(units, bundle), blocks = bundle_start(units, bundle + 1) - block;
            multiply_rows(s.rows, blocks, dstate + later * 3 * units, s.steps * 3 * units, 3 * units, packed + 16 * block, row,
                          dh + 16 * block, row, 1);
        }
        for (size_t r = 0; r < s.rows; r++) {
            const size_t at = r * s.steps + t;
            if (lengths && (int64_t)t >= lengths[r]) {
                memset(dgates + at * 3 * units, 0, 3 * units * sizeof(float));
                memset(dstate + at * 3 * units, 0, 3 * units * sizeof(float));
                memset(dh + r * row, 0, row * sizeof(float));
                continue;
            }
            NAME(gru_row_back)(units, gates + at * 3 * units, own + at * units, states + at * units,
                               dout + r * s.out_row + t * s.out_step, dh + r * row, dgates + at * 3 * units,
                               dstate + at * 3 * units);
        }
        add_rows(s, dgates + t * 3 * units, 3 * units, dbias);
        add_rows(s, dstate + t * 3 * units, 3 * units, dbias + 3 * units);
    }
}
#endif
