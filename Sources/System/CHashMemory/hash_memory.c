/*
 * libsodium maps fresh memory for each Argon2 hash and unmaps it afterwards, and has no way to be given any. The kernel then fills 19 MiB
 * page by page, which takes longer than the hash itself (7.3 of 11.9 ms). So this program has an mmap and a munmap of its own, which the
 * dynamic linker puts before the C library's for every library but the C library: for all but the mappings of a hash, and everywhere
 * outside of casella_hash_memory_begin and _end, they are the system calls and nothing else.
 */
#define _GNU_SOURCE
#include "CHashMemory.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_MAPPINGS 0 /* the sanitizers have theirs */
#endif
#endif
#ifndef OWN_MAPPINGS
#define OWN_MAPPINGS 1
#endif

#if OWN_MAPPINGS

/* What is larger is left to the system, so that costly hashes from elsewhere leave nothing behind. */
#define LARGEST ((size_t)64 << 20)
#define SMALLEST ((size_t)1 << 20)
#define REGIONS 16

static struct region {
    void *memory; /* NULL: there is none */
    size_t length;
    int used;
} regions[REGIONS];
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local int hashing;

static void *map(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    return (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
}

/* NULL: the system shall see to it. */
static void *take(size_t length) {
    void *memory = NULL;
    struct region *empty = NULL;
    pthread_mutex_lock(&guard);
    for (struct region *region = regions; region < regions + REGIONS && memory == NULL; region++) {
        if (region->memory == NULL) {
            empty = region;
        } else if (!region->used && region->length == length) {
            region->used = 1;
            memory = region->memory;
        }
    }
    if (memory == NULL && empty != NULL) {
        memory = map(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (memory == MAP_FAILED) {
            memory = NULL;
        } else {
            *empty = (struct region){.memory = memory, .length = length, .used = 1};
        }
    }
    pthread_mutex_unlock(&guard);
    return memory;
}

/* Whether it was one of ours. */
static int put_back(void *memory, size_t length) {
    struct region *ours = NULL;
    pthread_mutex_lock(&guard);
    for (struct region *region = regions; region < regions + REGIONS; region++) {
        if (region->used && region->memory == memory && region->length == length) ours = region;
    }
    pthread_mutex_unlock(&guard);
    if (ours == NULL) return 0;
    explicit_bzero(memory, length); /* as the system would before anybody else had it */
    pthread_mutex_lock(&guard);
    ours->used = 0;
    pthread_mutex_unlock(&guard);
    return 1;
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    if (hashing && address == NULL && (flags & MAP_ANONYMOUS) && (flags & MAP_POPULATE) && length >= SMALLEST && length <= LARGEST) {
        void *memory = take(length);
        if (memory != NULL) return memory;
    }
    return map(address, length, protection, flags, file, offset);
}

int munmap(void *address, size_t length) {
    if (hashing && put_back(address, length)) return 0;
    return (int)syscall(SYS_munmap, address, length);
}

void casella_hash_memory_begin(void) { hashing++; }
void casella_hash_memory_end(void) { hashing--; }

void casella_hash_memory_release(void) {
    pthread_mutex_lock(&guard);
    for (struct region *region = regions; region < regions + REGIONS; region++) {
        if (region->memory == NULL || region->used) continue;
        syscall(SYS_munmap, region->memory, region->length);
        region->memory = NULL;
    }
    pthread_mutex_unlock(&guard);
}

#else

void casella_hash_memory_begin(void) {}
void casella_hash_memory_end(void) {}
void casella_hash_memory_release(void) {}

#endif
