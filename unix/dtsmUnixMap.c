/*
 * dtsmUnixMap.c --
 *
 *      The platform's part of the core: open, size and map the file.
 *
 *      System calls go past libc, because the injected library links this
 *      file and wraps libc's.  Attaching takes six: open, fstat, mmap,
 *      mprotect, madvise, close.
 *
 *      The length of a file is set once, by its creator, to the window: a
 *      sparse file, mapped whole, that nobody extends or truncates later.
 *
 *      The window is reserved whole and opened only as far as the map goes
 *      (DtsmpReveal): a program that reads all of its own memory, as a leak
 *      checker does, would make a page in /dev/shm for each that it reads.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _FILE_OFFSET_BITS 64    /* with 32 bits, a stat as SYS_fstat64's */
#define _LARGEFILE64_SOURCE     /* and O_LARGEFILE */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/dtsmInt.h"
#if defined(__APPLE__) || defined(DTSM_PORTABLE)
#include "../macosx/dtsmMacSys.h"
#else
#include <sys/auxv.h>
#include "dtsmUnixSys.h"
#endif

#ifndef MADV_DONTDUMP
#define MADV_DONTDUMP   16
#endif

#if UINTPTR_MAX > UINT32_MAX
#define WINDOW_MOST     (UINT64_C(16) << 30)
#define PLACE_NEAR      (UINT64_C(512) << 30)   /* one page table of the
                                                   second level covers it */
#define PLACE_FIRST     (UINT64_C(32) << 40)
#else
#define WINDOW_MOST     (UINT64_C(512) << 20)
#endif
#define WINDOW_LEAST    (UINT64_C(1) << 20)

static int
SystemError(long negativeErrno)
{
    errno = (int) -negativeErrno;
    return DTSM_SYSTEM;
}

static long
Status(int fd, struct stat *status)
{
#if defined(SYS_fstat64)
    return DtsmpSyscall2(SYS_fstat64, fd, (long) (intptr_t) status);
#elif defined(SYS_fstat)
    return DtsmpSyscall2(SYS_fstat, fd, (long) (intptr_t) status);
#else
    return fstat(fd, status) == 0 ? 0 : -errno;
#endif
}

/*
 * GivenRandom --
 *
 *      64 of the random bits that the kernel gave this process image; they
 *      are not aligned.
 */

static uint64_t
GivenRandom(void)
{
    const void *given = (const void *) getauxval(AT_RANDOM);
    uint64_t bits = 0;

    if (given != NULL) {
        memcpy(&bits, given, sizeof(bits));
    }
    return bits;
}

/*
 * Place --
 *
 *      Where we would like the mapping to be: at a multiple of a huge page,
 *      which the kernel would not choose by itself, and elsewhere in each
 *      process image and for each map.  The first lies below this code, with
 *      a window's room between, but near enough to share its page tables: one
 *      of one's own costs a short process as much as a page.  Others lie in a
 *      part of the address space that is empty as a rule.  It is a hint; what
 *      is taken already moves the mapping, no more.
 */

static void *
Place(uint64_t bytes)
{
#if UINTPTR_MAX > UINT32_MAX
    static _Atomic unsigned mapCount;   /* a forked child goes on with it */
    unsigned number = atomic_fetch_add_explicit(&mapCount, 1,
            memory_order_relaxed);
    uint64_t slot = GivenRandom() + number;
    uint64_t here = (uint64_t) (uintptr_t) &GivenRandom;
    uint64_t below = here % PLACE_NEAR / WINDOW_MOST;

    if (bytes < DTSM_HUGE_BYTES) {
        return NULL;
    }
    if (number == 0 && below > 1) {
        return (void *) (uintptr_t) (here - here % PLACE_NEAR
                + slot % (below - 1) * WINDOW_MOST);
    }
    return (void *) (uintptr_t) (PLACE_FIRST + slot % 1024 * WINDOW_MOST);
#else
    (void) bytes;
    return NULL;
#endif
}

static int
Protection(bool writable)
{
    return writable ? PROT_READ | PROT_WRITE : PROT_READ;
}

static uint64_t
First(uint64_t bytes)
{
    return bytes < DTSM_HUGE_BYTES ? bytes : DTSM_HUGE_BYTES;
}

/*
 * Map --
 *
 *      Map the file from its start, bytes of it or, where address space is
 *      short, as much as goes in halves, but an eighth of what this process
 *      may have at all.  0 when nothing goes.
 *
 *      A core file does not get it: to write that, the kernel would make
 *      memory for all of the window.
 *
 *      All of it is open at once under a filter, which may not let it be
 *      opened later, and where that is refused.
 */

static uint64_t
Map(int fd, uint64_t bytes, bool writable, DtsmpFile *file)
{
    int protection = DtsmpIsGuarded() ? Protection(writable)
            : PROT_NONE;
    struct rlimit limit;

    for (; bytes >= DTSM_HEADER_BYTES; bytes /= 2) {
        void *base;

        bytes &= ~(uint64_t) (DTSM_HEADER_BYTES - 1);
        base = mmap(Place(bytes), (size_t) bytes, protection,
                MAP_SHARED | MAP_NORESERVE, fd, 0);
        if (base != MAP_FAILED && protection == PROT_NONE
                && !DtsmpReveal(base, First(bytes), writable)) {
            DtsmpUnmap(base, bytes);
            protection = Protection(writable);
            bytes *= 2;
            continue;
        }
        if (base != MAP_FAILED) {
            DtsmpSyscall3(SYS_madvise, (long) (intptr_t) base, (long) bytes,
                    MADV_DONTDUMP);
            file->base = base;
            file->open = protection == PROT_NONE ? First(bytes) : bytes;
            return bytes;
        }
        if (getrlimit(RLIMIT_AS, &limit) == 0
                && limit.rlim_cur != RLIM_INFINITY
                && bytes > limit.rlim_cur / 4) {
            bytes = limit.rlim_cur / 4;
        }
    }
    return 0;
}

/*
 * Refuse --
 *
 *      The errno for a file that is no place for a map, 0 for one that is.
 */

static int
Refuse(const struct stat *status)
{
    if (S_ISDIR(status->st_mode)) {
        return EISDIR;
    }
    if (!S_ISREG(status->st_mode)) {
        return EINVAL;
    }
    if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return EPERM;
    }
    if (status->st_uid != 0 && status->st_uid != getauxval(AT_EUID)
            && status->st_uid != geteuid()) {
        return EPERM;
    }
    return 0;
}

/*
 * WindowMost --
 *
 *      The longest that a new file may get under the limit on the size of
 *      files; past that the kernel sends a signal.
 */

static uint64_t
WindowMost(void)
{
    uint64_t window = WINDOW_MOST;
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) == 0
            && limit.rlim_cur != RLIM_INFINITY) {
        while (window > limit.rlim_cur) {
            window /= 2;
        }
    }
    return window;
}

/*
 * Size --
 *
 *      Give a new file its length, window or as large as goes, and map it.
 */

static int
Size(int fd, uint64_t window, DtsmpFile *file)
{
    long failure = -EFBIG;

    for (; window >= WINDOW_LEAST; window /= 2) {
        long result = DtsmpSyscall2(SYS_ftruncate, fd, (long) window);

        if (result == -EFBIG || result == -EINVAL) {
            continue;
        }
        if (result < 0) {
            return SystemError(result);
        }
        file->mapped = Map(fd, window, true, file);
        if (file->mapped == window) {
            file->length = window;
            return DTSM_OK;
        }
        if (file->mapped != 0) {
            DtsmpUnmap(file->base, file->mapped);
        }
        file->base = NULL;
        failure = -ENOMEM;
    }
    return SystemError(failure);
}

/*
 * Unlock --
 *
 *      End the right that Make took.  Only this does: the lock belongs to the
 *      open file, which a mapping keeps open, in forked children as well,
 *      when its descriptor is closed.
 */

static void
Unlock(int fd)
{
    DtsmpSyscall2(SYS_flock, fd, LOCK_UN);
}

/*
 * Make --
 *
 *      Take the right to initialise an empty file, or one whose creator died:
 *      flock, which the kernel releases with its holder.  *status is read
 *      again, because while we waited somebody may have made the map, or
 *      failed to and removed the file.
 *
 * Returns: DTSM_OK or a failure; file->made tells whether we are the creator.
 */

static int
Make(int fd, struct stat *status, DtsmpFile *file)
{
    static const uint64_t marker = DTSM_MAGIC_MAKING;
    bool named = status->st_nlink != 0;
    uint64_t window, magic = 0;
    long result;

    do {
        result = DtsmpSyscall2(SYS_flock, fd, LOCK_EX);
    } while (result == -EINTR);
    if (result == 0) {
        result = Status(fd, status);
    }
    if (result < 0) {
        return SystemError(result);
    }
    if (named && status->st_nlink == 0) {
        return SystemError(-ENOENT);
    }
    if (status->st_size != 0) {
        result = DtsmpSyscall4(SYS_pread64, fd, (long) (intptr_t) &magic,
                sizeof(magic), 0);
        if (result != sizeof(magic) || magic != DTSM_MAGIC_MAKING) {
            return DTSM_OK;
        }
    }
    file->made = true;
    window = WindowMost();
    if (window < WINDOW_LEAST) {
        return SystemError(-EFBIG);
    }
    result = DtsmpSyscall2(SYS_ftruncate, fd, 0);
    if (result == 0) {
        result = DtsmpSyscall4(SYS_pwrite64, fd, (long) (intptr_t) &marker,
                sizeof(marker), 0);
    }
    if (result == -ENOSPC || result == -EDQUOT) {
        return DTSM_FULL;
    }
    if (result < 0) {
        return SystemError(result);
    }
    return Size(fd, window, file);
}

/*
 * NeedsMaking --
 *
 *      Whether the file is empty or carries the marker of a creator.
 */

static bool
NeedsMaking(int fd, const struct stat *status)
{
    uint64_t magic = 0;

    return status->st_size == 0
            || (DtsmpSyscall4(SYS_pread64, fd, (long) (intptr_t) &magic,
                    sizeof(magic), 0) == sizeof(magic)
                && magic == DTSM_MAGIC_MAKING);
}

static int
Attach(int fd, int mode, DtsmpFile *file)
{
    struct stat status;
    long result = Status(fd, &status);
    int refused;

    if (result < 0) {
        return SystemError(result);
    }
    refused = Refuse(&status);
    if (refused != 0) {
        return SystemError(-refused);
    }
    if ((mode & DTSM_CREATE) != 0 && NeedsMaking(fd, &status)) {
        int made = Make(fd, &status, file);

        if (made != DTSM_OK || file->made) {
            return made;                /* the lock ends in DtsmpFileMade */
        }
        Unlock(fd);
    }
    if (status.st_size < (off_t) DTSM_HEADER_BYTES) {
        return DTSM_CORRUPT;
    }
    file->length = (uint64_t) status.st_size;
    file->mapped = Map(fd, file->length,
            (mode & (DTSM_RDWR | DTSM_CREATE)) != 0, file);
    return file->mapped != 0 ? DTSM_OK : SystemError(-ENOMEM);
}

/*
 * DtsmpFileOpen --
 *
 *      Open and map a file.  When it is new, file->made is true, its bytes
 *      are zero but for the marker, and DtsmpFileMade must follow.
 *
 * Returns: as Dtsm_Open.
 */

int
DtsmpFileOpen(const char *name, int mode, DtsmpFile *file)
{
    const int common = O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_LARGEFILE;
    int access = (mode & (DTSM_RDWR | DTSM_CREATE)) != 0 ? O_RDWR : O_RDONLY;
    int fd, status;

    file->base = NULL;
    file->mapped = file->open = file->length = 0;
    file->made = false;
    file->fresh = NULL;
    file->fd = -1;
    fd = (mode & DTSM_EXCL) != 0 ? -ENOENT
            : DtsmpSysOpen(name, access | common, 0);
    if (fd == -ENOENT && (mode & DTSM_CREATE) != 0) {
        fd = DtsmpSysOpen(name, access | common | O_CREAT | O_EXCL, 0600);
        file->fresh = fd >= 0 ? name : NULL;
        if (fd == -EEXIST && (mode & DTSM_EXCL) == 0) {
            /* somebody was quicker, or it is a symlink that leads nowhere */
            fd = DtsmpSysOpen(name, access | common | O_CREAT, 0600);
        }
    }
    if (fd < 0) {
        return SystemError(fd);
    }
    status = Attach(fd, mode, file);
    file->fd = fd;
    if (!file->made) {
        DtsmpSysClose(fd);
        file->fd = -1;
    } else if (status != DTSM_OK) {
        DtsmpFileMade(file, false);
    }
    return status;
}

/*
 * DtsmpFileMade --
 *
 *      Let go of a new file; one that did not get good is emptied again, and
 *      removed if it was not there before.
 */

void
DtsmpFileMade(DtsmpFile *file, bool good)
{
    if (!good) {
        if (file->base != NULL) {
            DtsmpUnmap(file->base, file->mapped);
            file->base = NULL;
        }
        DtsmpSyscall2(SYS_ftruncate, file->fd, 0);
        if (file->fresh != NULL) {
            DtsmpSyscall3(SYS_unlinkat, AT_FDCWD,
                    (long) (intptr_t) file->fresh, 0);
        }
    }
    Unlock(file->fd);
    DtsmpSysClose(file->fd);
    file->fd = -1;
}

/*
 * DtsmpRandom --
 *
 *      64 random bits; early at boot, when there are none, what the kernel
 *      gave this process instead.
 */

uint64_t
DtsmpRandom(void)
{
    uint64_t bits = 0;

    if (DtsmpSyscall3(SYS_getrandom, (long) (intptr_t) &bits, sizeof(bits),
            1 /* GRND_NONBLOCK */) != sizeof(bits)) {
        bits = GivenRandom() ^ (uint64_t) (uintptr_t) &bits;
    }
    return bits;
}

/*
 * DtsmpSelf, DtsmpIsGone --
 *
 *      The number of this process; whether there is no process of a number.
 *      One of another namespace may seem to be gone, or to be there.
 */

int
DtsmpSelf(void)
{
    return DtsmpSysGetpid();
}

bool
DtsmpIsGone(int process)
{
    return DtsmpSyscall2(SYS_kill, process, 0) == -ESRCH;
}
