/* Preloaded into programs that keep data: writes down, in SCRATCH/recording, each change that they make to files under ROOT, with
 * its octets, and when each flush began and ended. All processes append to one file, and one append is one write, so the
 * order in the file is the order of what happened: a change is written down after it was made, a flush before it begins
 * and again after it ended. Not seen: stdio and memory maps, by which neither PostgreSQL nor we keep anything. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* What `power_cut.py` reads: 40 octets, then two paths, then octets written. */
struct head {
    uint32_t kind, thread;
    uint64_t file, offset, length;
    uint16_t path, other;
    uint32_t mode;
};

enum { CREATE = 1, WRITE, ZERO, TRUNCATE, EXTEND, FLUSH, FLUSHED, RENAME, LINK, UNLINK, MKDIR, RMDIR };

static int log_file = -1;
static dev_t device;

__attribute__((constructor)) static void begin(void) {
    int file = open(SCRATCH "/recording", O_WRONLY | O_APPEND | O_CLOEXEC);
    struct stat facts;
    if (file < 0 || stat(ROOT, &facts)) abort();
    device = facts.st_dev;
    log_file = fcntl(file, F_DUPFD_CLOEXEC, 700); /* out of the way of descriptors that are inherited by number */
    close(file);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void put(struct head head, const char *path, const char *other, const struct iovec *data, int count) {
    int problem = errno;
    struct iovec parts[64] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)other, head.other}};
    head.thread = (uint32_t)gettid();
    if (count > 60) abort();
    for (int at = 0; at < count; at++) parts[3 + at] = data[at];
    size_t all = sizeof head + head.path + head.other + (head.kind == WRITE ? head.length : 0);
    if (REAL(writev)(log_file, parts, 3 + count) != (ssize_t)all) abort();
    errno = problem;
}

/* Makes a path whole; 0 when it is not one of ours. */
static size_t place(const char *path, char *whole) {
    char here[PATH_MAX] = "";
    if (path[0] != '/' && !getcwd(here, sizeof here)) return 0;
    if (path[0] == '.' && path[1] == '/') path += 2;
    if (snprintf(whole, PATH_MAX, "%s%s%s", here, here[0] ? "/" : "", path) >= PATH_MAX) abort();
    return strncmp(whole, ROOT "/", sizeof ROOT) == 0 ? strlen(whole) : 0;
}

static void put_paths(uint32_t kind, const char *path, const char *other, uint64_t file, uint32_t mode) {
    char one[PATH_MAX], two[PATH_MAX] = "";
    size_t length = place(path, one), second = other ? place(other, two) : 0;
    if (!length || (other && !second)) return;
    put((struct head){.kind = kind, .file = file, .path = (uint16_t)length, .other = (uint16_t)second, .mode = mode}, one, two, NULL, 0);
}

static int is_kept(int file, struct stat *facts) {
    return log_file >= 0 && fstat(file, facts) == 0 && facts->st_dev == device && (S_ISREG(facts->st_mode) || S_ISDIR(facts->st_mode));
}

static void wrote(int file, const struct iovec *data, int count, uint64_t offset, uint64_t length) {
    struct stat facts;
    if (!is_kept(file, &facts)) return;
    int is_zero = 1;
    for (int at = 0; at < count && is_zero; at++) {
        const char *octets = data[at].iov_base;
        size_t size = data[at].iov_len;
        is_zero = size == 0 || (octets[0] == 0 && memcmp(octets, octets + 1, size - 1) == 0);
    }
    struct head head = {.kind = is_zero ? ZERO : WRITE, .file = facts.st_ino, .offset = offset, .length = length};
    put(head, NULL, NULL, data, is_zero ? 0 : count);
}

/* A vector cut to what was really written. */
static void wrote_vector(int file, const struct iovec *data, int count, uint64_t offset, uint64_t length) {
    struct iovec cut[60];
    uint64_t left = length;
    int used = 0;
    for (; used < count && left > 0; used++) {
        if (used == 60) abort();
        cut[used] = data[used];
        if (cut[used].iov_len > left) cut[used].iov_len = left;
        left -= cut[used].iov_len;
    }
    wrote(file, cut, used, offset, length);
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    struct stat facts;
    int was_missing = (flags & O_CREAT) && stat(path, &facts) != 0;
    int file = REAL(open)(path, flags, mode);
    if (file < 0 || log_file < 0 || !(flags & (O_CREAT | O_TRUNC))) return file;
    int problem = errno;
    if (is_kept(file, &facts) && S_ISREG(facts.st_mode)) {
        if (was_missing) put_paths(CREATE, path, NULL, facts.st_ino, facts.st_mode);
        else if (flags & O_TRUNC) put((struct head){.kind = TRUNCATE, .file = facts.st_ino}, NULL, NULL, NULL, 0);
    }
    errno = problem;
    return file;
}

ssize_t pwrite(int file, const void *octets, size_t length, off_t offset) {
    ssize_t done = REAL(pwrite)(file, octets, length, offset);
    if (done > 0) wrote(file, &(struct iovec){(void *)octets, (size_t)done}, 1, (uint64_t)offset, (uint64_t)done);
    return done;
}

ssize_t pwritev(int file, const struct iovec *data, int count, off_t offset) {
    ssize_t done = REAL(pwritev)(file, data, count, offset);
    if (done > 0) wrote_vector(file, data, count, (uint64_t)offset, (uint64_t)done);
    return done;
}

/* Where a write without an offset went: it ends where the file now stands, or at its end. */
static uint64_t started_at(int file, ssize_t done) {
    struct stat facts;
    off_t end = lseek(file, 0, SEEK_CUR);
    if ((fcntl(file, F_GETFL) & O_APPEND) && fstat(file, &facts) == 0) end = facts.st_size;
    return (uint64_t)(end - done);
}

ssize_t write(int file, const void *octets, size_t length) {
    ssize_t done = REAL(write)(file, octets, length);
    struct stat facts;
    int problem = errno;
    if (done > 0 && is_kept(file, &facts) && S_ISREG(facts.st_mode))
        wrote(file, &(struct iovec){(void *)octets, (size_t)done}, 1, started_at(file, done), (uint64_t)done);
    errno = problem;
    return done;
}

ssize_t writev(int file, const struct iovec *data, int count) {
    ssize_t done = REAL(writev)(file, data, count);
    struct stat facts;
    int problem = errno;
    if (done > 0 && is_kept(file, &facts) && S_ISREG(facts.st_mode))
        wrote_vector(file, data, count, started_at(file, done), (uint64_t)done);
    errno = problem;
    return done;
}

static void resized(int file, uint32_t kind, uint64_t offset, uint64_t length) {
    struct stat facts;
    if (!is_kept(file, &facts)) return;
    put((struct head){.kind = kind, .file = facts.st_ino, .offset = offset, .length = length}, NULL, NULL, NULL, 0);
}

int ftruncate(int file, off_t length) {
    int result = REAL(ftruncate)(file, length);
    if (result == 0) resized(file, TRUNCATE, 0, (uint64_t)length);
    return result;
}

int truncate(const char *path, off_t length) {
    int result = REAL(truncate)(path, length);
    struct stat facts;
    if (result == 0 && stat(path, &facts) == 0 && facts.st_dev == device)
        put((struct head){.kind = TRUNCATE, .file = facts.st_ino, .length = (uint64_t)length}, NULL, NULL, NULL, 0);
    return result;
}

int posix_fallocate(int file, off_t offset, off_t length) {
    int result = REAL(posix_fallocate)(file, offset, length);
    if (result == 0) resized(file, EXTEND, (uint64_t)offset, (uint64_t)length);
    return result;
}

static int flush(int file, int (*real)(int)) {
    struct stat facts;
    int is_ours = is_kept(file, &facts);
    if (is_ours) put((struct head){.kind = FLUSH, .file = facts.st_ino}, NULL, NULL, NULL, 0);
    int result = real(file);
    if (is_ours && result == 0) put((struct head){.kind = FLUSHED, .file = facts.st_ino}, NULL, NULL, NULL, 0);
    return result;
}

int fdatasync(int file) { return flush(file, REAL(fdatasync)); }

int fsync(int file) { return flush(file, REAL(fsync)); }

int rename(const char *from, const char *to) {
    int result = REAL(rename)(from, to);
    if (result == 0) put_paths(RENAME, from, to, 0, 0);
    return result;
}

int link(const char *from, const char *to) {
    int result = REAL(link)(from, to);
    if (result == 0) put_paths(LINK, from, to, 0, 0);
    return result;
}

int unlink(const char *path) {
    int result = REAL(unlink)(path);
    if (result == 0) put_paths(UNLINK, path, NULL, 0, 0);
    return result;
}

int mkdir(const char *path, mode_t mode) {
    int result = REAL(mkdir)(path, mode);
    struct stat facts;
    if (result == 0 && stat(path, &facts) == 0) put_paths(MKDIR, path, NULL, facts.st_ino, facts.st_mode);
    return result;
}

int rmdir(const char *path) {
    int result = REAL(rmdir)(path);
    if (result == 0) put_paths(RMDIR, path, NULL, 0, 0);
    return result;
}
