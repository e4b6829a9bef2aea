/* A disk that is full while a certain file lies there: this file is about refusing what a full disk would refuse, for
 * tests on machines where nobody may mount a small one. It is loaded before the C library. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Bytes that have their place are written over, as on a real disk; only longer files need room. */
static int needs_room(int file, off64_t end) {
    struct stat found;
    return fstat(file, &found) == 0 && S_ISREG(found.st_mode) && found.st_size < end;
}

static int is_full(void) {
    const char *mark = getenv("FULL_DISK_MARK");
    return mark != NULL && access(mark, F_OK) == 0;
}

/* How SQLite writes. */
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    if (is_full() && needs_room(file, at + (off64_t)count)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, file, bytes, count, at);
}
