/*
 * dtsmMacSys.h --
 *
 *      The system calls that unix/dtsmUnixMap.c makes, by libc: for macOS,
 *      whose system calls are libc's own affair, and on Linux for the tests
 *      of what macOS falls back to (DTSM_PORTABLE).
 *
 *      As in unix/dtsmUnixSys.h each returns a result or -errno, and keeps
 *      errno.  Nothing interposes on the library that this is in, so libc's
 *      functions are the system's.
 *
 *      madvise knows no words here: memory is not populated, huge pages are
 *      not asked for, and no page is wiped in a forked child.  So a map has
 *      its memory from the start, and space is not taken ahead.
 *
 * Context: async-signal-safe.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_MAC_SYS_H
#define DTSM_MAC_SYS_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#ifndef O_LARGEFILE
#define O_LARGEFILE 0
#endif

/*
 * What the kernel tells a process image by its auxiliary vector is asked for,
 * or is nothing.
 */

#define AT_EUID     1
#define AT_RANDOM   2

static inline unsigned long
getauxval(unsigned long type)
{
    return type == AT_EUID ? (unsigned long) geteuid() : 0;
}

enum {
    SYS_madvise, SYS_ftruncate, SYS_flock, SYS_pread64, SYS_pwrite64,
    SYS_unlinkat, SYS_munmap, SYS_mprotect, SYS_getrandom, SYS_kill,
    SYS_fallocate, DTSMP_MMAP
};

/*
 * DtsmpIsGuarded --
 *
 *      Is there a filter above this process?  Never here.
 */

static inline int
DtsmpIsGuarded(void)
{
    return 0;
}

static inline void *
DtsmpPointer(long address)
{
    return (void *) (intptr_t) address;
}

/*
 * DtsmpSysAllocate --
 *
 *      Have blocks behind the first bytes of a new file, which reads as zeros
 *      and has its length already: what macOS reserves lies behind the end of
 *      a file, so zeros are written there; but not into the first page, which
 *      has a block and in which the marker of the creator is.
 */

static inline int
DtsmpSysAllocate(int fd, long bytes)
{
#ifndef __APPLE__
    errno = posix_fallocate(fd, 0, bytes);
    return errno == 0 ? 0 : -1;
#else
    static const char zeros[1 << 16];
    long at = 4096;

    while (at < bytes) {
        long left = bytes - at;
        ssize_t done = pwrite(fd, zeros, left < (long) sizeof(zeros)
                ? (size_t) left : sizeof(zeros), (off_t) at);

        if (done <= 0 && errno != EINTR) {
            return -1;
        }
        at += done > 0 ? done : 0;
    }
    return 0;
#endif
}

static inline long
DtsmpSysRandom(void *bytes, size_t count)
{
#ifdef __APPLE__
    arc4random_buf(bytes, count);
    return (long) count;
#else
    return getrandom(bytes, count, GRND_NONBLOCK);
#endif
}

static inline long
DtsmpSyscall6(long nr, long a, long b, long c, long d, long e, long f)
{
    int saved = errno;
    long result = -1;

    errno = EINVAL;             /* of what is unknown here: madvise */
    switch (nr) {
    case SYS_ftruncate:
        result = ftruncate((int) a, (off_t) b);
        break;
    case SYS_flock:
        result = flock((int) a, (int) b);
        break;
    case SYS_pread64:
        result = pread((int) a, DtsmpPointer(b), (size_t) c, (off_t) d);
        break;
    case SYS_pwrite64:
        result = pwrite((int) a, DtsmpPointer(b), (size_t) c, (off_t) d);
        break;
    case SYS_unlinkat:
        result = unlinkat((int) a, DtsmpPointer(b), (int) c);
        break;
    case SYS_munmap:
        result = munmap(DtsmpPointer(a), (size_t) b);
        break;
    case SYS_mprotect:
        result = mprotect(DtsmpPointer(a), (size_t) b, (int) c);
        break;
    case SYS_getrandom:
        result = DtsmpSysRandom(DtsmpPointer(a), (size_t) b);
        break;
    case SYS_kill:
        result = kill((pid_t) a, (int) b);
        break;
    case SYS_fallocate:
        result = DtsmpSysAllocate((int) a, d);
        break;
    case DTSMP_MMAP:
        result = (long) (intptr_t) mmap(DtsmpPointer(a), (size_t) b, (int) c,
                (int) d, (int) e, (off_t) f);
        break;
    }
    if (result == -1) {         /* MAP_FAILED as well */
        result = -errno;
    }
    errno = saved;
    return result;
}

static inline long
DtsmpSyscall2(long nr, long a, long b)
{
    return DtsmpSyscall6(nr, a, b, 0, 0, 0, 0);
}

static inline long
DtsmpSyscall3(long nr, long a, long b, long c)
{
    return DtsmpSyscall6(nr, a, b, c, 0, 0, 0);
}

static inline long
DtsmpSyscall4(long nr, long a, long b, long c, long d)
{
    return DtsmpSyscall6(nr, a, b, c, d, 0, 0);
}

static inline int
DtsmpSysOpen(const char *path, int flags, int mode)
{
    int saved = errno;
    int fd = open(path, flags, mode);

    if (fd < 0) {
        fd = -errno;
    }
    errno = saved;
    return fd;
}

static inline int
DtsmpSysClose(int fd)
{
    int saved = errno;
    int result = close(fd) == 0 ? 0 : -errno;

    errno = saved;
    return result;
}

static inline int
DtsmpSysGetpid(void)
{
    return (int) getpid();
}

#endif /* DTSM_MAC_SYS_H */
