// exp, log, tanh, sigmoid, erf and the normal distribution of sixteen floats, once per code path; included by kernel files after "each_path.h".
// Range reduction and minimax polynomials after Cephes (Moshier); infinities, NaN and denormals are exact cases.

#define exp16 NAME(exp16)
#define log16 NAME(log16)
#define tanh16 NAME(tanh16)
#define sigmoid16 NAME(sigmoid16)
#define erf16 NAME(erf16)
#define normal16 NAME(normal16)
#define erf_near16 NAME(erf_near16)
#define erfc_factor16 NAME(erfc_factor16)
#define exponent_rest16 NAME(exponent_rest16)
#define abs16 NAME(abs16)
#define quotient16 NAME(quotient16)
#define least16 NAME(least16)
#define most16 NAME(most16)
#define scaled16 NAME(scaled16)
#define exponent16 NAME(exponent16)
#define reciprocal16 NAME(reciprocal16)
#define cell_tanh16 NAME(cell_tanh16)
#define cell_sigmoid16 NAME(cell_sigmoid16)

INLINE f16 abs16(f16 x) { return (f16)((i16)x & 0x7fffffff); }

/// The smaller and the larger of a number and b; NaN when b is.
#if CK_LEVEL == 2
INLINE f16 least16(float a, f16 b) { return (f16)_mm512_min_ps((__m512)((f16){} + a), (__m512)b); }
INLINE f16 most16(float a, f16 b) { return (f16)_mm512_max_ps((__m512)((f16){} + a), (__m512)b); }
#else
INLINE f16 least16(float a, f16 b) { return choose16(b > a, (f16){} + a, b); }
INLINE f16 most16(float a, f16 b) { return choose16(b < a, (f16){} + a, b); }
#endif

/// p · 2ⁿ for a whole n; denormal and infinite results too.
INLINE f16 scaled16(f16 p, f16 n) {
#if CK_LEVEL == 2
    return (f16)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
    // NaN would make the conversion undefined; p has it too.
    i16 e = __builtin_convertvector(choose16(n == n, n, (f16){0}), i16);
    i16 half = e >> 1;
    return p * (f16)((half + 127) << 23) * (f16)((e - half + 127) << 23);
#endif
}

/// exp(r) − 1 for |r| up to ln(2) / 2.
INLINE f16 exponent_rest16(f16 r) {
    f16 q = r * 1.9875691500e-4f + 1.3981999507e-3f;
    q = q * r + 8.3334519073e-3f;
    q = q * r + 4.1665795894e-2f;
    q = q * r + 1.6666665459e-1f;
    q = q * r + 5.0000001201e-1f;
    return q * (r * r) + r;
}

/// exp(x) = 2ⁿ · (1 + p): returns n, for x that is not far out.
INLINE f16 exponent16(f16 x, f16 *p) {
    const float round = 12582912.0f;  // 1.5 · 2²³: adding it rounds to an integer
    f16 n = (x * 1.44269504f + round) - round;
    f16 r = x - n * 0.693359375f;
    *p = exponent_rest16(r - n * -2.12194440e-4f);
    return n;
}

INLINE f16 exp16(f16 x) {
    // Above 89 the result is infinite anyway. Below −104 it is 0, which is put in at the end: computing it would pass
    // through denormal numbers, which cost a hundred cycles, and −∞ is common in log space.
    i16 vanishes = x < -104.0f;
    f16 p, n = exponent16(least16(89, choose16(vanishes, (f16){0}, x)), &p);
    return (f16)((i16)scaled16(p + 1.0f, n) & ~vanishes);
}

/// a / b for b of ordinary size. AVX-512's division takes sixteen cycles: an estimate and two corrections, with the remainder
/// of the last, give the same digits in six.
INLINE f16 quotient16(f16 a, f16 b) {
#if CK_LEVEL == 2
    f16 r = (f16)_mm512_rcp14_ps((__m512)b);
    r = r + r * (1.0f - b * r);
    f16 q = a * r;
    return q + r * (a - b * q);
#else
    return a / b;
#endif
}

INLINE f16 log16(f16 x) {
    const float smallest = 1.17549435e-38f;
    i16 denormal = x < smallest;
    f16 scaled = choose16(denormal, x * 33554432.0f, x);  // 2²⁵
    i16 bits = (i16)scaled;
    f16 e = __builtin_convertvector(((bits >> 23) & 255) - 126, f16);
    e = choose16(denormal, e - 25.0f, e);
    f16 m = (f16)((bits & 0x007fffff) | 0x3f000000);  // in [½, 1)
    i16 low = m < 0.707106781f;
    e = choose16(low, e - 1.0f, e);
    f16 r = choose16(low, m + m, m) - 1.0f;
    f16 z = r * r;
    f16 p = r * 7.0376836292e-2f - 1.1514610310e-1f;
    p = p * r + 1.1676998740e-1f;
    p = p * r - 1.2420140846e-1f;
    p = p * r + 1.4249322787e-1f;
    p = p * r - 1.6668057665e-1f;
    p = p * r + 2.0000714765e-1f;
    p = p * r - 2.4999993993e-1f;
    p = p * r + 3.3333331174e-1f;
    f16 y = p * r * z;
    y = y + e * -2.12194440e-4f;
    y = y - z * 0.5f;
    f16 result = (r + y) + e * 0.693359375f;
    result = choose16(x == (f16){} + INFINITY, x, result);
    result = choose16(x == 0.0f, (f16){} - INFINITY, result);
    return choose16((x < 0.0f) | (x != x), (f16){} + NAN, result);
}

INLINE f16 tanh16(f16 x) {
    f16 a = abs16(x);
    f16 z = x * x;
    f16 p = z * -5.70498872745e-3f + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    f16 small = p * z * a + a;
    // Beyond 10 it is 1 in float32.
    f16 near = choose16(a > 10.0f, (f16){} + 10.0f, a);
    f16 large = 1.0f - quotient16((f16){} + 2.0f, exp16(near + near) + 1.0f);
    f16 y = choose16(a < 0.625f, small, large);
    // The sign last, so that −0 keeps it.
    return (f16)((i16)y | ((i16)x & (int32_t)0x80000000));
}

INLINE f16 sigmoid16(f16 x) {
    // From exp(−|x|), which cannot overflow, so that far negative values keep their digits.
    f16 e = exp16((f16)((i16)x | (int32_t)0x80000000));
    return quotient16(choose16(x < 0.0f, e, (f16){} + 1.0f), 1.0f + e);
}

/// 1 / d for d of ordinary size, within one unit in the last place.
INLINE f16 reciprocal16(f16 d) {
#if CK_LEVEL == 2
    f16 r = (f16)_mm512_rcp14_ps((__m512)d);
    return r + r * (1.0f - d * r);
#else
    return 1.0f / d;
#endif
}

/// tanh and sigmoid for the cells of recurrent layers, where they are half of the work: within three units in the last place, in two
/// thirds of the time. The sigmoid of numbers below −86 is 4e-38.
INLINE f16 cell_tanh16(f16 x) {
    // By m = exp(2x) − 1, which has all its digits near 0. Beyond 10 it is 1 in float32.
    f16 p, n = exponent16(most16(-20, least16(20, x + x)), &p), power = scaled16((f16){} + 1.0f, n);
    f16 m = p * power + (power - 1.0f);
    // The sign last, so that −0 keeps it.
    return (f16)((i16)(m * reciprocal16(m + 2.0f)) | ((i16)x & (int32_t)0x80000000));
}

INLINE f16 cell_sigmoid16(f16 x) {
    f16 p, n = exponent16(most16(-86, least16(86, -x)), &p);
    return reciprocal16(scaled16(p + 1.0f, n) + 1.0f);
}

/// erf(a) for a from 0 to 1, where z = a².
INLINE f16 erf_near16(f16 a, f16 z) {
    f16 p = z * 7.853861353153693e-5f - 8.010193625184903e-4f;
    p = p * z + 5.188327685732524e-3f;
    p = p * z - 2.685381193529856e-2f;
    p = p * z + 1.128358514861418e-1f;
    p = p * z - 3.761262582423300e-1f;
    p = p * z + 1.128379165726710f;
    return p * a;
}

/// erfc(a) · exp(a²) for a from 1 on: a polynomial of 1/a² over a.
INLINE f16 erfc_factor16(f16 a) {
    f16 q = quotient16((f16){} + 1.0f, a), y = q * q;
    f16 middle = y * 2.326819970068386e-2f - 1.387039388740657e-1f;
    middle = middle * y + 3.687424674597105e-1f;
    middle = middle * y - 5.824733027278666e-1f;
    middle = middle * y + 6.210004621745983e-1f;
    middle = middle * y - 4.944515323274145e-1f;
    middle = middle * y + 3.404879937665872e-1f;
    middle = middle * y - 2.741127028184656e-1f;
    middle = middle * y + 5.638259427386472e-1f;
    f16 tail = y * -1.047766399936249e+1f + 1.297719955372516e+1f;
    tail = tail * y - 7.495518717768503f;
    tail = tail * y + 2.921019019210786f;
    tail = tail * y - 1.015265279202700f;
    tail = tail * y + 4.218463358204948e-1f;
    tail = tail * y - 2.820767439740514e-1f;
    tail = tail * y + 5.641895067754075e-1f;
    return q * choose16(a < 2.0f, middle, tail);
}

INLINE f16 erf16(f16 x) {
    f16 a = abs16(x);
    // Beyond 1 by the complement; from 4 on it is 1 in float32.
    f16 far = choose16(a > 4.0f, (f16){} + 4.0f, choose16(a < 1.0f, (f16){} + 1.0f, a));
    f16 large = 1.0f - exp16(-far * far) * erfc_factor16(far);
    f16 result = choose16(a < 1.0f, erf_near16(a, x * x), large);
    return (f16)((i16)result | ((i16)x & (int32_t)0x80000000));
}

/// The normal distribution function, erfc(−x / √2) / 2, which has its digits on the far left too.
INLINE f16 normal16(f16 x) {
    f16 a = abs16(x), t = a * 0.707106781f;
    f16 near = erf_near16(t, t * t) * 0.5f;
    // Below −14.4 it is 0 in float32; that is put in at the end, as in exp16.
    i16 vanishes = a > 14.4f;
    f16 far = choose16((a < 1.41421356f) | vanishes, (f16){} + 1.41421356f, a);
    // exp(−far² / 2) with the square in two parts, the first of them exact: rounded it would cost half of the digits.
    f16 head = (f16)((i16)far & (int32_t)0xfffff000);
    f16 high = head * head * -0.5f, low = (far + head) * (far - head) * -0.5f;
    const float round = 12582912.0f;
    f16 n = ((high + low) * 1.44269504f + round) - round;
    f16 r = high - n * 0.693359375f;
    f16 power = scaled16(exponent_rest16((r - n * -2.12194440e-4f) + low) + 1.0f, n);
    f16 tail = (f16)((i16)(power * (erfc_factor16(far * 0.707106781f) * 0.5f)) & ~vanishes);
    i16 isLeft = x < 0.0f;
    f16 whole = choose16(a < 1.41421356f, 0.5f - near, tail);
    return choose16(isLeft, whole, 1.0f - whole);
}
