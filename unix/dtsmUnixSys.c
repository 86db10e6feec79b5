/*
 * dtsmUnixSys.c --
 *
 *      System calls without libc, and the guard before them.
 *
 * Functions, not inlined: a call costs nothing beside what it calls, and the
 * code of all that make system calls stays small, which each program that
 * starts has to map.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmUnixSys.h"

#if defined(__x86_64__) && !defined(__ILP32__)

static inline long
Raw(long nr, long a, long b, long c, long d, long e, long f)
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
Raw(long nr, long a, long b, long c, long d, long e, long f)
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
Raw(long nr, long a, long b, long c, long d, long e, long f)
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

long (*DtsmpGuardProc)(long call[7]);

static __attribute__((noinline)) long
Guarded(long nr, long a, long b, long c, long d, long e, long f)
{
    long call[7] = {nr, a, b, c, d, e, f};
    long (*guard)(long call[7]) = __atomic_load_n(&DtsmpGuardProc,
            __ATOMIC_RELAXED);
    long result = guard == NULL ? 0 : guard(call);

    return result != 0 ? result : Raw(call[0], call[1], call[2], call[3],
            call[4], call[5], call[6]);
}

static inline long
Call(long nr, long a, long b, long c, long d, long e, long f)
{
    return __builtin_expect(__atomic_load_n(&DtsmpGuardProc, __ATOMIC_RELAXED)
            != NULL, 0) ? Guarded(nr, a, b, c, d, e, f)
            : Raw(nr, a, b, c, d, e, f);
}

long
DtsmpSyscall0(long nr)
{
    return Call(nr, 0, 0, 0, 0, 0, 0);
}

long
DtsmpSyscall1(long nr, long a)
{
    return Call(nr, a, 0, 0, 0, 0, DTSMP_MARK);
}

long
DtsmpSyscall2(long nr, long a, long b)
{
    return Call(nr, a, b, 0, 0, 0, DTSMP_MARK);
}

long
DtsmpSyscall3(long nr, long a, long b, long c)
{
    return Call(nr, a, b, c, 0, 0, DTSMP_MARK);
}

long
DtsmpSyscall4(long nr, long a, long b, long c, long d)
{
    return Call(nr, a, b, c, d, 0, DTSMP_MARK);
}

long
DtsmpSyscall5(long nr, long a, long b, long c, long d, long e)
{
    return Call(nr, a, b, c, d, e, DTSMP_MARK);
}

long
DtsmpSyscall6(long nr, long a, long b, long c, long d, long e, long f)
{
    return Call(nr, a, b, c, d, e, f);
}
