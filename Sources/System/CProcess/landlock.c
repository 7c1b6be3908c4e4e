#define _GNU_SOURCE
#include "CProcess.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Debian 12's header knows Landlock ABI 2 (kernel 5.19); what came later is spelled out here. */
#define ACCESS_TRUNCATE (1ULL << 14)          /* ABI 3, kernel 6.2 */
#define ACCESS_NET_BIND_TCP (1ULL << 0)       /* ABI 4, kernel 6.7 */
#define ACCESS_NET_CONNECT_TCP (1ULL << 1)
#define ACCESS_IOCTL_DEV (1ULL << 15)         /* ABI 5, kernel 6.10 */
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* ABI 6, kernel 6.12 */
#define SCOPE_SIGNAL (1ULL << 1)

struct ruleset {
    uint64_t files, net, scoped;
};

static const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
/* Regular files and folders: no device, socket, pipe or symbolic link, and nothing to execute. */
static const uint64_t writing = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER | ACCESS_TRUNCATE;
static const uint64_t file_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE;

static int allow(int ruleset, const char *path, uint64_t rights) {
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    struct stat facts;
    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0) return errno == ENOENT ? 0 : -errno;
    int result = 0;
    if (fstat(rule.parent_fd, &facts) == 0 && !S_ISDIR(facts.st_mode)) rule.allowed_access &= file_rights;
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0)) result = -errno;
    close(rule.parent_fd);
    return result;
}

int casella_landlock_abi(void) {
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi < 0 ? -errno : (int)abi;
}

int casella_restrict_reach(char *const *readable, size_t readable_count, char *const *writable, size_t writable_count, int internet) {
    int abi = casella_landlock_abi();
    if (abi < 1) return -ENOSYS;
    struct ruleset handled = {.files = (1ULL << 13) - 1}; /* ABI 1: EXECUTE … MAKE_SYM */
    size_t size = sizeof handled.files;                   /* an older kernel refuses fields that it does not know */
    if (abi >= 2) handled.files |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3) handled.files |= ACCESS_TRUNCATE;
    if (abi >= 4) {
        handled.net = ACCESS_NET_BIND_TCP | (internet ? 0 : ACCESS_NET_CONNECT_TCP);
        size = offsetof(struct ruleset, scoped);
    }
    if (abi >= 5) handled.files |= ACCESS_IOCTL_DEV;
    if (abi >= 6) {
        handled.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
        size = sizeof handled;
    }
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
    if (ruleset < 0) return -errno;
    int result = 0;
    for (size_t i = 0; i < readable_count && result == 0; i++) result = allow(ruleset, readable[i], reading & handled.files);
    for (size_t i = 0; i < writable_count && result == 0; i++) result = allow(ruleset, writable[i], writing & handled.files);
    if (result == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0)) result = -errno;
    close(ruleset);
    return result;
}
