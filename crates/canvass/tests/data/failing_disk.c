/* A disk that fails at a certain call: this file is about refusing the Nth write, change of a length or sync below a
 * folder, and some after it. It is loaded before the C library.
 *
 * DISK_FAILS_ROOT names the folder; DISK_FAILS_AT the first call that fails, counted from 1; DISK_FAILS_FOR how many
 * fail; DISK_FAILS_WITH the error's number. DISK_FAILS_COUNT names a file that tells at the end how many calls there
 * were. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long calls;
static long first, count, error;
static char root[PATH_MAX];

static long number(const char *name) {
    const char *text = getenv(name);
    return text == NULL ? 0 : atol(text);
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("DISK_FAILS_ROOT");
    if (folder == NULL || realpath(folder, root) == NULL) root[0] = 0;
    first = number("DISK_FAILS_AT");
    count = number("DISK_FAILS_FOR");
    error = number("DISK_FAILS_WITH");
}

__attribute__((destructor)) static void end(void) {
    const char *name = getenv("DISK_FAILS_COUNT");
    if (name == NULL || calls == 0) return;
    FILE *file = fopen(name, "w");
    if (file == NULL) return;
    fprintf(file, "%ld\n", calls);
    fclose(file);
}

/* Whether this call is one of those that fail; counts it. */
static int fails(int file) {
    char link[40], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (root[0] == 0 || length < 0 || strncmp(path, root, strlen(root)) != 0) return 0;
    long call = ++calls;
    if (first == 0 || call < first || first + count <= call) return 0;
    errno = (int)error;
    return 1;
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
    return fails(file) ? -1 : syscall(SYS_pwrite64, file, bytes, length, at);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
    return pwrite64(file, bytes, length, at);
}

int ftruncate64(int file, off64_t length) {
    return fails(file) ? -1 : (int)syscall(SYS_ftruncate, file, length);
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }
int fsync(int file) { return fails(file) ? -1 : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return fails(file) ? -1 : (int)syscall(SYS_fdatasync, file); }
int syncfs(int file) { return fails(file) ? -1 : (int)syscall(SYS_syncfs, file); }
