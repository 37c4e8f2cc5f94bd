// What recurrent layers do beside their gates, once per code path; included by kernel files after "lanes.h" and "tile.h".

#define keep_states NAME(keep_states)
#define add_rows NAME(add_rows)
#define from_states NAME(from_states)

/// states [rows][steps][u] at step t: the state that the step starts from, which `out` has one step earlier; zero at the first.
INLINE void keep_states(ck_recurrence s, size_t t, const float *earlier, float *states) {
    for (size_t r = 0; r < s.rows; r++) {
        float *state = states + (r * s.steps + t) * s.units;
        for (size_t u = 0; u < s.units; u += 16) {
            const size_t lanes = s.units - u < 16 ? s.units - u : 16;
            store_lanes(state + u, earlier ? load_lanes(earlier + r * s.out_row + u, lanes) : (f16){0}, lanes);
        }
    }
}

/// recurrent [rows][whole blocks of `columns`]: the states of one step times the weights that ck_recurrent_pack has packed.
INLINE void from_states(ck_recurrence s, const float *states, size_t columns, const float *packed, float *recurrent) {
    for (size_t bundle = 0; bundle < bundle_count(columns); bundle++) {
        const size_t block = bundle_start(columns, bundle), blocks = bundle_start(columns, bundle + 1) - block;
        multiply_rows(s.rows, blocks, states, s.out_row, s.units, packed + 16 * block * s.units, 16 * blocks,
                      recurrent + 16 * block, 16 * blocks_of(columns), 0);
    }
}

/// Adds the sum of all rows of one step, `x` [rows][steps][width] from that step on, to sums [width].
INLINE void add_rows(ck_recurrence s, const float *x, size_t width, float *sums) {
    for (size_t c = 0; c < width; c += 16) {
        const size_t lanes = width - c < 16 ? width - c : 16;
        f16 sum = {0};
        for (size_t r = 0; r < s.rows; r++) sum += load_lanes(x + r * s.steps * width + c, lanes);
        store_lanes(sums + c, load_lanes(sums + c, lanes) + sum, lanes);
    }
}
