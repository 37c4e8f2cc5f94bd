// The one inner loop of all products: a few rows times a few blocks of sixteen columns, held in registers.
#ifndef CK_PATH
#define CK_SELF "tile.c"
#include "each_path.h"
#else
#include "tile.h"

#define tile NAME(tile)
#define tile_function NAME(tile_function)
#define tiles NAME(tiles)

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

/// y[rows][16 · blocks] = x[rows][depth] · w[depth][16 · blocks] (+ y when `add`); ld… are floats from row to row.
INLINE void tile(size_t rows, size_t blocks, const float *x, size_t ldx, size_t depth, const float *w, size_t ldw, float *y,
                 size_t ldy, int add) {
    f16 sum[TILE_ROWS][TILE_BLOCKS];
    UNROLL for (size_t i = 0; i < rows; i++)
        UNROLL for (size_t j = 0; j < blocks; j++) sum[i][j] = add ? load16(y + i * ldy + 16 * j) : (f16){0};
    // Every third row has a pointer of its own, which the compiler must not derive from another: the rest are reached by its
    // addressing modes, and no sums of addresses take the place of products.
    const float *row[(TILE_ROWS + 2) / 3];
    UNROLL for (size_t i = 0; i < rows; i += 3) row[i / 3] = x + i * ldx;
    for (size_t k = 0; k < depth; k++, w += ldw) {
        UNROLL for (size_t i = 0; i < rows; i += 3) __asm__("" : "+r"(row[i / 3]));
        f16 b[TILE_BLOCKS];
        UNROLL for (size_t j = 0; j < blocks; j++) {
            b[j] = load16(w + 16 * j);
            __builtin_prefetch(w + 8 * ldw + 16 * j);
        }
        UNROLL for (size_t i = 0; i < rows; i++) {
            float a = row[i / 3][i % 3 * ldx];
            UNROLL for (size_t j = 0; j < blocks; j++) sum[i][j] += a * b[j];
        }
        UNROLL for (size_t i = 0; i < rows; i += 3) row[i / 3]++;
    }
    UNROLL for (size_t i = 0; i < rows; i++)
        UNROLL for (size_t j = 0; j < blocks; j++) store16(y + i * ldy + 16 * j, sum[i][j]);
}

typedef void (*tile_function)(const float *x, size_t ldx, size_t depth, const float *w, size_t ldw, float *y, size_t ldy,
                              int add);
#undef TILE
#define TILE(rows, blocks)                                                                              \
    static void NAME(tile_##rows##_##blocks)(const float *x, size_t ldx, size_t depth, const float *w, size_t ldw, float *y, \
                                             size_t ldy, int add) {                                     \
        if (add)                                                                                        \
            tile(rows, blocks, x, ldx, depth, w, ldw, y, ldy, 1);                                       \
        else                                                                                            \
            tile(rows, blocks, x, ldx, depth, w, ldw, y, ldy, 0);                                       \
    }

#undef AT
#define AT(rows, blocks) NAME(tile_##rows##_##blocks)
TILE(1, 1) TILE(2, 1)
#if CK_LEVEL >= 1
TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1)
#endif
#if CK_LEVEL == 2
TILE(7, 1) TILE(8, 1) TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1) TILE(13, 1) TILE(14, 1)
TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2) TILE(7, 2) TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(11, 2)
TILE(12, 2) TILE(13, 2) TILE(14, 2)
TILE(1, 3) TILE(2, 3) TILE(3, 3) TILE(4, 3) TILE(5, 3) TILE(6, 3) TILE(7, 3) TILE(8, 3) TILE(9, 3)
TILE(1, 4) TILE(2, 4) TILE(3, 4) TILE(4, 4) TILE(5, 4) TILE(6, 4) TILE(7, 4)
TILE(1, 5) TILE(2, 5) TILE(3, 5) TILE(4, 5) TILE(5, 5)
TILE(1, 6) TILE(2, 6) TILE(3, 6) TILE(4, 6)
static const tile_function tiles[TILE_BLOCKS][TILE_ROWS] = {
    {AT(1, 1), AT(2, 1), AT(3, 1), AT(4, 1), AT(5, 1), AT(6, 1), AT(7, 1), AT(8, 1), AT(9, 1), AT(10, 1), AT(11, 1),
     AT(12, 1), AT(13, 1), AT(14, 1)},
    {AT(1, 2), AT(2, 2), AT(3, 2), AT(4, 2), AT(5, 2), AT(6, 2), AT(7, 2), AT(8, 2), AT(9, 2), AT(10, 2), AT(11, 2),
     AT(12, 2), AT(13, 2), AT(14, 2)},
    {AT(1, 3), AT(2, 3), AT(3, 3), AT(4, 3), AT(5, 3), AT(6, 3), AT(7, 3), AT(8, 3), AT(9, 3)},
    {AT(1, 4), AT(2, 4), AT(3, 4), AT(4, 4), AT(5, 4), AT(6, 4), AT(7, 4)},
    {AT(1, 5), AT(2, 5), AT(3, 5), AT(4, 5), AT(5, 5)},
    {AT(1, 6), AT(2, 6), AT(3, 6), AT(4, 6)},
};
#elif CK_LEVEL == 1
static const tile_function tiles[TILE_BLOCKS][TILE_ROWS] = {{AT(1, 1), AT(2, 1), AT(3, 1), AT(4, 1), AT(5, 1), AT(6, 1)}};
#else
static const tile_function tiles[TILE_BLOCKS][TILE_ROWS] = {{AT(1, 1), AT(2, 1)}};
#endif

/// Any number of rows, in even shares, because a short last share would leave registers empty; at most six blocks.
void multiply_rows(size_t rows, size_t blocks, const float *x, size_t ldx, size_t depth, const float *w, size_t ldw,
                   float *y, size_t ldy, int add) {
#if CK_LEVEL == 2
    static const size_t most_rows[TILE_BLOCKS] = {14, 14, 9, 7, 5, 4};
    const size_t step = blocks;
#else
    static const size_t most_rows[TILE_BLOCKS] = {TILE_ROWS};
    const size_t step = 1;
#endif
    for (size_t block = 0; block < blocks; block += step) {
        size_t shares = (rows + most_rows[step - 1] - 1) / most_rows[step - 1];
        for (size_t i = 0; i < shares; i++) {
            size_t first = rows * i / shares, last = rows * (i + 1) / shares;
            tiles[step - 1][last - first - 1](x + first * ldx, ldx, depth, w + 16 * block, ldw, y + first * ldy + 16 * block,
                                              ldy, add);
        }
    }
}
#endif
