/* What thread sanitizer must be told of the standard library's Mutex.
 *
 * Its quick path is compiled into our code, where the sanitizer sees an atomic that acquires or releases. When two threads meet, it
 * goes on in libswiftSynchronization (a futex of the kernel's), which is not built for the sanitizer: that one thread then took over
 * from the other stays unseen, and all that the Mutex guards is reported as a race. The three functions below stand before the
 * library's own, and do no more than say it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

/* Mutex._MutexHandle._lockSlow(UInt32), _tryLockSlow() -> Bool and _unlockSlow() */
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

static void *library(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) abort();
    return function;
}

SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
    SWIFT void (*lock)(uint32_t, SELF void *) = (SWIFT void (*)(uint32_t, SELF void *))library(LOCK);
    lock(thread, handle);
    __tsan_acquire(handle);
}

SWIFT bool try_lock_slow(SELF void *handle) __asm__(TRY_LOCK);
SWIFT bool try_lock_slow(SELF void *handle) {
    SWIFT bool (*try_lock)(SELF void *) = (SWIFT bool (*)(SELF void *))library(TRY_LOCK);
    bool is_mine = try_lock(handle);
    if (is_mine) __tsan_acquire(handle);
    return is_mine;
}

SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF void *handle) {
    SWIFT void (*unlock)(SELF void *) = (SWIFT void (*)(SELF void *))library(UNLOCK);
    __tsan_release(handle);
    unlock(handle);
}
