// Includes CK_SELF once per code path; see "path.h".
#include "path.h"

#define CK_PATH portable
#define CK_LEVEL 0
#include "vector.h"
#include CK_SELF
#undef CK_PATH
#undef CK_LEVEL

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK_PATH avx2
#define CK_LEVEL 1
#include "vector.h"
#include CK_SELF
#undef CK_PATH
#undef CK_LEVEL
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define CK_PATH avx512
#define CK_LEVEL 2
#include "vector.h"
#include CK_SELF
#undef CK_PATH
#undef CK_LEVEL
#pragma clang attribute pop
#endif
