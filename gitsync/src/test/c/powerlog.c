/*
 * Records what a process does to the files below $POWERLOG_ROOT, in order, in $POWERLOG_FILE: for PowerCutIT, which makes
 * of every prefix of it what a power cut at that moment may leave. LD_PRELOAD it into a process; its children record too.
 *
 * A record is one line and the bytes that it announces; paths are absolute and end with a tab:
 *   C ino path        a file was created           T ino size        it was cut or extended
 *   W ino offset n    n bytes follow               S ino             fsync, fdatasync
 *   D path            fsync of a directory         A                 syncfs, sync
 *   R from to         renamed                      L from to         linked
 *   Y path target     symbolic link                U path            unlinked
 *   M path            directory made               X path            directory removed
 *
 * Not seen, and not used by Tandem to write: mmap, io_uring, O_TMPFILE. Modes and times are not recorded.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 65536
#define REAL(name) ((__typeof__(&name)) real(#name))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -2;
static unsigned char kind[FDS]; /* 1: a file below root, 2: a directory below root */

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* The descriptor of the log, opened by a bare system call; -1 if nothing is recorded. */
static int logging(void) {
    if (log_fd == -2) {
        const char *file = getenv("POWERLOG_FILE"), *top = getenv("POWERLOG_ROOT");
        log_fd = -1;
        if (file && top) {
            strncpy(root, top, sizeof root - 1);
            root_length = strlen(root);
            log_fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        }
    }
    return log_fd;
}

static void fail(const char *what) {
    dprintf(2, "powerlog: %s\n", what);
    abort();
}

static void put(const void *bytes, size_t n) {
    const char *at = bytes;
    while (n > 0) {
        ssize_t done = syscall(SYS_write, log_fd, at, n);
        if (done < 0) fail("the log cannot be written");
        at += done;
        n -= done;
    }
}

static void say(const char *format, ...) {
    char line[3 * PATH_MAX];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (n < 0 || n >= (int) sizeof line) fail("a line is too long");
    put(line, n);
}

/* Whether a path is below root; makes it absolute. */
static int ours(int dir, const char *path, char *out) {
    if (logging() < 0 || !path) return 0;
    if (path[0] == '/') {
        if (strlen(path) >= PATH_MAX) return 0;
        strcpy(out, path);
    } else {
        char base[PATH_MAX], link[64];
        if (dir == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
            ssize_t n = readlink(link, base, sizeof base - 1);
            if (n < 0) return 0;
            base[n] = 0;
        }
        if (snprintf(out, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return 0;
    }
    size_t n = strlen(out);
    while (n > 1 && out[n - 1] == '/') out[--n] = 0;
    return strncmp(out, root, root_length) == 0 && (out[root_length] == '/' || out[root_length] == 0);
}

static unsigned long inode(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 ? (unsigned long) st.st_ino : 0;
}

static int opened(int dir, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    if (!ours(dir, path, full)) {
        int fd = syscall(SYS_openat, dir, path, flags | O_LARGEFILE, mode);
        if (fd >= 0 && fd < FDS) kind[fd] = 0;
        return fd;
    }
    if ((flags & O_TMPFILE) == O_TMPFILE) fail("O_TMPFILE");
    pthread_mutex_lock(&lock);
    struct stat st;
    int existed = lstat(full, &st) == 0;
    int fd = syscall(SYS_openat, dir, path, flags | O_LARGEFILE, mode);
    int error = errno;
    if (fd >= FDS) fail("too many descriptors");
    if (fd >= 0) {
        fstat(fd, &st);
        kind[fd] = S_ISDIR(st.st_mode) ? 2 : S_ISREG(st.st_mode) ? 1 : 0;
        if (kind[fd] == 1 && !existed) say("C %lu %s\t\n", (unsigned long) st.st_ino, full);
        else if (kind[fd] == 1 && (flags & O_TRUNC)) say("T %lu 0\n", (unsigned long) st.st_ino);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return fd;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list l; va_start(l, flags); mode = va_arg(l, mode_t); va_end(l); }
int open(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE return opened(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE return opened(dir, path, flags, mode); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int __open_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }

static int is(int fd, int what) { return fd >= 0 && fd < FDS && kind[fd] == what && logging() >= 0; }

static void wrote(int fd, const struct iovec *v, int count, off_t at, ssize_t n) {
    if (n <= 0) return;
    if (at < 0) at = lseek(fd, 0, SEEK_CUR) - n;
    say("W %lu %lld %lld\n", inode(fd), (long long) at, (long long) n);
    for (int i = 0; i < count && n > 0; i++) {
        size_t part = v[i].iov_len < (size_t) n ? v[i].iov_len : (size_t) n;
        put(v[i].iov_base, part);
        n -= part;
    }
}

#define WRITING(call, v, count, at) \
    pthread_mutex_lock(&lock); ssize_t n = call; int error = errno; wrote(fd, v, count, at, n); \
    pthread_mutex_unlock(&lock); errno = error; return n;

ssize_t write(int fd, const void *bytes, size_t size) {
    if (!is(fd, 1)) return syscall(SYS_write, fd, bytes, size);
    struct iovec v = {(void *) bytes, size};
    WRITING(syscall(SYS_write, fd, bytes, size), &v, 1, -1)
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    if (!is(fd, 1)) return syscall(SYS_pwrite64, fd, bytes, size, at);
    struct iovec v = {(void *) bytes, size};
    WRITING(syscall(SYS_pwrite64, fd, bytes, size, at), &v, 1, at)
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }
ssize_t writev(int fd, const struct iovec *v, int count) {
    if (!is(fd, 1)) return syscall(SYS_writev, fd, v, count);
    WRITING(syscall(SYS_writev, fd, v, count), v, count, -1)
}
/* Made to fail, so that callers read and write. */
ssize_t sendfile64(int out, int in, off64_t *at, size_t size) {
    if (is(out, 1)) { errno = EINVAL; return -1; }
    return REAL(sendfile64)(out, in, at, size);
}
ssize_t sendfile(int out, int in, off_t *at, size_t size) { return sendfile64(out, in, at, size); }
ssize_t copy_file_range(int in, off64_t *a, int out, off64_t *b, size_t size, unsigned flags) {
    if (is(out, 1)) { errno = EXDEV; return -1; }
    return REAL(copy_file_range)(in, a, out, b, size, flags);
}

#define DONE(call, record) \
    pthread_mutex_lock(&lock); int r = call; int error = errno; if (r == 0) record; \
    pthread_mutex_unlock(&lock); errno = error; return r;

int ftruncate64(int fd, off64_t size) {
    if (!is(fd, 1)) return syscall(SYS_ftruncate, fd, size);
    DONE(syscall(SYS_ftruncate, fd, size), say("T %lu %lld\n", inode(fd), (long long) size))
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static void synced(int fd) {
    char link[64], path[PATH_MAX];
    if (kind[fd] == 1) {
        say("S %lu\n", inode(fd));
        return;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n > 0) { path[n] = 0; say("D %s\t\n", path); }
}
/* The disk itself is left alone: only the order matters here. */
int fsync(int fd) { if (!is(fd, 1) && !is(fd, 2)) return syscall(SYS_fsync, fd); DONE(0, synced(fd)) }
int fdatasync(int fd) { return fsync(fd); }
int syncfs(int fd) { if (logging() < 0) return syscall(SYS_syncfs, fd); DONE(0, say("A\n")) }
void sync(void) { if (logging() >= 0) say("A\n"); else syscall(SYS_sync); }

static int moved(int d1, const char *a, int d2, const char *b) {
    char from[PATH_MAX], to[PATH_MAX];
    int one = ours(d1, a, from), two = ours(d2, b, to);
    if (!one && !two) return syscall(SYS_renameat2, d1, a, d2, b, 0);
    if (!one || !two) fail("a rename across the root");
    DONE(syscall(SYS_renameat2, d1, a, d2, b, 0), say("R %s\t%s\t\n", from, to))
}
int rename(const char *a, const char *b) { return moved(AT_FDCWD, a, AT_FDCWD, b); }
int renameat(int d1, const char *a, int d2, const char *b) { return moved(d1, a, d2, b); }
int renameat2(int d1, const char *a, int d2, const char *b, unsigned f) { if (f) fail("renameat2"); return moved(d1, a, d2, b); }

static int linked(int d1, const char *a, int d2, const char *b, int flags) {
    char from[PATH_MAX], to[PATH_MAX];
    if (!ours(d1, a, from) || !ours(d2, b, to)) return syscall(SYS_linkat, d1, a, d2, b, flags);
    DONE(syscall(SYS_linkat, d1, a, d2, b, flags), say("L %s\t%s\t\n", from, to))
}
int link(const char *a, const char *b) { return linked(AT_FDCWD, a, AT_FDCWD, b, 0); }
int linkat(int d1, const char *a, int d2, const char *b, int flags) { return linked(d1, a, d2, b, flags); }

int symlinkat(const char *target, int dir, const char *path) {
    char full[PATH_MAX];
    if (!ours(dir, path, full)) return syscall(SYS_symlinkat, target, dir, path);
    DONE(syscall(SYS_symlinkat, target, dir, path), say("Y %s\t%s\t\n", full, target))
}
int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }

int unlinkat(int dir, const char *path, int flags) {
    char full[PATH_MAX];
    if (!ours(dir, path, full)) return syscall(SYS_unlinkat, dir, path, flags);
    DONE(syscall(SYS_unlinkat, dir, path, flags), say("%c %s\t\n", flags & AT_REMOVEDIR ? 'X' : 'U', full))
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    int r = unlinkat(AT_FDCWD, path, 0);
    return r != 0 && (errno == EISDIR || errno == EPERM) ? rmdir(path) : r;
}

int mkdirat(int dir, const char *path, mode_t mode) {
    char full[PATH_MAX];
    if (!ours(dir, path, full)) return syscall(SYS_mkdirat, dir, path, mode);
    DONE(syscall(SYS_mkdirat, dir, path, mode), say("M %s\t\n", full))
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
