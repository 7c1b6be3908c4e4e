#define _GNU_SOURCE
#include "CProcess.h"
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

int casella_hide_processes(void) {
    if (unshare(CLONE_NEWNS)) return -errno;
    /* Mounts that the system makes or takes away later still show here, but nothing of ours shows there. */
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL)) return -errno;
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=invisible,subset=pid")) return -errno;
    return 0;
}

int casella_drop_user(uid_t uid, gid_t gid, const gid_t *groups, size_t group_count) {
    if (setgroups(group_count, groups) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)) return -errno;
    if (setuid(0) == 0) return -EPERM; /* it worked although it must not: not a cage */
    return 0;
}

int casella_forbid_privileges(void) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) return -errno;
    return 0;
}
