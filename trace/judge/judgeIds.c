/*
 * judgeIds.c --
 *
 *      What the ids and rights of a program that is about to start mean for
 *      it: may it use the map, and may it run at all?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeIds.h"
#include "judgeSubject.h"

#include <sys/auxv.h>

/*
 * MapAccess --
 *
 *      May this process, as its real user, use the map so?  0, or -errno.
 */

static int
MapAccess(int mode)
{
    return (int) DtsmpSyscall3(SYS_faccessat, AT_FDCWD,
            (long) (intptr_t) DtsmSubjectMapFile(), mode);
}

int
DtsmTraceUserMode(void)
{
    if (DtsmSubjectMapFile() == NULL
            || DtsmProgramId(SYS_getuid, AT_UID) == DtsmSubjectUser()
            || MapAccess(R_OK | W_OK) >= 0) {
        return DTSM_RDWR;
    }
    return MapAccess(R_OK) == 0 ? DTSM_RDONLY : -1;
}

int
DtsmTraceMayRun(const char *file)
{
    long got = DtsmpSyscall3(SYS_faccessat, AT_FDCWD, (long) (intptr_t) file,
            X_OK);

    return got == 0 || got == -DTSMP_HELD;
}
