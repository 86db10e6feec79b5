/*
 * dtsmUnixSys.h --
 *
 *      System calls without libc.
 *
 * The core and the injected library look at the world with these: they keep
 * errno, are no cancellation points, and cannot come back into a wrapper of
 * the injected library.  Each returns what the kernel returns: a result, or
 * -errno (-4095..-1).
 *
 * Where there is no assembly for it (dtsmUnixSys.c), libc's syscall() serves
 * and errno is saved around it.
 *
 * Context: async-signal-safe; usable in a vfork child.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_UNIX_SYS_H
#define DTSM_UNIX_SYS_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Calls that this system's headers may not have yet: the same numbers on all
 * machines.
 */

#ifndef SYS_io_uring_setup
#   define SYS_io_uring_setup 425
#endif
#ifndef SYS_open_tree
#   define SYS_open_tree 428
#endif
#ifndef SYS_fspick
#   define SYS_fspick 433
#endif
#ifndef SYS_openat2
#   define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#   define SYS_faccessat2 439
#endif
#ifndef SYS_landlock_restrict_self
#   define SYS_landlock_restrict_self 446
#endif
#ifndef SYS_mount_setattr
#   define SYS_mount_setattr 442
#endif
#ifndef SYS_fchmodat2
#   define SYS_fchmodat2 452
#endif
#ifndef SYS_setxattrat
#   define SYS_setxattrat 463
#endif
#ifndef SYS_getxattrat
#   define SYS_getxattrat 464
#endif
#ifndef SYS_listxattrat
#   define SYS_listxattrat 465
#endif
#ifndef SYS_removexattrat
#   define SYS_removexattrat 466
#endif
#ifndef SYS_open_tree_attr
#   define SYS_open_tree_attr 467
#endif
#ifndef SYS_file_getattr
#   define SYS_file_getattr 468
#endif
#ifndef SYS_file_setattr
#   define SYS_file_setattr 469
#endif

/*
 * Where both exist, the older one takes its arguments in memory.
 */

#ifdef SYS_mmap2
#   define DTSMP_MMAP SYS_mmap2
#else
#   define DTSMP_MMAP SYS_mmap
#endif

/*
 * In a process that filters its own system calls, a guard looks at each call
 * of ours first (injectFilter.c).  It may change the number and the six
 * arguments of call, and returns 0 when the call is to be made, else the
 * result instead: -DTSMP_HELD where the filter would kill or refuse.  NULL:
 * no guard.  Written by the injected library alone.
 */

#define DTSMP_HELD 4094         /* no errno of the kernel's */

extern long (*DtsmpGuardProc)(long call[7]);

static inline int
DtsmpIsGuarded(void)
{
    return DtsmpGuardProc != NULL;
}

long DtsmpSyscall6(long nr, long a, long b, long c, long d, long e, long f);

/*
 * The sixth argument of calls that have none: the supervisor's filter lets
 * such a call pass, because a look of our own is no access of the program.
 */

#if UINTPTR_MAX > 0xffffffffu
#   define DTSMP_MARK 0x6474736d2d6f776eL
#else
#   define DTSMP_MARK 0L
#endif

long DtsmpSyscall0(long nr);
long DtsmpSyscall1(long nr, long a);
long DtsmpSyscall2(long nr, long a, long b);
long DtsmpSyscall3(long nr, long a, long b, long c);
long DtsmpSyscall4(long nr, long a, long b, long c, long d);
long DtsmpSyscall5(long nr, long a, long b, long c, long d, long e);

/*
 * The calls that more than one file needs.
 */

static inline int
DtsmpSysOpen(const char *path, int flags, int mode)
{
    return (int) DtsmpSyscall4(SYS_openat, AT_FDCWD, (long) (intptr_t) path,
            flags, mode);
}

static inline int
DtsmpSysClose(int fd)
{
    return (int) DtsmpSyscall1(SYS_close, fd);
}

static inline long
DtsmpSysRead(int fd, void *buf, size_t len)
{
    return DtsmpSyscall3(SYS_read, fd, (long) (intptr_t) buf, (long) len);
}

static inline long
DtsmpSysWrite(int fd, const void *buf, size_t len)
{
    return DtsmpSyscall3(SYS_write, fd, (long) (intptr_t) buf, (long) len);
}

static inline long
DtsmpSysReadlink(const char *path, char *buf, size_t len)
{
    return DtsmpSyscall4(SYS_readlinkat, AT_FDCWD, (long) (intptr_t) path,
            (long) (intptr_t) buf, (long) len);
}

static inline int
DtsmpSysGetpid(void)
{
    return (int) DtsmpSyscall0(SYS_getpid);
}

/*
 * getcwd(2): the length with the terminator, or -errno.
 */

static inline long
DtsmpSysGetcwd(char *buf, size_t len)
{
    return DtsmpSyscall2(SYS_getcwd, (long) (intptr_t) buf, (long) len);
}

#endif /* DTSM_UNIX_SYS_H */
