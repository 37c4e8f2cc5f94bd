// Sums of weighted pixels in integers: 255 * 2^22 and the rounding fit 32 bits, so that no path can differ from another.
#include "CPixels.h"
#include <string.h>

static const int32_t half = 1 << (cp_weight_bits - 1);

static uint8_t held(int32_t sum) {
    sum >>= cp_weight_bits;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static uint8_t column_sum(const uint8_t *row, const int32_t *starts, const int32_t *weights, size_t taps, size_t columns, size_t x) {
    uint32_t sum = (uint32_t)half;
    for (size_t k = 0; k < taps; k++) sum += (uint32_t)row[(size_t)starts[x] + k] * (uint32_t)weights[k * columns + x];
    return held((int32_t)sum);
}

static uint8_t row_sum(const uint8_t *source, size_t length, size_t start, size_t count, const int32_t *weights, size_t x) {
    uint32_t sum = (uint32_t)half;
    for (size_t k = 0; k < count; k++) sum += (uint32_t)source[(start + k) * length + x] * (uint32_t)weights[k];
    return held((int32_t)sum);
}

void cp_scale_rows_portable(const uint8_t *source, size_t stride, size_t rows, const int32_t *starts, const int32_t *weights, size_t taps,
                            size_t columns, uint8_t *target) {
    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < columns; x++) target[y * columns + x] = column_sum(source + y * stride, starts, weights, taps, columns, x);
}

void cp_scale_columns_portable(const uint8_t *source, size_t length, const int32_t *starts, const int32_t *counts, const int32_t *weights,
                               size_t taps, size_t rows, uint8_t *target) {
    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < length; x++)
            target[y * length + x] = row_sum(source, length, (size_t)starts[y], (size_t)counts[y], weights + y * taps, x);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

static int word(const uint8_t *bytes) {
    int value;
    memcpy(&value, bytes, 4);
    return value;
}

// Eight sums as bytes.
AVX2 static void store(__m256i sums, uint8_t *target) {
    sums = _mm256_srai_epi32(sums, cp_weight_bits);
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    _mm_storel_epi64((__m128i *)target, _mm_packus_epi16(words, words));
}

AVX2 static void eight_columns(const uint8_t *row, const int32_t *starts, const int32_t *weights, size_t taps, size_t columns,
                               uint8_t *target) {
    const __m256i low = _mm256_set1_epi32(0xFF);
    __m256i sums = _mm256_set1_epi32(half);
    for (size_t k = 0; k < taps; k += 4, row += 4, weights += 4 * columns) {
        __m256i four = _mm256_setr_epi32(word(row + starts[0]), word(row + starts[1]), word(row + starts[2]), word(row + starts[3]),
                                         word(row + starts[4]), word(row + starts[5]), word(row + starts[6]), word(row + starts[7]));
        __m256i a = _mm256_mullo_epi32(_mm256_and_si256(four, low), _mm256_loadu_si256((const __m256i *)weights));
        __m256i b = _mm256_mullo_epi32(_mm256_and_si256(_mm256_srli_epi32(four, 8), low),
                                       _mm256_loadu_si256((const __m256i *)(weights + columns)));
        __m256i c = _mm256_mullo_epi32(_mm256_and_si256(_mm256_srli_epi32(four, 16), low),
                                       _mm256_loadu_si256((const __m256i *)(weights + 2 * columns)));
        __m256i d = _mm256_mullo_epi32(_mm256_srli_epi32(four, 24), _mm256_loadu_si256((const __m256i *)(weights + 3 * columns)));
        sums = _mm256_add_epi32(sums, _mm256_add_epi32(_mm256_add_epi32(a, b), _mm256_add_epi32(c, d)));
    }
    store(sums, target);
}

// So many rows ahead are asked for.
enum { ahead = 6 };

AVX2 static void scale_rows_avx2(const uint8_t *source, size_t stride, size_t rows, const int32_t *starts, const int32_t *weights,
                                 size_t taps, size_t columns, uint8_t *target) {
    const size_t length = (size_t)starts[columns - 1] + taps;
    for (size_t y = 0; y < rows; y++, source += stride, target += columns) {
        // Rows of a crop are short and far apart in a page, which no processor guesses; asking for what is not there does no harm.
        if (y + ahead < rows)
            for (size_t byte = 0; byte < length + 63; byte += 64) __builtin_prefetch(source + ahead * stride + byte);
        size_t x = 0;
        for (; x + 8 <= columns; x += 8) eight_columns(source, starts + x, weights + x, taps, columns, target + x);
        for (; x < columns; x++) target[x] = column_sum(source, starts, weights, taps, columns, x);
    }
}

AVX2 static void scale_columns_avx2(const uint8_t *source, size_t length, const int32_t *starts, const int32_t *counts,
                                    const int32_t *weights, size_t taps, size_t rows, uint8_t *target) {
    for (size_t y = 0; y < rows; y++, target += length, weights += taps) {
        const uint8_t *first = source + (size_t)starts[y] * length;
        size_t x = 0;
        for (; x + 8 <= length; x += 8) {
            __m256i sums = _mm256_set1_epi32(half);
            for (size_t k = 0; k < (size_t)counts[y]; k++) {
                __m256i pixels = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(first + k * length + x)));
                sums = _mm256_add_epi32(sums, _mm256_mullo_epi32(pixels, _mm256_set1_epi32(weights[k])));
            }
            store(sums, target + x);
        }
        for (; x < length; x++) target[x] = row_sum(source, length, (size_t)starts[y], (size_t)counts[y], weights, x);
    }
}

void cp_scale_rows(const uint8_t *source, size_t stride, size_t rows, const int32_t *starts, const int32_t *weights, size_t taps,
                   size_t columns, uint8_t *target) {
    (__builtin_cpu_supports("avx2") ? scale_rows_avx2 : cp_scale_rows_portable)(source, stride, rows, starts, weights, taps, columns, target);
}

void cp_scale_columns(const uint8_t *source, size_t length, const int32_t *starts, const int32_t *counts, const int32_t *weights, size_t taps,
                      size_t rows, uint8_t *target) {
    (__builtin_cpu_supports("avx2") ? scale_columns_avx2 : cp_scale_columns_portable)(source, length, starts, counts, weights, taps, rows,
                                                                                      target);
}
#else
void cp_scale_rows(const uint8_t *source, size_t stride, size_t rows, const int32_t *starts, const int32_t *weights, size_t taps,
                   size_t columns, uint8_t *target) {
    cp_scale_rows_portable(source, stride, rows, starts, weights, taps, columns, target);
}

void cp_scale_columns(const uint8_t *source, size_t length, const int32_t *starts, const int32_t *counts, const int32_t *weights, size_t taps,
                      size_t rows, uint8_t *target) {
    cp_scale_columns_portable(source, length, starts, counts, weights, taps, rows, target);
}
#endif
