/* Any system call by its name, and the few things that are not one. */
#ifndef CASELLA_CAGE_CALLS_H
#define CASELLA_CAGE_CALLS_H

#include <stdint.h>

/* Makes the call with six arguments (numbers, or addresses): its result, else -errno. -1000: no call of that name is known. A process
 * that it makes ends at once. */
long casella_call(const char *name, const uintptr_t arguments[6]);

/* Starts a thread and waits for it: 0, else -errno. */
int casella_try_thread(void);

/* Starts `count` threads that stay: how many started. */
int casella_try_threads(int count);
#endif
