// Products of matrices in float32: c = alpha · a · b + beta · c.
//
// b is packed once into panels of 32 columns, of which the last takes up to 48, or read in panels as it stands. The depth is cut into
// chunks; a few dozen rows of a chunk of a are packed at a time, for all products that they take part in, and stay in the second-level
// cache while the panels of b stream past.
#ifndef CK_PATH
#include "blocks.h"
#include "path.h"

enum { panel_columns = 32, last_columns = 48, chunk_depth = 416, packed_row = chunk_depth + 16 };
/// From one step of the depth to the next of packed rows that are turned: an odd number of cache lines, which spreads them over the cache.
static inline size_t turned_row(size_t rows) { return 16 * (blocks_of(rows) | 1); }
#define CK_SELF "gemm.c"
#include "each_path.h"

size_t ck_gemm_panels(size_t n) { return n < panel_columns ? 1 : (n + panel_columns / 2 - 1) / panel_columns; }
size_t ck_gemm_packed_count(size_t k, size_t n) { return 16 * blocks_of(n) * k + 8 * last_columns; }
int32_t ck_gemm_stands(size_t ldb, size_t n) { return n % 16 == 0 && ldb % 32 == 16; }
size_t ck_gemm_deepest(void) { return chunk_depth; }
size_t ck_gemm_rows_count(size_t rows) { return turned_row(rows) * packed_row; }
size_t ck_gemm_scratch(size_t rows) { return rows * last_columns; }
void ck_gemm_pack(const float *b, size_t ldb, int32_t transposed, size_t k, size_t n, float *packed, size_t first,
                  size_t last) {
    CK_CALL(pack, b, ldb, transposed, k, n, packed, first, last);
}
void ck_gemm_pack_rows(size_t rows, size_t depth, size_t size, float alpha, const float *a, size_t lda, int32_t transposed,
                       float *packed) {
    CK_CALL(pack_rows, rows, size, alpha, transposed ? a + depth * lda : a + depth, lda, transposed, packed);
}
void ck_gemm(size_t rows, size_t n, size_t k, size_t depth, size_t size, const float *packed_rows, int32_t transposed, const float *b,
             size_t ldb, size_t first, size_t last, float beta, float *c, size_t ldc, float *scratch) {
    CK_CALL(gemm, rows, n, k, depth, size, packed_rows, transposed, b, ldb, first, last, beta, c, ldc, scratch);
}
void ck_gemm_few_rows(size_t rows, size_t k, const float *a, size_t lda, const float *b, size_t ldb, size_t first,
                      size_t last, float *c, size_t ldc) {
    CK_CALL(few_rows, rows, k, a, lda, b, ldb, first, last, c, ldc);
}

#else
#include "tile.h"
#include "transpose.h"

/// to[i][j] = from[j][i] for i < rows, j < columns; `to` has room for whole blocks of sixteen.
static void NAME(copy_transposed)(const float *from, size_t ld, size_t rows, size_t columns, float *to, size_t to_ld) {
    for (size_t j = 0; j < columns; j += 16)
        for (size_t i = 0; i < rows; i += 16) {
            const size_t lanes = rows - i < 16 ? rows - i : 16, lines = columns - j < 16 ? columns - j : 16;
            f16 block[16];
            // Rows of `from` lie pages apart, where the CPU does not look ahead by itself.
            for (size_t l = 0; l < 16; l++) __builtin_prefetch(from + (j + 16 + l) * ld + i);
            for (size_t l = 0; l < 16; l++)
                block[l] = l >= lines ? (f16){0} : lanes == 16 ? load16(from + (j + l) * ld + i) : load_part(from + (j + l) * ld + i, lanes);
            transpose16(block);
            for (size_t l = 0; l < lanes; l++) store16(to + (i + l) * to_ld + j, block[l]);
        }
}

/// How many columns a panel has.
INLINE size_t NAME(panel_width)(size_t n, size_t panel) {
    return panel + 1 < ck_gemm_panels(n) ? panel_columns : n - panel * panel_columns;
}

/// Panels first..<last of b [k][n] (stored [n][k] when transposed) as [panel][k][whole blocks of columns]; columns beyond n are zero.
static void NAME(pack)(const float *b, size_t ldb, int32_t transposed, size_t k, size_t n, float *packed, size_t first,
                       size_t last) {
    for (size_t panel = first; panel < last; panel++) {
        const size_t column = panel * panel_columns, columns = NAME(panel_width)(n, panel), row = 16 * blocks_of(columns);
        float *to = packed + column * k;
        if (columns < row) memset(to, 0, row * k * sizeof(float));
        if (transposed) {
            for (size_t j = 0; j < columns; j += 16)
                NAME(copy_transposed)(b + (column + j) * ldb, ldb, k, columns - j < 16 ? columns - j : 16, to + j, row);
        } else if (columns == panel_columns) {
            for (size_t i = 0; i < k; i++, to += panel_columns) {
                store16(to, load16(b + i * ldb + column));
                store16(to + 16, load16(b + i * ldb + column + 16));
            }
        } else {
            for (size_t i = 0; i < k; i++) memcpy(to + i * row, b + i * ldb + column, columns * sizeof(float));
        }
    }
}

/// alpha times `rows` rows of a, one chunk of the depth; a that is stored [k][...] stays so.
static void NAME(pack_rows)(size_t rows, size_t size, float alpha, const float *a, size_t lda, int32_t transposed, float *packed) {
    const size_t lines = transposed ? size : rows, columns = transposed ? rows : size;
    const size_t row = transposed ? turned_row(rows) : packed_row;
    for (size_t i = 0; i < lines; i++) {
        const float *from = a + i * lda;
        float *to = packed + i * row;
        size_t j = 0;
        for (; j + 16 <= columns; j += 16) store16(to + j, load16(from + j) * alpha);
        if (j < columns) store_part(to + j, load_part(from + j, columns - j) * alpha, columns - j);
    }
}

/// What one chunk of the depth gives to `rows` rows of c, in the panels first..<last; the first one (depth 0) takes beta · c.
static void NAME(gemm)(size_t rows, size_t n, size_t k, size_t depth, size_t size, const float *packed_rows, int32_t transposed,
                       const float *b, size_t ldb, size_t first, size_t last, float beta, float *c, size_t ldc, float *scratch) {
    const size_t end = last == ck_gemm_panels(n) ? n : last * panel_columns;
    if (depth == 0 && beta != 0 && beta != 1)
        for (size_t i = 0; i < rows; i++)
            for (size_t j = first * panel_columns; j < end; j++) c[i * ldc + j] *= beta;
    const int add = depth > 0 || beta != 0;
    for (size_t panel = first; panel < last; panel++) {
        const size_t column = panel * panel_columns, columns = NAME(panel_width)(n, panel), blocks = blocks_of(columns);
        const size_t row = ldb ? ldb : 16 * blocks;
        const float *w = ldb ? b + depth * ldb + column : b + column * k + depth * row;
        // The last columns by way of whole blocks.
        const int whole = columns == 16 * blocks;
        float *y = whole ? c + column : scratch;
        const size_t ldy = whole ? ldc : last_columns, bytes = columns * sizeof(float);
        if (!whole && add)
            for (size_t i = 0; i < rows; i++) {
                memset(scratch + i * last_columns, 0, last_columns * sizeof(float));
                memcpy(scratch + i * last_columns, c + i * ldc + column, bytes);
            }
        if (transposed)
            multiply_columns(rows, blocks, packed_rows, turned_row(rows), size, w, row, y, ldy, add);
        else
            multiply_rows(rows, blocks, packed_rows, packed_row, size, w, row, y, ldy, add);
        if (!whole)
            for (size_t i = 0; i < rows; i++) memcpy(c + i * ldc + column, scratch + i * last_columns, bytes);
    }
}

/// c = a · b for so few rows that packing b would cost more than the product; first and last are blocks of sixteen columns
/// that b has whole.
static void NAME(few_rows)(size_t rows, size_t k, const float *a, size_t lda, const float *b, size_t ldb, size_t first,
                           size_t last, float *c, size_t ldc) {
    for (size_t block = first; block < last; block += 6) {
        const size_t blocks = last - block < 6 ? last - block : 6;
        for (size_t depth = 0; depth < k; depth += chunk_depth) {
            const size_t size = k - depth < chunk_depth ? k - depth : chunk_depth;
            multiply_rows(rows, blocks, a + depth, lda, size, b + depth * ldb + 16 * block, ldb, c + 16 * block, ldc,
                          depth > 0);
        }
    }
}
#endif
