/*
 * judgeStat.c --
 *
 *      What is there.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeStat.h"
#include "judgeSubject.h"

static int
TypeOfMode(unsigned mode)
{
    return S_ISDIR(mode) ? TRACE_IS_DIR
            : S_ISLNK(mode) ? TRACE_IS_LINK : TRACE_IS_OTHER;
}

#if defined(SYS_newfstatat) && (defined(__x86_64__) || defined(__aarch64__))

static long
TypeByStat(int dirfd, const char *path, int atFlags)
{
    struct stat st;
    long got = DtsmpSyscall4(SYS_newfstatat, dirfd, (long) (intptr_t) path,
            (long) (intptr_t) &st, atFlags);

    return got < 0 ? got : TypeOfMode((unsigned) st.st_mode);
}

#endif

int
DtsmTraceTypeOrErr(int dirfd, const char *path, int atFlags, int *errPtr)
{
    char own[TRACE_OWN_MAX];
    struct statx st;
    long got;

    path = DtsmSubjectOwnName(path, own, sizeof(own));
#if defined(SYS_newfstatat) && (defined(__x86_64__) || defined(__aarch64__))
    got = TypeByStat(dirfd, path, atFlags);
    if (got >= 0) {
        return (int) got;
    }
    if (got == -DTSMP_HELD)
#endif
    {
        got = DtsmpSyscall5(SYS_statx, dirfd, (long) (intptr_t) path, atFlags,
                STATX_TYPE, (long) (intptr_t) &st);
        if (got == 0) {
            return TypeOfMode(st.stx_mode);
        }
    }
    DtsmSubjectBarred(got);
    *errPtr = (int) -got;
    return got == -ENOENT || got == -ENOTDIR ? TRACE_IS_MISSING
            : TRACE_IS_UNKNOWN;
}

int
DtsmTraceType(int dirfd, const char *path, int atFlags)
{
    int err;

    return DtsmTraceTypeOrErr(dirfd, path, atFlags, &err);
}
