/*
 * wrapFilter.c --
 *
 *      Wrappers of calls that put a process under a seccomp filter or
 *      Landlock.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectFilter.h"

#include <stdarg.h>
#include <sys/prctl.h>

#ifdef TRACE_KNOWS_FILTERS
#   include <linux/seccomp.h>
#endif

#ifndef SECCOMP_MODE_FILTER
#   define SECCOMP_MODE_FILTER 2
#endif
#ifndef SECCOMP_FILTER_FLAG_NEW_LISTENER
#   define SECCOMP_FILTER_FLAG_NEW_LISTENER 8
#endif

DTSM_EXPORT int
prctl(int option, ...)
{
    unsigned long a, b, c, d;
    DtsmTraceInstalling its;
    va_list args;
    int result;

    va_start(args, option);
    a = va_arg(args, unsigned long);
    b = va_arg(args, unsigned long);
    c = va_arg(args, unsigned long);
    d = va_arg(args, unsigned long);
    va_end(args);
    if (option != PR_SET_SECCOMP) {
        return REAL(prctl)(option, a, b, c, d);
    }
    DtsmTraceFilterBegins(&its);
    result = REAL(prctl)(option, a, b, c, d);
    DtsmTraceFilterEnds(&its, result == 0, a == SECCOMP_MODE_FILTER
            ? (const void *) (uintptr_t) b : NULL);
    return result;
}

#ifdef TRACE_KNOWS_FILTERS

long
DtsmTraceSeccomp(long operation, long flags, long given)
{
    DtsmTraceInstalling its;
    long result;
    int installed;

    if (operation != SECCOMP_SET_MODE_STRICT
            && operation != SECCOMP_SET_MODE_FILTER) {
        return REAL(syscall)(SYS_seccomp, operation, flags, given);
    }
    DtsmTraceFilterBegins(&its);
    result = REAL(syscall)(SYS_seccomp, operation, flags, given);
    installed = result == 0 || (result > 0
            && ((unsigned long) flags & SECCOMP_FILTER_FLAG_NEW_LISTENER));
    DtsmTraceFilterEnds(&its, installed,
            operation == SECCOMP_SET_MODE_FILTER
                    ? (const void *) (intptr_t) given : NULL);
    return result;
}

long
DtsmTraceLandlock(long a, long b)
{
    long result = REAL(syscall)(SYS_landlock_restrict_self, a, b);

    if (result == 0) {
        DtsmTraceBounded();
    }
    return result;
}

#endif /* TRACE_KNOWS_FILTERS */
