// Polynomial 0x1EDC6F41 (reflected 0x82F63B78); portable: eight bytes at a time ("slicing by 8", Kounavis and Berry, 2005).
#include "CPixels.h"
#include <string.h>

static uint32_t table[8][256];

__attribute__((constructor)) static void fill_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t state = byte;
        for (int bit = 0; bit < 8; bit++) state = state & 1 ? state >> 1 ^ 0x82F63B78 : state >> 1;
        table[0][byte] = state;
    }
    for (int row = 1; row < 8; row++)
        for (int byte = 0; byte < 256; byte++) table[row][byte] = table[row - 1][byte] >> 8 ^ table[0][table[row - 1][byte] & 0xFF];
}

uint32_t cp_crc32c_portable(uint32_t state, const uint8_t *bytes, size_t count) {
    for (; count >= 8; bytes += 8, count -= 8) {
        uint32_t low = state ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
        state = table[7][low & 0xFF] ^ table[6][low >> 8 & 0xFF] ^ table[5][low >> 16 & 0xFF] ^ table[4][low >> 24] ^
                table[3][bytes[4]] ^ table[2][bytes[5]] ^ table[1][bytes[6]] ^ table[0][bytes[7]];
    }
    for (; count > 0; bytes++, count--) state = state >> 8 ^ table[0][(state ^ *bytes) & 0xFF];
    return state;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t with_instruction(uint32_t state, const uint8_t *bytes, size_t count) {
    uint64_t wide = state;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    state = (uint32_t)wide;
    for (; count > 0; bytes++, count--) state = _mm_crc32_u8(state, *bytes);
    return state;
}

uint32_t cp_crc32c(uint32_t state, const uint8_t *bytes, size_t count) {
    return __builtin_cpu_supports("sse4.2") ? with_instruction(state, bytes, count) : cp_crc32c_portable(state, bytes, count);
}
#else
uint32_t cp_crc32c(uint32_t state, const uint8_t *bytes, size_t count) { return cp_crc32c_portable(state, bytes, count); }
#endif
