// Sums and maxima. Blocks of 4096 elements are summed in 4 × 16 lanes, the blocks pairwise: the error grows with the
// logarithm of the count, and the order of additions depends on nothing but the count.
#ifndef CK_PATH
#define CK_SELF "reductions.c"
#include "each_path.h"

float ck_sum(const float *x, size_t count) { return CK_CALL(sum, x, count); }
float ck_sum_of_squares(const float *x, size_t count) { return CK_CALL(sum_of_squares, x, count); }
float ck_dot(const float *a, const float *b, size_t count) { return CK_CALL(dot, a, b, count); }
float ck_maximum(const float *x, size_t count) { return CK_CALL(maximum, x, count); }
void ck_column_sums(const float *x, float *sums, size_t rows, size_t columns, size_t first, size_t last) {
    CK_CALL(column_sums, x, sums, rows, columns, first, last);
}

#else

#undef PAIRWISE
#define PAIRWISE(name, parameters, arguments_left, arguments_right, term, part)                         \
    static float NAME(name)parameters {                                                                 \
        if (count > 4096) {                                                                             \
            size_t half = ((count / 2 + 4095) / 4096) * 4096;                                           \
            return NAME(name)arguments_left + NAME(name)arguments_right;                                \
        }                                                                                               \
        f16 s[4] = {{0}, {0}, {0}, {0}};                                                                \
        size_t i = 0;                                                                                   \
        for (; i + 64 <= count; i += 64) {                                                              \
            UNROLL for (size_t j = 0; j < 4; j++) s[j] += term(i + 16 * j);                             \
        }                                                                                               \
        for (; i + 16 <= count; i += 16) s[0] += term(i);                                               \
        if (i < count) s[1] += part(i, count - i);                                                      \
        return sum16((s[0] + s[2]) + (s[1] + s[3]));                                                    \
    }

#undef TERM
#undef PART
#define TERM(i) load16(x + (i))
#define PART(i, n) load_part(x + (i), n)
PAIRWISE(sum, (const float *x, size_t count), (x, half), (x + half, count - half), TERM, PART)
#undef TERM
#undef PART
#define TERM(i) load16(x + (i)) * load16(x + (i))
#define PART(i, n) load_part(x + (i), n) * load_part(x + (i), n)
PAIRWISE(sum_of_squares, (const float *x, size_t count), (x, half), (x + half, count - half), TERM, PART)
#undef TERM
#undef PART
#define TERM(i) load16(a + (i)) * load16(b + (i))
#define PART(i, n) load_part(a + (i), n) * load_part(b + (i), n)
PAIRWISE(dot, (const float *a, const float *b, size_t count), (a, b, half), (a + half, b + half, count - half), TERM, PART)

static float NAME(maximum)(const float *x, size_t count) {
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

/// Rows in blocks of 64, each block summed on its own and then added to the total.
static void NAME(column_sums)(const float *x, float *sums, size_t rows, size_t columns, size_t first, size_t last) {
    for (size_t c = first; c < last; c += 16) {
        size_t lanes = last - c < 16 ? last - c : 16;
        f16 total = {0};
        for (size_t r0 = 0; r0 < rows; r0 += 64) {
            size_t r1 = r0 + 64 < rows ? r0 + 64 : rows;
            f16 block = {0};
            if (lanes == 16)
                for (size_t r = r0; r < r1; r++) block += load16(x + r * columns + c);
            else
                for (size_t r = r0; r < r1; r++) block += load_part(x + r * columns + c, lanes);
            total += block;
        }
        store_part(sums + c, total, lanes);
    }
}
#endif
