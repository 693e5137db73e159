/* Preloaded into a test's process: counts what is done to one file and at the N-th time kills the process or fails.
 *
 * WEFT_FAULT_FILE  end of the file's path
 * WEFT_FAULT_AT    the call that is hit, from 1
 * WEFT_FAULT_KIND  before | after | torn (half of the bytes, then killed) | ENOSPC | EIO | short (half of the bytes)
 * WEFT_FAULT_LOG   file to which the number of calls is written at the end
 *
 * Failures stay from the N-th call on, as a full disk does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static long calls;

static int concerns(int fd)
{
    const char *end = getenv("WEFT_FAULT_FILE");
    char link[64], path[4096];
    if (!end) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    size_t length = strlen(end);
    return (size_t)n >= length && strcmp(path + n - length, end) == 0;
}

/* 0: nothing happens to this call. */
static const char *hit(int fd)
{
    if (!concerns(fd)) return 0;
    const char *at = getenv("WEFT_FAULT_AT"), *kind = getenv("WEFT_FAULT_KIND");
    long call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST), target = at ? atol(at) : 0;
    if (!kind || target <= 0 || call < target) return 0;
    int lasts = kind[0] == 'E' || kind[0] == 's';
    return call == target || lasts ? kind : 0;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int failure(const char *kind)
{
    errno = strcmp(kind, "ENOSPC") == 0 ? ENOSPC : EIO;
    return -1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Half of the bytes, by the real call. */
static ssize_t half(int fd, const struct iovec *parts, int count, off_t offset, int has_offset)
{
    size_t total = 0, done = 0;
    for (int i = 0; i < count; i++) total += parts[i].iov_len;
    for (int i = 0; i < count && done < total / 2; i++) {
        size_t size = parts[i].iov_len < total / 2 - done ? parts[i].iov_len : total / 2 - done;
        ssize_t n = has_offset ? REAL(pwrite)(fd, parts[i].iov_base, size, offset + (off_t)done)
                               : REAL(write)(fd, parts[i].iov_base, size);
        if (n < 0) return n;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static ssize_t fault(const char *kind, int fd, const struct iovec *parts, int count, off_t offset, int has_offset)
{
    if (strcmp(kind, "before") == 0) die();
    if (strcmp(kind, "torn") == 0) {
        half(fd, parts, count, offset, has_offset);
        die();
    }
    if (strcmp(kind, "short") == 0) return half(fd, parts, count, offset, has_offset);
    return failure(kind);
}

#define WRITES(call, fd, parts, count, offset, has_offset)                              \
    const char *kind = hit(fd);                                                         \
    if (kind && strcmp(kind, "after") != 0) return fault(kind, fd, parts, count, offset, has_offset); \
    ssize_t result = call;                                                              \
    if (kind) die();                                                                    \
    return result

ssize_t write(int fd, const void *data, size_t size)
{
    struct iovec part = { (void *)data, size };
    WRITES(REAL(write)(fd, data, size), fd, &part, 1, 0, 0);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    struct iovec part = { (void *)data, size };
    WRITES(REAL(pwrite)(fd, data, size, offset), fd, &part, 1, offset, 1);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
    struct iovec part = { (void *)data, size };
    WRITES(REAL(pwrite64)(fd, data, size, offset), fd, &part, 1, offset, 1);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    WRITES(REAL(writev)(fd, parts, count), fd, parts, count, 0, 0);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    WRITES(REAL(pwritev)(fd, parts, count, offset), fd, parts, count, offset, 1);
}

static int syncs(int fd, int (*real)(int))
{
    const char *kind = hit(fd);
    if (kind && strcmp(kind, "short") == 0) kind = 0;
    if (kind && (strcmp(kind, "before") == 0 || strcmp(kind, "torn") == 0)) die();
    if (kind && kind[0] == 'E') return failure(kind);
    int result = real(fd);
    if (kind) die();
    return result;
}

int fsync(int fd) { return syncs(fd, REAL(fsync)); }

int fdatasync(int fd) { return syncs(fd, REAL(fdatasync)); }

__attribute__((destructor)) static void report(void)
{
    const char *log = getenv("WEFT_FAULT_LOG");
    if (!log) return;
    FILE *file = fopen(log, "w");
    if (!file) return;
    fprintf(file, "%ld\n", calls);
    fclose(file);
}
