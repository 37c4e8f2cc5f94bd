// ReLU and 2×2 max pooling of sixteen filters at once, once per code path; included by kernel files after "each_path.h".

#define relu_pool16 NAME(relu_pool16)

/// The four values of a window in reading order, before the bias (which is the same for all, so it is added once).
/// `argmax` gets 0..3, the first of equals, or 4 when the maximum is not positive; NaN wins over numbers.
INLINE f16 relu_pool16(f16 p0, f16 p1, f16 p2, f16 p3, f16 bias, uint8_t *argmax, size_t lanes) {
    i16 where = {0};
    f16 best = p0;
    i16 better = (p1 > best) | (p1 != p1);
    where = (where & ~better) | (better & 1);
    best = choose16(better, p1, best);
    better = (p2 > best) | (p2 != p2);
    where = (where & ~better) | (better & 2);
    best = choose16(better, p2, best);
    better = (p3 > best) | (p3 != p3);
    where = (where & ~better) | (better & 3);
    best = choose16(better, p3, best);
    best += bias;
    i16 dead = best <= 0.0f;
    where = (where & ~dead) | (dead & 4);
    typedef uint8_t b16 __attribute__((vector_size(16)));
    b16 bytes = __builtin_convertvector((u16)where, b16);
    memcpy(argmax, &bytes, lanes);
    return choose16(dead, (f16){0}, best);
}
