// The choice of a code path: once, when the library is loaded, by asking the CPU.
#include "path.h"

int32_t ck_path_in_use = ck_path_portable;

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

__attribute__((constructor)) static void choose_path(void) { ck_path_in_use = ck_best_path(); }

int32_t ck_current_path(void) { return __atomic_load_n(&ck_path_in_use, __ATOMIC_RELAXED); }

int32_t ck_use_path(int32_t path) {
    if (path < ck_path_portable || path > ck_best_path()) return 0;
    __atomic_store_n(&ck_path_in_use, path, __ATOMIC_RELAXED);
    return 1;
}

void ck_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
