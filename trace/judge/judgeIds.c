/*
 * judgeIds.c --
 *
 *      What the ids and rights of a program that is about to start mean for
 *      it: may it use the map, and may it run at all?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"

#include <sys/auxv.h>

/*
 * MapAccess --
 *
 *      May this process, as its real user, use the map so?  0, or -errno.
 */

static int
MapAccess(int mode)
{
    return (int) DtsmpSyscall3(SYS_faccessat, AT_FDCWD, (long) (intptr_t)
            (dtsmTraceEnv[TRACE_ENV_MAP] + sizeof("DTSM_MAP=") - 1), mode);
}

/*
 * DtsmTraceUserMode --
 *
 *      How may a program that this process starts open the map, which was
 *      another user's when this process began?  DTSM_RDWR, DTSM_RDONLY, or -1.
 */

int
DtsmTraceUserMode(void)
{
    if (dtsmTraceEnv[TRACE_ENV_MAP] == NULL
            || DtsmProgramId(SYS_getuid, AT_UID) == dtsmTraceUser
            || MapAccess(R_OK | W_OK) >= 0) {
        return DTSM_RDWR;
    }
    return MapAccess(R_OK) == 0 ? DTSM_RDONLY : -1;
}

/*
 * DtsmTraceMayRun --
 *
 *      May this process start a file?  Where it may not ask, it is taken to.
 */

int
DtsmTraceMayRun(const char *file)
{
    long got = DtsmpSyscall3(SYS_faccessat, AT_FDCWD, (long) (intptr_t) file,
            X_OK);

    return got == 0 || got == -DTSMP_HELD;
}
