/* What Swift cannot say to Linux: a child with exact descriptors, the cage of Landlock and seccomp, peer credentials, reads that do not
 * wait. */
#ifndef CASELLA_CPROCESS_H
#define CASELLA_CPROCESS_H

#include <stdint.h>
#include <stddef.h>
#include <sys/types.h>

/* Every function returns 0 (or a count) when it did what it says, else -errno. */

/* Starts `path`; descriptors[i] becomes descriptor i of the child, all others are closed there. uid and gid are taken
 * when `change_user` is not 0 (supplementary groups are dropped). `death_signal` (0: none) reaches the child when the
 * thread that called this ends. Signal mask and dispositions are the default ones. */
int casella_spawn(const char *path, char *const argv[], char *const envp[], const int *descriptors, int count,
                  int change_user, uid_t uid, gid_t gid, int death_signal, pid_t *child);

/* Becomes uid and gid with just the groups given, for good. */
int casella_drop_user(uid_t uid, gid_t gid, const gid_t *groups, size_t group_count);

/* no_new_privs and not dumpable. */
int casella_forbid_privileges(void);

/* A mount namespace whose /proc shows this process alone. Needs root. */
int casella_hide_processes(void);

/* The kernel's Landlock ABI: 2 is Debian 12's. */
int casella_landlock_abi(void);

/* Landlock. What is not under one of the paths is out of reach; paths that do not exist are skipped. As far as the kernel's ABI
 * goes: no TCP port is bound and, when `internet` is 0, none connected to (4); no signal reaches another process, and no
 * connection an abstract Unix socket of another (6). */
int casella_restrict_reach(char *const *readable, size_t readable_count, char *const *writable, size_t writable_count, int internet);

/* seccomp: system calls that are listed work, with the arguments that are listed; the others fail with EPERM, and are told to
 * the kernel's log. socket() makes Unix stream sockets and, when `internet` is not 0, TCP and UDP; otherwise nothing that is sent
 * connects a socket on its way (MSG_FASTOPEN), which Landlock does not see. listen() does nothing: sockets listen before they are
 * inherited. */
int casella_restrict_syscalls(int internet);

/* The number of threads of this process. */
int casella_thread_count(void);

int casella_peer_credentials(int descriptor, pid_t *pid, uid_t *uid, gid_t *gid);

/* A connected pair of stream sockets, both close-on-exec. */
int casella_socket_pair(int pair[2]);

/* Binds and listens; close-on-exec, non-blocking. `mode` is the socket file's; group (gid_t)-1 leaves it as made. */
int casella_listen_unix(const char *path, mode_t mode, uid_t owner, gid_t group, int backlog);
int casella_listen_tcp(const char *address, uint16_t port, int backlog);

/* Waits up to `milliseconds` (-1: for ever) for the descriptor to be readable: 1 yes, 0 no. */
int casella_wait_readable(int descriptor, int milliseconds);

/* Sends a few octets over a Unix stream socket, without waiting, and with them a descriptor (-1: none), which stays open here too. */
int casella_send_with_descriptor(int socket, const void *bytes, size_t count, int descriptor);

/* Receives exactly `count` octets that were sent so, without waiting, and the descriptor that came with them (close-on-exec;
 * -1: none). */
int casella_receive_with_descriptor(int socket, void *bytes, size_t count, int *descriptor);

/* Reads from a file what the system has in memory, without waiting for the disk: how many octets, at most up to the first that is not
 * there; -EAGAIN when that is the first of all, -EOPNOTSUPP where the file system cannot tell. */
ssize_t casella_read_resident(int descriptor, void *octets, size_t count, off_t offset);

/* Names the calling thread; at most 15 octets, shown by ps and top. */
void casella_name_thread(const char *name);

/* From now on blocks of a megabyte and more go back to the system when they are freed: by default glibc learns from the
 * first large message, or the first password hash, to keep such blocks for good. */
void casella_return_large_blocks(void);

/* Returns unused heap memory to the system. */
void casella_trim_heap(void);

/* Octets of heap memory that are free at the moment, given back to the system or not. */
size_t casella_free_heap(void);
#endif
