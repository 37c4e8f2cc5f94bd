// What every kernel file shares: sixteen floats as one value, and one source compiled once per code path.
//
// A kernel file names itself in CK_SELF and includes "each_path.h", which includes the file again once per path with
// CK_PATH set and, on x86, with the path's instructions switched on for the functions in between. The functions of a path
// are named by NAME; CK_CALL picks the one for this CPU. Sixteen floats are one AVX-512 register, two of AVX2 and four of
// the portable path: the same layouts, and the same order of additions, serve all three.
#pragma once

#include "CKernels.h"
#include <math.h>
#include <string.h>

#define CK_PASTE2(a, b) a##_##b
#define CK_PASTE(a, b) CK_PASTE2(a, b)
#define NAME(name) CK_PASTE(name, CK_PATH)

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float f16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef uint32_t u16 __attribute__((vector_size(64)));
/// The same in memory, where only the element is aligned.
typedef float f16_any __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t i16_any __attribute__((vector_size(64), aligned(4), may_alias));

// Contraction of a·b + c to one fused operation, where the path has it, is asked for and not left to a flag.
#pragma STDC FP_CONTRACT ON
// Vectors are only passed between functions that are always inlined: there is no calling convention to change.
#pragma clang diagnostic ignored "-Wpsabi"

extern int32_t ck_default_path;
/// What this thread uses instead; -1 for nothing.
extern _Thread_local int32_t ck_thread_path;
INLINE int32_t ck_path_here(void) { return ck_thread_path >= 0 ? ck_thread_path : ck_default_path; }

#if defined(__x86_64__)
#define CK_CALL(name, ...)                                                      \
    (ck_path_here() == ck_path_avx512 ? CK_PASTE(name, avx512)(__VA_ARGS__)     \
     : ck_path_here() == ck_path_avx2 ? CK_PASTE(name, avx2)(__VA_ARGS__)       \
                                      : CK_PASTE(name, portable)(__VA_ARGS__))
#else
#define CK_CALL(name, ...) CK_PASTE(name, portable)(__VA_ARGS__)
#endif
