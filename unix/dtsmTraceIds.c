/*
 * dtsmTraceIds.c --
 *
 *      What the ids and rights of a program that is about to start mean for
 *      it: will its loader take our library, and may it use the map?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmTrace.h"

#include <sys/auxv.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

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
 * Id --
 *
 *      An id of this process; where its filter keeps it from asking, what it
 *      had at its start.
 */

static unsigned
Id(long call, unsigned long entry)
{
    long id = DtsmpSyscall0(call);

    return (unsigned) (id == -DTSMP_HELD ? (long) getauxval(entry) : id);
}

/*
 * DtsmTraceWhyIds --
 *
 *      Will the loader ignore a preload, because the program runs with other
 *      ids or more rights than its caller really has?  Or can we not open the
 *      map there, because this process has become another user?
 *
 * Arguments:
 *      fd, file    The program; fd < 0 when it may not be read.
 *      program     Learns when that user may read the map.
 */

const char *
DtsmTraceWhyIds(int fd, const char *file, DtsmTraceProgram *program)
{
    const char *why = NULL;
    struct statx st;
    struct statfs fs;
    unsigned user = Id(SYS_getuid, AT_UID);
    unsigned group = Id(SYS_getgid, AT_GID);
    unsigned newUser = Id(SYS_geteuid, AT_EUID);
    unsigned newGroup = Id(SYS_getegid, AT_EGID);
    int byFile = 0;

    if (DtsmpSyscall5(SYS_statx, fd < 0 ? AT_FDCWD : fd,
            (long) (intptr_t) (fd < 0 ? file : ""),
            fd < 0 ? 0 : AT_EMPTY_PATH, STATX_BASIC_STATS,
            (long) (intptr_t) &st) != 0) {
        return NULL;
    }
    if (st.stx_mode & S_ISUID) {
        byFile = newUser != st.stx_uid;
        newUser = st.stx_uid;
    }
    if ((st.stx_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) {
        byFile |= newGroup != st.stx_gid;
        newGroup = st.stx_gid;
    }
    if (newUser != user) {
        why = "setuid";
    } else if (newGroup != group) {
        why = "setgid";
    } else if (user != 0 && (fd < 0
            ? DtsmpSyscall4(SYS_getxattr, (long) (intptr_t) file,
                    (long) (intptr_t) "security.capability", 0, 0)
            : DtsmpSyscall4(SYS_fgetxattr, fd,
                    (long) (intptr_t) "security.capability", 0, 0)) > 0) {
        why = "capabilities";
        byFile = 1;
    }

    /*
     * What the file asks for is not granted everywhere.
     */

    if (why != NULL && byFile) {
        if (DtsmTraceNoNewPrivs()) {
            return NULL;
        }
        if ((fd < 0 ? DtsmpSyscall2(SYS_statfs, (long) (intptr_t) file,
                        (long) (intptr_t) &fs)
                : DtsmpSyscall2(SYS_fstatfs, fd, (long) (intptr_t) &fs)) == 0
                && ((unsigned long) fs.f_flags & ST_NOSUID)) {
            return NULL;
        }
    }
    if (why == NULL && dtsmTraceEnv[TRACE_ENV_MAP] != NULL
            && user != dtsmTraceUser && MapAccess(R_OK | W_OK) < 0) {
        if (MapAccess(R_OK) == 0) {
            program->readOnly = 1;
        } else {
            why = "user";
        }
    }
    return why;
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
