#include "CChecksum.h"

#include <string.h>

#if defined(__x86_64__)

int casella_has_crc32c(void) { return __builtin_cpu_supports("sse4.2") ? 1 : 0; }

__attribute__((target("sse4.2"))) uint32_t casella_crc32c(uint32_t state, const void *bytes, size_t count) {
    const unsigned char *next = bytes;
    uint64_t wide = state;
    for (; count >= 8; next += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    state = (uint32_t)wide;
    for (; count > 0; next++, count--) state = __builtin_ia32_crc32qi(state, *next);
    return state;
}

#else

int casella_has_crc32c(void) { return 0; }

uint32_t casella_crc32c(uint32_t state, const void *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return state;
}

#endif
