/* Preloaded into tenants' workers and the relay: while the first octet of SCRATCH/flush-fails is not '0', fdatasync and fsync of a regular
 * file fail with EIO, and what was written to it since its last flush turns into zeros: Linux forgets dirty pages that it could
 * not write, and does not say so twice. The file is mapped before the process confines itself. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static volatile const char *order;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { int file; off_t offset; size_t length; } dirty[256];
static int count;

__attribute__((constructor)) static void begin(void) {
    int file = open(SCRATCH "/flush-fails", O_RDONLY | O_CLOEXEC);
    void *place = file < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);
    if (place == MAP_FAILED) abort();
    order = place;
    close(file);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite");
    ssize_t done = real(file, bytes, length, offset);
    if (done > 0) {
        pthread_mutex_lock(&lock);
        if (count < 256) {
            dirty[count].file = file;
            dirty[count].offset = offset;
            dirty[count++].length = (size_t)done;
        }
        pthread_mutex_unlock(&lock);
    }
    return done;
}

/* Forgets what is dirty in the file; after a failure so does the disk. */
static void settle(int file, int lost) {
    pthread_mutex_lock(&lock);
    int kept = 0;
    for (int at = 0; at < count; at++) {
        if (dirty[at].file != file) {
            dirty[kept++] = dirty[at];
            continue;
        }
        char *zeros = lost ? calloc(1, dirty[at].length) : NULL;
        ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
        if (zeros && real(file, zeros, dirty[at].length, dirty[at].offset) < 0) abort();
        free(zeros);
    }
    count = kept;
    pthread_mutex_unlock(&lock);
}

static int flush(int file, const char *name) {
    struct stat facts;
    int fails = *order != '0' && fstat(file, &facts) == 0 && S_ISREG(facts.st_mode);
    int (*real)(int) = dlsym(RTLD_NEXT, name);
    int result = fails ? -1 : real(file);
    settle(file, fails);
    if (fails) errno = EIO;
    return result;
}

int fdatasync(int file) { return flush(file, "fdatasync"); }

int fsync(int file) { return flush(file, "fsync"); }
