// Small operations on sixteen floats, once per code path; included by "each_path.h" only.

#define load16 NAME(load16)
#define store16 NAME(store16)
#define load_part NAME(load_part)
#define store_part NAME(store_part)
#define choose16 NAME(choose16)
#define sum16 NAME(sum16)
#define max16 NAME(max16)

INLINE f16 load16(const float *p) { return *(const f16_any *)p; }
INLINE void store16(float *p, f16 v) { *(f16_any *)p = v; }

/// The first `count` floats, the rest zero; reads nothing beyond them.
#if CK_LEVEL == 2
INLINE f16 load_part(const float *p, size_t count) { return (f16)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p); }
INLINE void store_part(float *p, f16 v, size_t count) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
}
#else
INLINE f16 load_part(const float *p, size_t count) {
    f16 v = {0};
    memcpy(&v, p, count * sizeof(float));
    return v;
}
INLINE void store_part(float *p, f16 v, size_t count) { memcpy(p, &v, count * sizeof(float)); }
#endif

/// a where the mask's lane is set (all ones), else b.
INLINE f16 choose16(i16 mask, f16 a, f16 b) { return (f16)(((i16)a & mask) | ((i16)b & ~mask)); }

/// The sum of the lanes, always as a balanced tree: halves, quarters, pairs.
INLINE float sum16(f16 v) {
    float s[8];
    UNROLL for (int i = 0; i < 8; i++) s[i] = v[i] + v[i + 8];
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/// The largest lane; NaN when there is one.
INLINE float max16(f16 v) {
    float m = v[0];
    UNROLL for (int i = 1; i < 16; i++) m = (v[i] > m || v[i] != v[i]) ? v[i] : m;
    return m;
}
