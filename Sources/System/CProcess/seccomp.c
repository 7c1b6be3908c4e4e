#define _GNU_SOURCE
#include "CProcess.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "Casella's cage knows x86_64 and aarch64"
#endif

/* What glibc's threads are made with, and nothing else is: no process, no namespace. */
#define THREAD_FLAGS                                                                                                                       \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |               \
     CLONE_CHILD_CLEARTID)

/* The last system call of Linux 5.13. Later ones do not exist for a caged process, so that libraries take their older way. */
#define LAST_KNOWN SYS_landlock_restrict_self

static const uint32_t refused = SECCOMP_RET_ERRNO | EPERM;

/* Allowed whatever the arguments: I/O on what is open, files as Landlock lets through, threads, time, memory. */
static const int harmless[] = {
    /* descriptors */
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_preadv2, SYS_pwritev, SYS_lseek, SYS_close,
    SYS_close_range, SYS_dup, SYS_dup3, SYS_pipe2, SYS_eventfd2, SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime, SYS_epoll_create1,
    SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_ppoll, SYS_pselect6,
    /* sockets; making and sending are below */
    SYS_connect, SYS_accept, SYS_accept4, SYS_listen, SYS_shutdown, SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_recvfrom,
    SYS_recvmsg, SYS_recvmmsg,
    /* files; `openat` and `mkdirat` are below */
    SYS_fstat, SYS_newfstatat, SYS_statx, SYS_fstatfs, SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_getdents64, SYS_unlinkat,
    SYS_renameat, SYS_renameat2, SYS_ftruncate, SYS_fallocate, SYS_fsync, SYS_fdatasync, SYS_sync_file_range, SYS_fadvise64,
    SYS_copy_file_range, SYS_flock,
    /* memory; `mmap` and `mprotect` are below */
    SYS_munmap, SYS_mremap, SYS_brk, SYS_madvise,
    /* threads and signals of this process */
    SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_set_tid_address, SYS_exit, SYS_exit_group, SYS_sched_yield, SYS_sched_getaffinity,
    SYS_getcpu, SYS_membarrier, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigtimedwait, SYS_sigaltstack,
    SYS_restart_syscall,
    /* time, randomness, facts */
    SYS_nanosleep, SYS_clock_nanosleep, SYS_clock_gettime, SYS_clock_getres, SYS_gettimeofday, SYS_getrandom, SYS_getpid, SYS_gettid,
    SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getrusage, SYS_times, SYS_sysinfo, SYS_uname,
#if defined(__x86_64__) /* older names, which other architectures never had */
    SYS_epoll_create, SYS_epoll_wait, SYS_poll, SYS_select, SYS_dup2, SYS_pipe, SYS_eventfd, SYS_pause, SYS_access, SYS_stat, SYS_lstat,
    SYS_readlink, SYS_unlink, SYS_rmdir, SYS_rename, SYS_time,
#endif
};

struct program {
    struct sock_filter code[512];
    unsigned short length;
};

/* One argument, masked, has to be one of the values. Arguments are compared by their lower half, as the kernel reads them. */
struct condition {
    int argument;
    uint32_t mask;
    int count;
    uint32_t values[16];
};
#define ONE_OF(...) sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), {__VA_ARGS__}
#define ANY_BIT UINT32_MAX

static void add(struct program *program, uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false) {
    program->code[program->length++] = (struct sock_filter){.code = code, .jt = if_true, .jf = if_false, .k = value};
}
static void answer(struct program *program, uint32_t action) { add(program, BPF_RET | BPF_K, action, 0, 0); }
static void load(struct program *program, size_t offset) { add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0); }

/* Leaves the call's number in the accumulator. */
static void begin(struct program *program) {
    load(program, offsetof(struct seccomp_data, arch));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    answer(program, SECCOMP_RET_KILL_PROCESS);
    load(program, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    add(program, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); /* x32 would pass the list by */
    answer(program, SECCOMP_RET_ERRNO | ENOSYS);
#endif
}

static void rule(struct program *program, int call, uint32_t action) {
    add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1);
    answer(program, action);
}

static void allow_if(struct program *program, int call, uint32_t otherwise, const struct condition *conditions, int count) {
    unsigned short start = program->length;
    add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 0);
    for (int i = 0; i < count; i++) {
        const struct condition *condition = &conditions[i];
        load(program, offsetof(struct seccomp_data, args) + sizeof(uint64_t) * (size_t)condition->argument);
        add(program, BPF_ALU | BPF_AND | BPF_K, condition->mask, 0, 0);
        for (int v = 0; v < condition->count; v++)
            add(program, BPF_JMP | BPF_JEQ | BPF_K, condition->values[v], (uint8_t)(condition->count - v), 0);
        answer(program, otherwise);
    }
    answer(program, SECCOMP_RET_ALLOW);
    program->code[start].jf = (uint8_t)(program->length - start - 1);
}
#define CONDITIONS(...) (struct condition[]){__VA_ARGS__}, sizeof((struct condition[]){__VA_ARGS__}) / sizeof(struct condition)
#define ALLOW_IF(program, call, otherwise, ...) allow_if(program, call, otherwise, CONDITIONS(__VA_ARGS__))

static int install(const struct program *program, unsigned flags) {
    struct sock_fprog filter = {.len = program->length, .filter = (struct sock_filter *)program->code};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter) ? -errno : 0;
}

/* Calls that libraries make in the ordinary course of things; that they do nothing is nothing to log. */
static int install_expected_refusals(void) {
    struct program program = {.length = 0};
    begin(&program);
    rule(&program, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);  /* its flags are out of a filter's sight; glibc takes clone instead */
    rule(&program, SYS_openat2, SECCOMP_RET_ERRNO | ENOSYS); /* likewise */
    rule(&program, SYS_setpriority, SECCOMP_RET_ERRNO | 0);  /* libdispatch wants less niceness, and would complain to /dev/log */
    /* NIO says it again of sockets that listen already. One that was taken apart would be bound to a port by it, past Landlock. */
    rule(&program, SYS_listen, SECCOMP_RET_ERRNO | 0);
    answer(&program, SECCOMP_RET_ALLOW);
    return install(&program, SECCOMP_FILTER_FLAG_TSYNC);
}

static void allow_memory(struct program *program) {
    /* Nothing becomes executable. Nothing is shared, so that the limit of private memory is the limit of memory. */
    ALLOW_IF(program, SYS_mmap, refused, {2, PROT_EXEC, ONE_OF(0)}, {3, MAP_SHARED, ONE_OF(0)});
    ALLOW_IF(program, SYS_mprotect, refused, {2, PROT_EXEC, ONE_OF(0)});
}

static void allow_files(struct program *program) {
    ALLOW_IF(program, SYS_openat, refused, {3, S_ISUID | S_ISGID, ONE_OF(0)});
    ALLOW_IF(program, SYS_mkdirat, refused, {2, S_ISUID | S_ISGID, ONE_OF(0)});
#if defined(__x86_64__)
    ALLOW_IF(program, SYS_open, refused, {2, S_ISUID | S_ISGID, ONE_OF(0)});
    ALLOW_IF(program, SYS_mkdir, refused, {1, S_ISUID | S_ISGID, ONE_OF(0)});
#endif
    ALLOW_IF(program, SYS_fcntl, refused, {1, ANY_BIT, ONE_OF(F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC)});
    ALLOW_IF(program, SYS_ioctl, SECCOMP_RET_ERRNO | ENOTTY, {1, ANY_BIT, ONE_OF(FIONREAD, FIONBIO)});
}

static void allow_process(struct program *program) {
    uint32_t self = (uint32_t)getpid();
    ALLOW_IF(program, SYS_clone, refused, {0, ANY_BIT, ONE_OF(THREAD_FLAGS)});
    ALLOW_IF(program, SYS_tgkill, refused, {0, ANY_BIT, ONE_OF(self)}); /* raise, abort */
    ALLOW_IF(program, SYS_prlimit64, refused, {0, ANY_BIT, ONE_OF(0, self)});
    ALLOW_IF(program, SYS_prctl, refused, {0, ANY_BIT, ONE_OF(PR_SET_NAME, PR_GET_NAME)});
}

static void allow_sockets(struct program *program, int internet) {
    const uint32_t kinds = 0xf, refused_family = SECCOMP_RET_ERRNO | EACCES; /* SOCK_NONBLOCK and SOCK_CLOEXEC lie above */
    if (internet) {
        ALLOW_IF(program, SYS_socket, refused_family, {0, ANY_BIT, ONE_OF(AF_UNIX, AF_INET, AF_INET6)},
                 {1, kinds, ONE_OF(SOCK_STREAM, SOCK_DGRAM)});
        ALLOW_IF(program, SYS_setsockopt, refused, {1, ANY_BIT, ONE_OF(SOL_SOCKET, 0 /* IP */, 6 /* TCP */, 17 /* UDP */, 41 /* IPv6 */)});
        rule(program, SYS_bind, SECCOMP_RET_ALLOW); /* a DNS question comes from a port drawn by lot */
        rule(program, SYS_sendto, SECCOMP_RET_ALLOW);
        rule(program, SYS_sendmsg, SECCOMP_RET_ALLOW);
        rule(program, SYS_sendmmsg, SECCOMP_RET_ALLOW);
    } else {
        ALLOW_IF(program, SYS_socket, refused_family, {0, ANY_BIT, ONE_OF(AF_UNIX)}, {1, kinds, ONE_OF(SOCK_STREAM)});
        /* No socket filter (SO_ATTACH_FILTER, SO_ATTACH_BPF): only what concerns addresses, buffers, times and TCP's manners. No
         * SO_LINGER: with that, who closes a socket waits for its peer, and that may be another process that has it too. */
        ALLOW_IF(program, SYS_setsockopt, refused, {1, ANY_BIT, ONE_OF(SOL_SOCKET, 6 /* TCP */)},
                 {2, ANY_BIT, ONE_OF(1, SO_REUSEADDR, 4, 5, 6, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE, 18, SO_RCVTIMEO, SO_SNDTIMEO)});
        /* A client's socket that was taken apart could be connected anew by sending, past Landlock. */
        ALLOW_IF(program, SYS_sendto, refused, {3, MSG_FASTOPEN, ONE_OF(0)});
        ALLOW_IF(program, SYS_sendmsg, refused, {2, MSG_FASTOPEN, ONE_OF(0)});
        ALLOW_IF(program, SYS_sendmmsg, refused, {3, MSG_FASTOPEN, ONE_OF(0)});
    }
}

int casella_restrict_syscalls(int internet) {
    int result = install_expected_refusals();
    if (result) return result;
    struct program program = {.length = 0};
    begin(&program);
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) rule(&program, harmless[i], SECCOMP_RET_ALLOW);
    allow_memory(&program);
    allow_files(&program);
    allow_process(&program);
    allow_sockets(&program, internet);
    /* The other filter answers these, and listen; the stricter answer of the two counts. */
    rule(&program, SYS_clone3, SECCOMP_RET_ALLOW);
    rule(&program, SYS_openat2, SECCOMP_RET_ALLOW);
    rule(&program, SYS_setpriority, SECCOMP_RET_ALLOW);
    add(&program, BPF_JMP | BPF_JGT | BPF_K, LAST_KNOWN, 0, 1);
    answer(&program, SECCOMP_RET_ERRNO | ENOSYS);
    answer(&program, refused);
    return install(&program, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG);
}
