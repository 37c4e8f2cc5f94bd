// The one inner loop of all products: a few rows times a few blocks of sixteen columns, held in registers.
#ifndef CK_PATH
#define CK_SELF "tile.c"
#include "each_path.h"
#else
#include "tile.h"

#define tile NAME(tile)
#define tile_function NAME(tile_function)
#define tiles NAME(tiles)
#define shares NAME(shares)

// How many blocks of columns one call works on, and with how many rows: as many accumulators as the registers hold beside
// the operands. 24 to 28 of AVX-512's 32; 12 of AVX2's 16, where a block is two registers; 8 of SSE's 16.
#undef TILE_BLOCKS
#undef TILE_ROWS
#if CK_LEVEL == 2
#define TILE_BLOCKS 6
#define TILE_ROWS 14
#elif CK_LEVEL == 1
#define TILE_BLOCKS 1
#define TILE_ROWS 6
#else
#define TILE_BLOCKS 1
#define TILE_ROWS 2
#endif

/// y[rows][16 · blocks] = x[rows][depth] · w[depth][16 · blocks] (+ y when `add`); ld… are floats from row to row. When `turned`
/// x is stored [depth][rows].
INLINE void tile(int turned, size_t rows, size_t blocks, const float *x, size_t ldx, size_t depth, const float *w, size_t ldw,
                 float *y, size_t ldy, int add) {
    f16 sum[TILE_ROWS][TILE_BLOCKS];
    UNROLL for (size_t i = 0; i < rows; i++)
        UNROLL for (size_t j = 0; j < blocks; j++) sum[i][j] = add ? load16(y + i * ldy + 16 * j) : (f16){0};
    // Every third row has a pointer of its own, which the compiler must not derive from another: the rest are reached by its
    // addressing modes, and no sums of addresses take the place of products.
    const float *row[(TILE_ROWS + 2) / 3];
    UNROLL for (size_t i = 0; i < rows; i += 3) row[i / 3] = x + (turned ? i : i * ldx);
    for (size_t k = 0; k < depth; k++, w += ldw) {
        if (!turned) UNROLL for (size_t i = 0; i < rows; i += 3) __asm__("" : "+r"(row[i / 3]));
        f16 b[TILE_BLOCKS];
        UNROLL for (size_t j = 0; j < blocks; j++) {
            b[j] = load16(w + 16 * j);
            __builtin_prefetch(w + 8 * ldw + 16 * j);
        }
        UNROLL for (size_t i = 0; i < rows; i++) {
            float a = turned ? x[i] : row[i / 3][i % 3 * ldx];
            UNROLL for (size_t j = 0; j < blocks; j++) sum[i][j] += a * b[j];
        }
        if (turned)
            x += ldx;
        else
            UNROLL for (size_t i = 0; i < rows; i += 3) row[i / 3]++;
    }
    UNROLL for (size_t i = 0; i < rows; i++)
        UNROLL for (size_t j = 0; j < blocks; j++) store16(y + i * ldy + 16 * j, sum[i][j]);
}

typedef void (*tile_function)(const float *x, size_t ldx, size_t depth, const float *w, size_t ldw, float *y, size_t ldy,
                              int add);
#undef TILE
#define TILE(turned, rows, blocks)                                                                                             \
    static void NAME(tile_##turned##_##rows##_##blocks)(const float *x, size_t ldx, size_t depth, const float *w, size_t ldw,  \
                                                        float *y, size_t ldy, int add) {                                       \
        if (add)                                                                                                               \
            tile(turned, rows, blocks, x, ldx, depth, w, ldw, y, ldy, 1);                                                      \
        else                                                                                                                   \
            tile(turned, rows, blocks, x, ldx, depth, w, ldw, y, ldy, 0);                                                      \
    }

// The functions of some numbers of rows, plain and turned, and what they are called in the table.
#undef AT
#define AT(turned, rows, blocks) NAME(tile_##turned##_##rows##_##blocks),
#undef UP_TO_2
#undef UP_TO_4
#undef UP_TO_5
#undef UP_TO_6
#undef UP_TO_7
#undef UP_TO_9
#undef UP_TO_14
#define UP_TO_2(OF, t, b) OF(t, 1, b) OF(t, 2, b)
#define UP_TO_4(OF, t, b) UP_TO_2(OF, t, b) OF(t, 3, b) OF(t, 4, b)
#define UP_TO_5(OF, t, b) UP_TO_4(OF, t, b) OF(t, 5, b)
#define UP_TO_6(OF, t, b) UP_TO_5(OF, t, b) OF(t, 6, b)
#define UP_TO_7(OF, t, b) UP_TO_6(OF, t, b) OF(t, 7, b)
#define UP_TO_9(OF, t, b) UP_TO_7(OF, t, b) OF(t, 8, b) OF(t, 9, b)
#define UP_TO_14(OF, t, b) UP_TO_9(OF, t, b) OF(t, 10, b) OF(t, 11, b) OF(t, 12, b) OF(t, 13, b) OF(t, 14, b)
#if CK_LEVEL == 2
UP_TO_14(TILE, 0, 1) UP_TO_14(TILE, 0, 2) UP_TO_9(TILE, 0, 3) UP_TO_7(TILE, 0, 4) UP_TO_5(TILE, 0, 5) UP_TO_4(TILE, 0, 6)
UP_TO_14(TILE, 1, 1) UP_TO_14(TILE, 1, 2) UP_TO_9(TILE, 1, 3)
static const tile_function tiles[2][TILE_BLOCKS][TILE_ROWS] = {
    {{UP_TO_14(AT, 0, 1)}, {UP_TO_14(AT, 0, 2)}, {UP_TO_9(AT, 0, 3)}, {UP_TO_7(AT, 0, 4)}, {UP_TO_5(AT, 0, 5)}, {UP_TO_4(AT, 0, 6)}},
    {{UP_TO_14(AT, 1, 1)}, {UP_TO_14(AT, 1, 2)}, {UP_TO_9(AT, 1, 3)}},
};
#elif CK_LEVEL == 1
UP_TO_6(TILE, 0, 1) UP_TO_6(TILE, 1, 1)
static const tile_function tiles[2][TILE_BLOCKS][TILE_ROWS] = {{{UP_TO_6(AT, 0, 1)}}, {{UP_TO_6(AT, 1, 1)}}};
#else
UP_TO_2(TILE, 0, 1) UP_TO_2(TILE, 1, 1)
static const tile_function tiles[2][TILE_BLOCKS][TILE_ROWS] = {{{UP_TO_2(AT, 0, 1)}}, {{UP_TO_2(AT, 1, 1)}}};
#endif

/// Any number of rows, in even shares, because a short last share would leave registers empty.
INLINE void shares(int turned, size_t rows, size_t blocks, const float *x, size_t ldx, size_t depth, const float *w, size_t ldw,
                   float *y, size_t ldy, int add) {
#if CK_LEVEL == 2
    static const size_t most_rows[TILE_BLOCKS] = {14, 14, 9, 7, 5, 4};
    const size_t step = blocks;
#else
    static const size_t most_rows[TILE_BLOCKS] = {TILE_ROWS};
    const size_t step = 1;
#endif
    for (size_t block = 0; block < blocks; block += step) {
        const size_t count = (rows + most_rows[step - 1] - 1) / most_rows[step - 1];
        for (size_t i = 0; i < count; i++) {
            const size_t first = rows * i / count, last = rows * (i + 1) / count;
            tiles[turned][step - 1][last - first - 1](x + (turned ? first : first * ldx), ldx, depth, w + 16 * block, ldw,
                                                      y + first * ldy + 16 * block, ldy, add);
        }
    }
}

void multiply_rows(size_t rows, size_t blocks, const float *x, size_t ldx, size_t depth, const float *w, size_t ldw, float *y,
                   size_t ldy, int add) {
    shares(0, rows, blocks, x, ldx, depth, w, ldw, y, ldy, add);
}
void multiply_columns(size_t rows, size_t blocks, const float *x, size_t ldx, size_t depth, const float *w, size_t ldw,
                      float *y, size_t ldy, int add) {
    shares(1, rows, blocks, x, ldx, depth, w, ldw, y, ldy, add);
}
#endif
