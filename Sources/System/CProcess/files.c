#define _GNU_SOURCE
#include "CProcess.h"
#include <errno.h>
#include <sys/uio.h>

ssize_t casella_read_resident(int descriptor, void *octets, size_t count, off_t offset) {
    struct iovec vector = {.iov_base = octets, .iov_len = count};
    ssize_t got;
    do {
        got = preadv2(descriptor, &vector, 1, offset, RWF_NOWAIT);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}
