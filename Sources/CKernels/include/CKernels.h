// The hot vector loops of the engine. Swift calls them through the faces in Tensors/Kernels; nothing else should.
//
// Letters: n images, h rows, w columns, c channels, f filters, t time steps, k classes. Images are [h][w][c], filters
// [ky][kx][c][f], rows of a matrix are contiguous. No function allocates, keeps a pointer or starts a thread; unless a
// line says otherwise, outputs may not overlap inputs.
#pragma once

#include <stddef.h>
#include <stdint.h>

// MARK: - Which vector instructions are used

/// The code paths, in rising order of what they ask of the CPU.
enum { ck_path_portable = 0, ck_path_avx2 = 1, ck_path_avx512 = 2 };

/// The best path this CPU can run.
int32_t ck_best_path(void);
/// The path in use on this thread: the best one, unless another was chosen.
int32_t ck_current_path(void);
/// Uses `path` on this thread from now on; returns 0 and changes nothing when the CPU cannot run it.
int32_t ck_use_path(int32_t path);
/// How this thread's floating-point unit treats numbers below the normal range (1.2e-38), among others.
uint64_t ck_float_mode(void);
void ck_set_float_mode(uint64_t mode);
/// Lets them count as 0 on this thread from now on; returns the mode before. Each costs a hundred cycles otherwise.
uint64_t ck_flush_denormals(void);
/// Tells the CPU that this thread waits in a loop.
void ck_pause(void);

// MARK: - Elementwise (x and y may be the same array)

/// Correct for every input (infinities, NaN, denormals); within 2 units in the last place of the exact value.
void ck_exp(const float *x, float *y, size_t count);
void ck_log(const float *x, float *y, size_t count);
void ck_tanh(const float *x, float *y, size_t count);
void ck_sigmoid(const float *x, float *y, size_t count);
void ck_erf(const float *x, float *y, size_t count);
/// The normal distribution function, (1 + erf(x / √2)) / 2; within 10 units in the last place.
void ck_normal(const float *x, float *y, size_t count);
/// x times the normal distribution function of x.
void ck_gelu(const float *x, float *y, size_t count);
/// max(x, 0); NaN stays NaN.
void ck_relu(const float *x, float *y, size_t count);
/// dx = y > 0 ? dy : 0, with y the output of the ReLU.
void ck_relu_gradient(const float *dy, const float *y, float *dx, size_t count);
/// dx = dy · (1 − y²), with y the output of tanh.
void ck_tanh_gradient(const float *dy, const float *y, float *dx, size_t count);
/// dx = dy · y · (1 − y), with y the output of the sigmoid.
void ck_sigmoid_gradient(const float *dy, const float *y, float *dx, size_t count);

void ck_add(const float *a, const float *b, float *y, size_t count);
void ck_subtract(const float *a, const float *b, float *y, size_t count);
void ck_multiply(const float *a, const float *b, float *y, size_t count);
void ck_divide(const float *a, const float *b, float *y, size_t count);
/// y = scale · x + offset.
void ck_scale_offset(const float *x, float scale, float offset, float *y, size_t count);
/// y += scale · x.
void ck_add_scaled(const float *x, float scale, float *y, size_t count);

// MARK: - Reductions (the order of additions depends on the count alone)

float ck_sum(const float *x, size_t count);
float ck_sum_of_squares(const float *x, size_t count);
float ck_dot(const float *a, const float *b, size_t count);
/// The largest element; NaN when there is one, −∞ for no elements.
float ck_maximum(const float *x, size_t count);

// MARK: - Rows of a matrix [rows][columns]; `first..<last` are the rows or columns to work on

/// y = x + bias, and max(…, 0) when `relu`; x and y may be the same.
void ck_bias_rows(const float *x, const float *bias, float *y, size_t columns, size_t first, size_t last, int32_t relu);
/// sums[column] = Σ over rows, for the columns `first..<last`.
void ck_column_sums(const float *x, float *sums, size_t rows, size_t columns, size_t first, size_t last);
/// x and y may be the same.
void ck_softmax_rows(const float *x, float *y, size_t columns, size_t first, size_t last);
void ck_log_softmax_rows(const float *x, float *y, size_t columns, size_t first, size_t last);
void ck_log_sum_exp_rows(const float *x, float *y, size_t columns, size_t first, size_t last);
/// losses[row] = logsumexp(x[row]) − x[row][label]; gradient = scale · (softmax − one-hot) when not null.
/// The caller has checked that every label is a column. `gradient` may be `x`.
void ck_softmax_cross_entropy_rows(const float *x, const int32_t *labels, float scale, float *losses, float *gradient,
                                   size_t columns, size_t first, size_t last);

// MARK: - Channels of a matrix [rows][channels]

/// sums[c] = Σ a · (b − middle[c]) over the rows, or Σ (b − middle[c])² when a is null.
void ck_channel_products(const float *a, const float *b, const float *middle, float *sums, size_t rows, size_t channels);
/// y = x · scale[c] + offset[c]; x and y may be the same.
void ck_channel_scale(const float *x, const float *scale, const float *offset, float *y, size_t rows, size_t channels);
/// y = a · a_scale[c] + b · b_scale[c] + offset[c]; y may be a or b.
void ck_channel_blend(const float *a, const float *a_scale, const float *b, const float *b_scale, const float *offset, float *y,
                      size_t rows, size_t channels);

// MARK: - Optimizers: one pass over values v, gradients g and slots

/// What is done to a raw gradient before the rule: clamp(scale · g + decay · v, −clip, clip); `clip` may be infinite.
typedef struct {
    float scale, decay, clip;
} ck_gradient_terms;

/// Σ (scale · g + decay · v)², for clipping by the global norm.
float ck_gradient_sum_of_squares(const float *v, const float *g, ck_gradient_terms terms, size_t count);
/// v −= rate · g.
void ck_descend(float *v, const float *g, ck_gradient_terms terms, float rate, size_t count);
/// a = momentum · a + g; v −= rate · a, or rate · (g + momentum · a) when `nesterov`.
void ck_momentum(float *v, float *a, const float *g, ck_gradient_terms terms, float rate, float momentum,
                 int32_t nesterov, size_t count);
/// m = β₁m + (1−β₁)g; s = β₂s + (1−β₂)g²; v −= rate · m / (√s + epsilon) + shrink · v.
/// The caller folds the bias correction into `rate`; `shrink` is AdamW's rate · decay.
void ck_adam(float *v, float *m, float *s, const float *g, ck_gradient_terms terms, float rate, float beta1, float beta2,
             float epsilon, float shrink, size_t count);
/// a += g²; v −= rate · g / √a.
void ck_adagrad(float *v, float *a, const float *g, ck_gradient_terms terms, float rate, size_t count);
/// s = decay · s + (1 − decay)g²; a = momentum · a + rate · g / √(s + epsilon); v −= a.
void ck_rmsprop(float *v, float *s, float *a, const float *g, ck_gradient_terms terms, float rate, float decay,
                float momentum, float epsilon, size_t count);

// MARK: - Products of matrices

/// c [rows][n] = a [rows][k] · b [k][n] + beta · c. b is packed in panels of 32 columns, any of which may be packed or
/// multiplied by themselves; so are the rows of a, times alpha, in chunks of the depth: `size` of it from `depth` on, in order, none
/// above ck_gemm_deepest. a is stored [k][…] and b [n][k] when `transposed`; with beta 0, c is not read. When ck_gemm_stands, b that
/// is not transposed may be given as it is, with its ldb: a packed one has 0.
size_t ck_gemm_panels(size_t n);
size_t ck_gemm_packed_count(size_t k, size_t n);
int32_t ck_gemm_stands(size_t ldb, size_t n);
size_t ck_gemm_deepest(void);
size_t ck_gemm_rows_count(size_t rows);
size_t ck_gemm_scratch(size_t rows);
void ck_gemm_pack(const float *b, size_t ldb, int32_t transposed, size_t k, size_t n, float *packed, size_t first_panel,
                  size_t last_panel);
void ck_gemm_pack_rows(size_t rows, size_t depth, size_t size, float alpha, const float *a, size_t lda, int32_t transposed,
                       float *packed);
void ck_gemm(size_t rows, size_t n, size_t k, size_t depth, size_t size, const float *packed_rows, int32_t transposed, const float *b,
             size_t ldb, size_t first_panel, size_t last_panel, float beta, float *c, size_t ldc, float *scratch);
/// c = a · b without packing, for a few rows and the blocks of sixteen columns first..<last, which b has whole.
void ck_gemm_few_rows(size_t rows, size_t k, const float *a, size_t lda, const float *b, size_t ldb, size_t first_block,
                      size_t last_block, float *c, size_t ldc);

// MARK: - Windows sliding over one image [h][w][c]

typedef struct {
    int32_t height, width, channels;
    int32_t window_height, window_width, stride_y, stride_x, pad_top, pad_left;
    int32_t out_height, out_width;
} ck_window;

/// Output rows `first..<last` as columns [rows · out_width][window_height · window_width · c]; outside is zero.
void ck_windows_to_columns(ck_window window, const void *image, void *columns, size_t element_size, int32_t first,
                           int32_t last);
/// The transpose: adds columns to the image, which the caller has cleared.
void ck_add_columns_f32(ck_window window, const float *columns, float *image, int32_t first, int32_t last);
void ck_add_columns_f64(ck_window window, const double *columns, double *image, int32_t first, int32_t last);

/// The largest of every window and channel of one image, and where in the image it is; the first of equals, NaN over numbers.
/// Every window holds a pixel of the image, which has fewer than 2³¹ elements.
void ck_window_maxima(ck_window window, const float *image, float *maxima, int32_t *places);

/// ReLU and 2×2/2 max pooling of one image y [h][w][f] + bias: pooled [h/2][w/2][f] and where each maximum was:
/// 0..3 in reading order, 4 when the maximum is not positive (the gradient ends there). NaN wins over numbers.
void ck_bias_relu_pool(const float *y, const float *bias, float *pooled, uint8_t *argmax, int32_t height, int32_t width,
                       int32_t filters);
/// The way back: dy [h][w][f] is zero but at the maxima.
void ck_pool_expand(const float *dpooled, const uint8_t *argmax, float *dy, int32_t height, int32_t width, int32_t filters);

// MARK: - 3×3 convolutions, stride 1, "same"

typedef struct {
    int32_t height, width, channels, filters;
} ck_conv3x3;

/// What follows the products: the bias; bias and ReLU; bias, ReLU and 2×2/2 max pooling (see ck_bias_relu_pool).
enum { ck_tail_linear = 0, ck_tail_relu = 1, ck_tail_relu_pool = 2 };

/// Forward, by Winograd's F(4×4, 3×3). The batch is a list of tiles of 4×4 outputs, image after image, and the filters
/// are cut into bundles: any range of tiles and bundles may be worked on by itself, with the same bits.
/// Scratch, prepared weights and sums are counted in floats and should be aligned to 64 bytes.
size_t ck_conv3x3_tiles(ck_conv3x3 shape);
size_t ck_conv3x3_tile_group(ck_conv3x3 shape);
size_t ck_conv3x3_bundles(ck_conv3x3 shape);
size_t ck_conv3x3_prepared_count(ck_conv3x3 shape);
size_t ck_conv3x3_forward_scratch(ck_conv3x3 shape);
/// Transforms the weights of the channels first..<last.
void ck_conv3x3_prepare(ck_conv3x3 shape, const float *weights, float *prepared, int32_t first, int32_t last);
/// x and y hold the whole batch; bias and argmax may be null.
void ck_conv3x3_forward(ck_conv3x3 shape, const float *x, const float *prepared, const float *bias, int32_t tail, float *y,
                        uint8_t *argmax, size_t first_tile, size_t last_tile, size_t first_bundle, size_t last_bundle,
                        float *scratch);

/// One image with one channel, forward with ReLU and pooling; bias and argmax may be null.
size_t ck_conv3x3_grey_scratch(ck_conv3x3 shape);
void ck_conv3x3_grey_forward(ck_conv3x3 shape, const float *x, const float *weights, const float *bias, float *pooled,
                             uint8_t *argmax, float *scratch);
/// Adds one image to the sums [10][f] of the gradients: nine taps, then the bias.
void ck_conv3x3_grey_weight_gradient(ck_conv3x3 shape, const float *x, const float *dpooled, const uint8_t *argmax,
                                     float *sums, float *scratch);

/// Gradients behind ReLU and pooling, from the gradient of the pooled output and its argmax.
/// Adds one image to sums of a layout of its own, which starts at zero.
size_t ck_conv3x3_pool_weight_gradient_sums(ck_conv3x3 shape);
size_t ck_conv3x3_pool_weight_gradient_scratch(ck_conv3x3 shape);
void ck_conv3x3_pool_weight_gradient(ck_conv3x3 shape, const float *x, const float *dpooled, const uint8_t *argmax,
                                     float *sums, float *scratch);
/// Adds up the sums of `groups` and writes the weights of the sixteen-channel blocks first..<last; the bias (which may be
/// null) with block 0.
void ck_conv3x3_pool_weight_gradient_finish(ck_conv3x3 shape, const float *sums, size_t groups, float *weights, float *bias,
                                            size_t first, size_t last);

size_t ck_conv3x3_pool_input_gradient_prepared(ck_conv3x3 shape);
size_t ck_conv3x3_pool_input_gradient_scratch(ck_conv3x3 shape);
/// Weights of the sixteen-channel blocks first..<last.
void ck_conv3x3_pool_input_gradient_prepare(ck_conv3x3 shape, const float *weights, float *prepared, size_t first,
                                            size_t last);
/// One image; dx is overwritten.
void ck_conv3x3_pool_input_gradient(ck_conv3x3 shape, const float *dpooled, const uint8_t *argmax, const float *prepared,
                                    float *dx, float *scratch);

// MARK: - LSTM and GRU: the recurrent part

/// A few sequences: `rows` of them with `steps` each; the output of row r at step t begins at r · out_row + t · out_step.
typedef struct {
    size_t rows, steps, units, out_row, out_step;
    int32_t reversed;
} ck_recurrence;

size_t ck_recurrent_packed_count(size_t units, size_t gates);
size_t ck_recurrent_scratch(size_t rows, size_t units);
/// Weights of the state [u][gates · u], as the steps forward and backward want them.
void ck_recurrent_pack(const float *weights, size_t units, size_t gates, float *packed);
void ck_recurrent_pack_transposed(const float *weights, size_t units, size_t gates, float *packed);

/// gates [rows][steps][4u] (i, j, f, o): on entry what the input gives, without the bias [4u]; on return the gates' values.
/// cells [rows][steps][u] and out are written, zero from the length of a row on (null: all steps); so are the states
/// [rows][steps][u] that the steps start from.
void ck_lstm_forward(ck_recurrence shape, float forget_bias, const int32_t *lengths, const float *packed, const float *bias,
                     float *gates, float *cells, float *states, float *out, float *scratch);
/// dgates [rows][steps][4u]: the gradient of what the input gave, dbias [4u]: its sum; dout has the layout of out.
void ck_lstm_backward(ck_recurrence shape, const float *packed_transposed, const float *gates, const float *cells,
                      const float *dout, float *dgates, float *dbias, float *scratch);

/// gates [rows][steps][3u] (r, z, n): on entry what the input gives, without the biases [2][3u] of input and state; on return the
/// gates' values. own [rows][steps][u], what the state gives n, and out are written, zero from the length of a row on; so are the
/// states [rows][steps][u] that the steps start from.
void ck_gru_forward(ck_recurrence shape, const int32_t *lengths, const float *packed, const float *bias, float *gates, float *own,
                    float *states, float *out, float *scratch);
/// dgates and dstate [rows][steps][3u]: the gradients of what input and state gave, dbias [2][3u]: their sums; dout has the layout
/// of out.
void ck_gru_backward(ck_recurrence shape, const int32_t *lengths, const float *packed_transposed, const float *gates,
                     const float *own, const float *states, const float *dout, float *dgates, float *dstate, float *dbias,
                     float *scratch);

// MARK: - CTC

/// −log of the probability of `labels` for one sequence of logits [steps][classes]; the blank is the last class.
/// gradient (null: not wanted) = scale · d loss / d logits. Infinite, with gradient 0, when the labels do not fit the steps.
/// Labels are classes below the blank; the caller has checked them.
size_t ck_ctc_scratch(size_t steps, size_t labels);
float ck_ctc(const float *logits, size_t steps, size_t classes, const int32_t *labels, size_t label_count, float scale,
             float *gradient, float *scratch);
