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
 * Where neither assembly below fits, libc's syscall() serves and errno is
 * saved around it.
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

#if defined(__x86_64__) && !defined(__ILP32__)

static inline long
DtsmpSyscallRaw(long nr, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;

    __asm__ volatile ("syscall"
            : "=a" (result)
            : "a" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8),
              "r" (r9)
            : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__) && !defined(__ILP32__)

static inline long
DtsmpSyscallRaw(long nr, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;

    __asm__ volatile ("svc 0"
            : "+r" (x0)
            : "r" (x8), "r" (x1), "r" (x2), "r" (x3), "r" (x4), "r" (x5)
            : "memory");
    return x0;
}

#else

#include <errno.h>

static inline long
DtsmpSyscallRaw(long nr, long a, long b, long c, long d, long e, long f)
{
    int saved = errno;
    long result = syscall(nr, a, b, c, d, e, f);

    if (result == -1) {
        result = -(long) errno;
    }
    errno = saved;
    return result;
}

#endif

/*
 * In a process that filters its own system calls, a guard looks at each call
 * of ours first (dtsmTraceOwnFilter.c).  It may change the number and the six
 * arguments of call, and returns 0 when the call is to be made, else the
 * result instead: -DTSMP_HELD where the filter would kill or refuse.  NULL:
 * no guard.  Written by the injected library alone.
 */

#define DTSMP_HELD 4094         /* no errno of the kernel's */

extern long (*DtsmpGuardProc)(long call[7]);

long DtsmpSyscallGuarded(long nr, long a, long b, long c, long d, long e,
        long f);

static inline long
DtsmpSyscall6(long nr, long a, long b, long c, long d, long e, long f)
{
    if (__builtin_expect(__atomic_load_n(&DtsmpGuardProc, __ATOMIC_RELAXED)
            != NULL, 0)) {
        return DtsmpSyscallGuarded(nr, a, b, c, d, e, f);
    }
    return DtsmpSyscallRaw(nr, a, b, c, d, e, f);
}

/*
 * The sixth argument of calls that have none: the supervisor's filter lets
 * such a call pass, because a look of our own is no access of the program.
 */

#if UINTPTR_MAX > 0xffffffffu
#   define DTSMP_MARK 0x6474736d2d6f776eL
#else
#   define DTSMP_MARK 0L
#endif

static inline long
DtsmpSyscall0(long nr)
{
    return DtsmpSyscall6(nr, 0, 0, 0, 0, 0, 0);
}

static inline long
DtsmpSyscall1(long nr, long a)
{
    return DtsmpSyscall6(nr, a, 0, 0, 0, 0, DTSMP_MARK);
}

static inline long
DtsmpSyscall2(long nr, long a, long b)
{
    return DtsmpSyscall6(nr, a, b, 0, 0, 0, DTSMP_MARK);
}

static inline long
DtsmpSyscall3(long nr, long a, long b, long c)
{
    return DtsmpSyscall6(nr, a, b, c, 0, 0, DTSMP_MARK);
}

static inline long
DtsmpSyscall4(long nr, long a, long b, long c, long d)
{
    return DtsmpSyscall6(nr, a, b, c, d, 0, DTSMP_MARK);
}

static inline long
DtsmpSyscall5(long nr, long a, long b, long c, long d, long e)
{
    return DtsmpSyscall6(nr, a, b, c, d, e, DTSMP_MARK);
}

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
