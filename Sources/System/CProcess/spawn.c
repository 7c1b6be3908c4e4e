#define _GNU_SOURCE
#include "CProcess.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* Runs in the forked child: async-signal-safe calls only, since other threads of the parent may have held any lock. */
static int become_child(const char *path, char *const argv[], char *const envp[], const int *descriptors, int count,
                        int change_user, uid_t uid, gid_t gid, int death_signal) {
    /* First out of the way, so that no target is overwritten before it was copied. */
    int moved[64];
    if (count > 64) return EINVAL;
    for (int i = 0; i < count; i++)
        if ((moved[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 128)) < 0) return errno;
    for (int i = 0; i < count; i++)
        if (dup2(moved[i], i) < 0) return errno;
    if (change_user) {
        if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)) return errno;
    }
    if (death_signal && prctl(PR_SET_PDEATHSIG, death_signal)) return errno; /* after setresuid, which clears it */
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    execve(path, argv, envp);
    return errno;
}

int casella_spawn(const char *path, char *const argv[], char *const envp[], const int *descriptors, int count,
                  int change_user, uid_t uid, gid_t gid, int death_signal, pid_t *child) {
    int failure[2]; /* exec's error comes back through it; closes by itself when exec succeeds */
    if (pipe2(failure, O_CLOEXEC)) return -errno;
    pid_t pid = fork();
    if (pid < 0) {
        int problem = errno;
        close(failure[0]);
        close(failure[1]);
        return -problem;
    }
    if (pid == 0) {
        int report = fcntl(failure[1], F_DUPFD_CLOEXEC, 250);
        close_range(count > 3 ? count : 3, ~0U, CLOSE_RANGE_CLOEXEC);
        int problem = become_child(path, argv, envp, descriptors, count, change_user, uid, gid, death_signal);
        if (write(report, &problem, sizeof problem) < 0) _exit(126);
        _exit(127);
    }
    close(failure[1]);
    int problem = 0;
    ssize_t got;
    do got = read(failure[0], &problem, sizeof problem);
    while (got < 0 && errno == EINTR);
    close(failure[0]);
    *child = pid;
    return got == (ssize_t)sizeof problem ? -problem : 0;
}

int casella_peer_credentials(int descriptor, pid_t *pid, uid_t *uid, gid_t *gid) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length)) return -errno;
    *pid = peer.pid;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

int casella_socket_pair(int pair[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) ? -errno : 0;
}

static int listening(int descriptor, int backlog) {
    if (listen(descriptor, backlog) == 0) return descriptor;
    int problem = errno;
    close(descriptor);
    return -problem;
}

int casella_listen_unix(const char *path, mode_t mode, uid_t owner, gid_t group, int backlog) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -errno;
    unlink(path);
    /* Until the modes are right nobody gets in, since nobody listens yet. */
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) || chmod(path, mode) || chown(path, owner, group)) {
        int problem = errno;
        close(descriptor);
        return -problem;
    }
    return listening(descriptor, backlog);
}

int casella_listen_tcp(const char *text, uint16_t port, int backlog) {
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    int is_six = inet_pton(AF_INET6, text, &six.sin6_addr) == 1;
    if (!is_six && inet_pton(AF_INET, text, &four.sin_addr) != 1) return -EINVAL;
    int descriptor = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -errno;
    int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const struct sockaddr *address = is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
    if (bind(descriptor, address, is_six ? sizeof six : sizeof four)) {
        int problem = errno;
        close(descriptor);
        return -problem;
    }
    return listening(descriptor, backlog);
}

int casella_wait_readable(int descriptor, int milliseconds) {
    struct pollfd one = {.fd = descriptor, .events = POLLIN};
    int ready = poll(&one, 1, milliseconds);
    return ready < 0 ? -errno : ready > 0;
}

int casella_thread_count(void) {
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks) return -errno;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(tasks));)
        if (entry->d_name[0] != '.') count++;
    closedir(tasks);
    return count;
}

void casella_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void casella_trim_heap(void) { malloc_trim(0); }

size_t casella_free_heap(void) { return mallinfo2().fordblks; }

void casella_return_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 1 << 20); }
