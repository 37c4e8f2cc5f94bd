// Sixteen times sixteen floats turned over in registers, once per code path; included after "each_path.h".

#define interleave16 NAME(interleave16)
#define transpose16 NAME(transpose16)

/// Rows in, columns out. Interleaving the first eight rows with the last eight four times brings element j of row i to
/// element i of row j.
INLINE void transpose16(f16 rows[16]) {
    UNROLL for (int round = 0; round < 4; round++) {
        f16 next[16];
        UNROLL for (int i = 0; i < 8; i++) {
            next[2 * i] = __builtin_shufflevector(rows[i], rows[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            next[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14,
                                                      30, 15, 31);
        }
        UNROLL for (int i = 0; i < 16; i++) rows[i] = next[i];
    }
}
