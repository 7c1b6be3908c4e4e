/* CRC-32C by the processor's own instruction, which Swift cannot name. */
#ifndef CASELLA_CCHECKSUM_H
#define CASELLA_CCHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Whether this processor has the instruction. */
int casella_has_crc32c(void);

/* Continues `state` (inverted at both ends by the caller) over the bytes. Only where casella_has_crc32c says 1. */
uint32_t casella_crc32c(uint32_t state, const void *bytes, size_t count);

#endif
