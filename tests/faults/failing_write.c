/* Makes the n-th write or sync of matching files fail, for LD_PRELOAD.

   FAIL_MATCH   part of the file's path
   FAIL_AT      which call fails, from 1
   FAIL_ERRNO   with what error number
   FAIL_STICKY  1: every later call fails too
   FAIL_UNTIL   a file; while it exists nothing fails (space has returned)
   FAIL_COUNT   a file that gets a byte for each matching call, so that a run shows how many there are */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int calls;

static int matches(int fd) {
    const char *part = getenv("FAIL_MATCH");
    char link[64], path[PATH_MAX];
    ssize_t length;
    if (part == NULL)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return strstr(path, part) != NULL;
}

static int fails(int fd) {
    int saved = errno, number, at;
    const char *sticky = getenv("FAIL_STICKY"), *until = getenv("FAIL_UNTIL"), *count = getenv("FAIL_COUNT");
    if (!matches(fd)) {
        errno = saved;
        return 0;
    }
    number = __sync_add_and_fetch(&calls, 1);
    if (count != NULL) {
        int out = open(count, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (out >= 0) {
            syscall(SYS_write, out, "x", 1);
            close(out);
        }
    }
    errno = saved;
    at = getenv("FAIL_AT") ? atoi(getenv("FAIL_AT")) : 0;
    if (at == 0 || number < at || (number > at && !(sticky && *sticky == '1')))
        return 0;
    if (until != NULL && access(until, F_OK) == 0) {
        errno = saved;
        return 0;
    }
    errno = getenv("FAIL_ERRNO") ? atoi(getenv("FAIL_ERRNO")) : EIO;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) {
    return fails(fd) ? -1 : REAL(write)(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return fails(fd) ? -1 : REAL(pwrite)(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return fails(fd) ? -1 : REAL(pwrite64)(fd, data, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return fails(fd) ? -1 : REAL(writev)(fd, parts, count);
}

int fsync(int fd) {
    return fails(fd) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd) {
    return fails(fd) ? -1 : REAL(fdatasync)(fd);
}

int ftruncate(int fd, off_t size) {
    return fails(fd) ? -1 : REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    return fails(fd) ? -1 : REAL(ftruncate64)(fd, size);
}

int fallocate(int fd, int mode, off_t at, off_t size) {
    return fails(fd) ? -1 : REAL(fallocate)(fd, mode, at, size);
}

int posix_fallocate(int fd, off_t at, off_t size) {
    return fails(fd) ? errno : REAL(posix_fallocate)(fd, at, size);
}
