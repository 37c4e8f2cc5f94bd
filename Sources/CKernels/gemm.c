// Products of matrices in float32: c = alpha · a · b + beta · c.
//
// b is packed once into panels of 32 columns. The depth is cut into chunks; a few dozen rows of a chunk of a are packed at a time, for
// all products that they take part in, and stay in the second-level cache while the panels of b stream past.
#ifndef CK_PATH
#include "path.h"

enum { panel_columns = 32, chunk_depth = 416, packed_row = chunk_depth + 16 };
#define CK_SELF "gemm.c"
#include "each_path.h"

size_t ck_gemm_panels(size_t n) { return (n + panel_columns - 1) / panel_columns; }
size_t ck_gemm_packed_count(size_t k, size_t n) { return ck_gemm_panels(n) * panel_columns * k + 8 * panel_columns; }
size_t ck_gemm_deepest(void) { return chunk_depth; }
size_t ck_gemm_rows_count(size_t rows) { return (rows + 15) / 16 * 16 * packed_row; }
size_t ck_gemm_scratch(size_t rows) { return rows * panel_columns; }
void ck_gemm_pack(const float *b, size_t ldb, int32_t transposed, size_t k, size_t n, float *packed, size_t first,
                  size_t last) {
    CK_CALL(pack, b, ldb, transposed, k, n, packed, first, last);
}
void ck_gemm_pack_rows(size_t rows, size_t depth, size_t size, float alpha, const float *a, size_t lda, int32_t transposed,
                       float *packed) {
    CK_CALL(pack_rows, rows, size, alpha, transposed ? a + depth * lda : a + depth, lda, transposed, packed);
}
void ck_gemm(size_t rows, size_t n, size_t k, size_t depth, size_t size, const float *packed_rows, const float *packed,
             size_t first, size_t last, float beta, float *c, size_t ldc, float *scratch) {
    CK_CALL(gemm, rows, n, k, depth, size, packed_rows, packed, first, last, beta, c, ldc, scratch);
}
void ck_gemm_few_rows(size_t rows, size_t k, const float *a, size_t lda, const float *b, size_t ldb, size_t first,
                      size_t last, float *c, size_t ldc) {
    CK_CALL(few_rows, rows, k, a, lda, b, ldb, first, last, c, ldc);
}

#else
#include "tile.h"
#include "transpose.h"

/// to[i][j] = factor · from[j][i] for i < rows, j < columns; `to` has room for whole blocks of sixteen.
static void NAME(copy_transposed)(const float *from, size_t ld, size_t rows, size_t columns, float factor, float *to,
                                  size_t to_ld) {
    for (size_t j = 0; j < columns; j += 16)
        for (size_t i = 0; i < rows; i += 16) {
            const size_t lanes = rows - i < 16 ? rows - i : 16, lines = columns - j < 16 ? columns - j : 16;
            f16 block[16];
            // Rows of `from` lie pages apart, where the CPU does not look ahead by itself.
            for (size_t l = 0; l < 16; l++) __builtin_prefetch(from + (j + 16 + l) * ld + i);
            for (size_t l = 0; l < 16; l++)
                block[l] = l >= lines ? (f16){0} : lanes == 16 ? load16(from + (j + l) * ld + i) : load_part(from + (j + l) * ld + i, lanes);
            transpose16(block);
            for (size_t l = 0; l < lanes; l++) store16(to + (i + l) * to_ld + j, block[l] * factor);
        }
}

/// Panels first..<last of b [k][n] (stored [n][k] when transposed) as [panel][k][32]; columns beyond n are zero.
static void NAME(pack)(const float *b, size_t ldb, int32_t transposed, size_t k, size_t n, float *packed, size_t first,
                       size_t last) {
    for (size_t panel = first; panel < last; panel++) {
        const size_t column = panel * panel_columns;
        const size_t columns = n - column < panel_columns ? n - column : panel_columns;
        float *to = packed + panel * panel_columns * k;
        if (columns < panel_columns) memset(to, 0, panel_columns * k * sizeof(float));
        if (transposed) {
            for (size_t j = 0; j < columns; j += 16)
                NAME(copy_transposed)(b + (column + j) * ldb, ldb, k, columns - j < 16 ? columns - j : 16, 1, to + j,
                                      panel_columns);
        } else if (columns == panel_columns) {
            for (size_t i = 0; i < k; i++, to += panel_columns) {
                store16(to, load16(b + i * ldb + column));
                store16(to + 16, load16(b + i * ldb + column + 16));
            }
        } else {
            for (size_t i = 0; i < k; i++) memcpy(to + i * panel_columns, b + i * ldb + column, columns * sizeof(float));
        }
    }
}

/// alpha times `rows` rows of a (columns when transposed), one chunk of the depth.
static void NAME(pack_rows)(size_t rows, size_t size, float alpha, const float *a, size_t lda, int32_t transposed, float *packed) {
    if (transposed) {
        NAME(copy_transposed)(a, lda, rows, size, alpha, packed, packed_row);
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        const float *from = a + i * lda;
        float *to = packed + i * packed_row;
        size_t j = 0;
        for (; j + 16 <= size; j += 16) store16(to + j, load16(from + j) * alpha);
        for (; j < size; j++) to[j] = from[j] * alpha;
    }
}

/// What one chunk of the depth gives to `rows` rows of c, in the panels first..<last; the first one (depth 0) takes beta · c.
static void NAME(gemm)(size_t rows, size_t n, size_t k, size_t depth, size_t size, const float *packed_rows, const float *packed,
                       size_t first, size_t last, float beta, float *c, size_t ldc, float *scratch) {
    const size_t end = last * panel_columns < n ? last * panel_columns : n;
    if (depth == 0 && beta != 0 && beta != 1)
        for (size_t i = 0; i < rows; i++)
            for (size_t j = first * panel_columns; j < end; j++) c[i * ldc + j] *= beta;
    const int add = depth > 0 || beta != 0;
    for (size_t panel = first; panel < last; panel++) {
        const float *w = packed + panel * panel_columns * k + depth * panel_columns;
        const size_t column = panel * panel_columns, columns = n - column < panel_columns ? n - column : panel_columns;
        // A last panel that is half empty is half the work.
        const size_t blocks = columns > 16 ? 2 : 1;
        if (columns == 16 * blocks) {
            multiply_rows(rows, blocks, packed_rows, packed_row, size, w, panel_columns, c + column, ldc, add);
            continue;
        }
        // The last columns by way of a whole panel.
        const size_t bytes = columns * sizeof(float);
        if (add)
            for (size_t i = 0; i < rows; i++) {
                memset(scratch + i * panel_columns, 0, panel_columns * sizeof(float));
                memcpy(scratch + i * panel_columns, c + i * ldc + column, bytes);
            }
        multiply_rows(rows, blocks, packed_rows, packed_row, size, w, panel_columns, scratch, panel_columns, add);
        for (size_t i = 0; i < rows; i++) memcpy(c + i * ldc + column, scratch + i * panel_columns, bytes);
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
