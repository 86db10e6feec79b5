/*
 * judgeStat.h --
 *
 *      What is there.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_STAT_H
#define DTSM_JUDGE_STAT_H

#include "judge.h"

enum {
    TRACE_IS_OTHER,
    TRACE_IS_DIR,
    TRACE_IS_LINK,              /* not followed */
    TRACE_IS_MISSING,
    TRACE_IS_UNKNOWN            /* not to be told from here */
};

/*
 * DtsmTraceType, DtsmTraceTypeOrErr --
 *
 *      One system call, or, where the program's own filter holds that back,
 *      another that tells the same.
 *
 * Returns:
 *      TRACE_IS_*; MISSING for ENOENT and ENOTDIR, UNKNOWN for other errors.
 *      Of these two *errPtr receives the errno.
 */

int DtsmTraceType(int dirfd, const char *path, int atFlags);
int DtsmTraceTypeOrErr(int dirfd, const char *path, int atFlags, int *errPtr);

#endif /* DTSM_JUDGE_STAT_H */
