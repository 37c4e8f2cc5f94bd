// Windows as columns, for convolutions that have no kernel of their own: a copy, then a matrix product.
#include "CKernels.h"
#include <string.h>

void ck_windows_to_columns(ck_window s, const void *image, void *columns, size_t element_size, int32_t first, int32_t last) {
    const size_t pixel = element_size * (size_t)s.channels;
    const char *in = image;
    char *out = columns;
    for (int32_t oy = first; oy < last; oy++)
        for (int32_t ox = 0; ox < s.out_width; ox++) {
            int32_t x0 = ox * s.stride_x - s.pad_left;
            // Of one window row the pixels left..<right lie inside the image: one run of memory.
            int32_t left = x0 < 0 ? -x0 : 0, right = s.width - x0 < s.window_width ? s.width - x0 : s.window_width;
            if (left > s.window_width) left = s.window_width;
            if (right < left) right = left;
            for (int32_t ky = 0; ky < s.window_height; ky++, out += pixel * (size_t)s.window_width) {
                int32_t y = oy * s.stride_y - s.pad_top + ky;
                if (y < 0 || y >= s.height || right == left) {
                    memset(out, 0, pixel * (size_t)s.window_width);
                    continue;
                }
                memset(out, 0, pixel * (size_t)left);
                memcpy(out + pixel * (size_t)left, in + pixel * ((size_t)y * (size_t)s.width + (size_t)(x0 + left)),
                       pixel * (size_t)(right - left));
                memset(out + pixel * (size_t)right, 0, pixel * (size_t)(s.window_width - right));
            }
        }
}

#define ADD_COLUMNS(name, type)                                                                         \
    void name(ck_window s, const type *columns, type *image, int32_t first, int32_t last) {             \
        const size_t channels = (size_t)s.channels, run = channels * (size_t)s.window_width;            \
        for (int32_t oy = first; oy < last; oy++)                                                       \
            for (int32_t ox = 0; ox < s.out_width; ox++) {                                              \
                int32_t x0 = ox * s.stride_x - s.pad_left;                                              \
                int32_t left = x0 < 0 ? -x0 : 0;                                                        \
                int32_t right = s.width - x0 < s.window_width ? s.width - x0 : s.window_width;          \
                for (int32_t ky = 0; ky < s.window_height; ky++, columns += run) {                      \
                    int32_t y = oy * s.stride_y - s.pad_top + ky;                                       \
                    if (y < 0 || y >= s.height || right <= left) continue;                              \
                    type *to = image + ((size_t)y * (size_t)s.width + (size_t)(x0 + left)) * channels;  \
                    const type *from = columns + (size_t)left * channels;                               \
                    size_t count = (size_t)(right - left) * channels;                                   \
                    for (size_t i = 0; i < count; i++) to[i] += from[i];                                \
                }                                                                                       \
            }                                                                                           \
    }

ADD_COLUMNS(ck_add_columns_f32, float)
ADD_COLUMNS(ck_add_columns_f64, double)
