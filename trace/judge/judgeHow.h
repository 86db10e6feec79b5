/*
 * judgeHow.h --
 *
 *      How a call touches a path: which flags of judgeFlags.h open(2) and its
 *      like stand for.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_HOW_H
#define DTSM_JUDGE_HOW_H

#include "judge.h"
#include "judgeFlags.h"

#ifdef O_TMPFILE
#   define IS_TMPFILE(flags) (((flags) & O_TMPFILE) == O_TMPFILE)
#else
#   define IS_TMPFILE(flags) 0
#endif

/*
 * DtsmTraceOpenHow --
 *
 *      How open(2) with these flags touches its path.
 *
 * DtsmTraceBelowRoot --
 *
 *      A path where a directory is the root: relative to that directory,
 *      without the ".." that lead out of it at once.
 */

unsigned DtsmTraceOpenHow(int flags);
const char *DtsmTraceBelowRoot(const char *path);

#endif /* DTSM_JUDGE_HOW_H */
