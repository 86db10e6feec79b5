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
#include "judgeFlags.h"

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
