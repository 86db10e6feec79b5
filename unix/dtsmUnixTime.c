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

/*
 * Now --
 *
 *      What a clock says, in ns; 0 where there is none.  Keeps errno.
 */

static uint64_t
Now(clockid_t clock)
{
    struct timespec now = {0, 0};
    int saved = errno;

    if (clock_gettime(clock, &now) != 0) {
        errno = saved;
        return 0;
    }
    return (uint64_t) now.tv_sec * UINT64_C(1000000000)
            + (uint64_t) now.tv_nsec;
}

uint64_t
DtsmpTime(void)
{
    return Now(CLOCK_BOOTTIME);
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
    return Now(CLOCK_MONOTONIC_COARSE);
}
