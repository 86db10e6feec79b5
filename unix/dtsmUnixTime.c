/*
 * dtsmUnixTime.c --
 *
 *      Clocks.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <time.h>

#include "../core/dtsmInt.h"
#if defined(__APPLE__) || defined(DTSM_PORTABLE)
#define CLOCK_COARSE    CLOCK_MONOTONIC
#else
#include "dtsmUnixSys.h"
#define CLOCK_COARSE    CLOCK_MONOTONIC_COARSE
#endif

/*
 * The kernel's own layout.
 */

typedef struct Time {
    long seconds, nanos;
} Time;

static uint64_t
InNanos(long seconds, long nanos)
{
    return (uint64_t) seconds * UINT64_C(1000000000) + (uint64_t) nanos;
}

/*
 * DtsmpTime --
 *
 *      By a system call: the first call of libc's function costs a program two
 *      pages, its own and the kernel's, and many programs ask once.
 */

uint64_t
DtsmpTime(void)
{
#ifdef SYS_clock_gettime
    Time now = {0, 0};

    (void) DtsmpSyscall2(SYS_clock_gettime, CLOCK_BOOTTIME,
            (long) (intptr_t) &now);
    return InNanos(now.seconds, now.nanos);
#else
    return DtsmpCoarseTime();
#endif
}

/*
 * DtsmpCoarseTime --
 *
 *      The vDSO tells a coarse clock whatever the hardware; the precise ones
 *      take a system call where there is no counter to read.
 */

uint64_t
DtsmpCoarseTime(void)
{
    struct timespec now = {0, 0};
    int saved = errno;

    if (clock_gettime(CLOCK_COARSE, &now) != 0) {
        errno = saved;
    }
    return InNanos((long) now.tv_sec, now.tv_nsec);
}
