/* A disk whose every write is noted down: this file is about a log from which a test can build what a loss of power at
 * any moment leaves. It is loaded before the C library; DISK_LOG names the log, DISK_LOG_ROOT the folder to watch.
 *
 * An entry is a head and then its text and bytes. What is written stands in the log before it is in the file, and a
 * sync stands there after it succeeded, with how long the log was when it began: it covers no more than that. A line to
 * the standard output is noted too: what a test was promised, and when. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct head {
    uint32_t kind;
    uint32_t text;
    uint64_t number; /* where bytes go, a new length, what a sync covers */
    uint64_t bytes;
};

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static uint64_t log_length;
static char root[PATH_MAX];

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("DISK_LOG"), *folder = getenv("DISK_LOG_ROOT");
    if (name == NULL || folder == NULL || realpath(folder, root) == NULL) return;
    log_file = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void note(uint32_t kind, const char *text, uint64_t number, const void *bytes, uint64_t length) {
    struct head head = {kind, strlen(text), number, length};
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)text, head.text}, {(void *)bytes, length}};
    ssize_t all = (ssize_t)(sizeof head + head.text + length);
    if (syscall(SYS_writev, log_file, parts, 3) != all) abort();
    log_length += (uint64_t)all;
}

/* The name below the folder, "." for itself; NULL for what lies elsewhere, was removed, or is rebuilt at every start. */
static const char *below(const char *path) {
    size_t length = strlen(root), all = strlen(path);
    if (log_file < 0 || strncmp(path, root, length) != 0) return NULL;
    if (path[length] == 0) return ".";
    if (path[length] != '/') return NULL;
    if (4 <= all && strcmp(path + all - 4, "-shm") == 0) return NULL;
    return strstr(path, " (deleted)") != NULL ? NULL : path + length + 1;
}

static const char *name_of(int file, char path[PATH_MAX]) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (log_file < 0 || length < 0) return NULL;
    path[length] = 0;
    return below(path);
}

static ssize_t put(int file, const void *bytes, size_t count, off64_t at) {
    char path[PATH_MAX];
    pthread_mutex_lock(&turn);
    const char *name = name_of(file, path);
    if (name != NULL) note('W', name, (uint64_t)at, bytes, count);
    ssize_t written = syscall(SYS_pwrite64, file, bytes, count, at);
    pthread_mutex_unlock(&turn);
    return written;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) { return put(file, bytes, count, at); }
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) { return put(file, bytes, count, at); }

ssize_t write(int file, const void *bytes, size_t count) {
    if (file == STDOUT_FILENO && 0 <= log_file) {
        pthread_mutex_lock(&turn);
        note('M', "", 0, bytes, count);
        pthread_mutex_unlock(&turn);
    }
    return syscall(SYS_write, file, bytes, count);
}

int ftruncate64(int file, off64_t length) {
    char path[PATH_MAX];
    pthread_mutex_lock(&turn);
    const char *name = name_of(file, path);
    if (name != NULL) note('T', name, (uint64_t)length, NULL, 0);
    int done = (int)syscall(SYS_ftruncate, file, length);
    pthread_mutex_unlock(&turn);
    return done;
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

/* Others write while a sync lasts, so that it does not hold the turn. */
static int sync_by(long call, int file, uint32_t kind) {
    char path[PATH_MAX];
    pthread_mutex_lock(&turn);
    const char *name = kind == 'A' ? "" : name_of(file, path);
    uint64_t covered = log_length;
    pthread_mutex_unlock(&turn);
    int done = (int)syscall(call, file);
    if (done == 0 && name != NULL && 0 <= log_file) {
        pthread_mutex_lock(&turn);
        note(kind, name, covered, NULL, 0);
        pthread_mutex_unlock(&turn);
    }
    return done;
}

int fsync(int file) { return sync_by(SYS_fsync, file, 'S'); }
int fdatasync(int file) { return sync_by(SYS_fdatasync, file, 'S'); }
int syncfs(int file) { return sync_by(SYS_syncfs, file, 'A'); }

static int open_noted(const char *path, int flags, mode_t mode) {
    const char *name = (flags & O_CREAT) != 0 ? below(path) : NULL;
    pthread_mutex_lock(&turn);
    int is_new = name != NULL && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (0 <= file && is_new) note('C', name, 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return file;
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_noted(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_noted(path, flags, mode);
}

int unlink(const char *path) {
    const char *name = below(path);
    pthread_mutex_lock(&turn);
    int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (done == 0 && name != NULL) note('U', name, 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int rename(const char *from, const char *to) {
    const char *old = below(from), *new = below(to);
    pthread_mutex_lock(&turn);
    int done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (done == 0 && old != NULL && new != NULL) note('R', old, 0, new, strlen(new));
    pthread_mutex_unlock(&turn);
    return done;
}
