// The one inner loop of all products, see "tile.c". Included by kernel files after "each_path.h", once per code path.

#define multiply_rows NAME(multiply_rows)
#define multiply_columns NAME(multiply_columns)

/// y[rows][16 · blocks] = x[rows][depth] · w[depth][16 · blocks] (+ y when `add`); ld… are floats from row to row; at most six blocks.
/// Every element of y is one chain of sums over the depth: how rows and blocks are shared out changes no bit.
__attribute__((visibility("hidden"))) void multiply_rows(size_t rows, size_t blocks, const float *x, size_t ldx, size_t depth,
                                                         const float *w, size_t ldw, float *y, size_t ldy, int add);
/// The same with x stored [depth][rows]; at most three blocks.
__attribute__((visibility("hidden"))) void multiply_columns(size_t rows, size_t blocks, const float *x, size_t ldx, size_t depth,
                                                            const float *w, size_t ldw, float *y, size_t ldy, int add);
