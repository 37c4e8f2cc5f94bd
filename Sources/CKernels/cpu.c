// The choice of a code path: once, when the library is loaded, by asking the CPU; a thread may choose another.
#include "path.h"

int32_t ck_default_path = ck_path_portable;
_Thread_local int32_t ck_thread_path = -1;

int32_t ck_best_path(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return ck_path_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return ck_path_avx2;
#endif
    return ck_path_portable;
}

__attribute__((constructor)) static void choose_path(void) { ck_default_path = ck_best_path(); }

int32_t ck_current_path(void) { return ck_path_here(); }

int32_t ck_use_path(int32_t path) {
    if (path < ck_path_portable || path > ck_best_path()) return 0;
    ck_thread_path = path;
    return 1;
}

#if defined(__x86_64__)
// MXCSR: results below the normal range become 0 (bit 15), and so do operands (bit 6).
enum { flush_bits = 0x8040 };
uint64_t ck_float_mode(void) { return __builtin_ia32_stmxcsr(); }
void ck_set_float_mode(uint64_t mode) { __builtin_ia32_ldmxcsr((uint32_t)mode); }
#elif defined(__aarch64__)
// FPCR: bit 24 does both.
enum { flush_bits = 1 << 24 };
uint64_t ck_float_mode(void) {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}
void ck_set_float_mode(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#else
enum { flush_bits = 0 };
uint64_t ck_float_mode(void) { return 0; }
void ck_set_float_mode(uint64_t mode) { (void)mode; }
#endif

uint64_t ck_flush_denormals(void) {
    uint64_t before = ck_float_mode();
    ck_set_float_mode(before | flush_bits);
    return before;
}

void ck_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
