/*
 * judgeHow.h --
 *
 *      How a call touches a path: kinds of access (DTSM_STAT and its like) and
 *      TRACE_*.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_HOW_H
#define DTSM_JUDGE_HOW_H

#include "judge.h"

#define TRACE_NOFOLLOW  0x010000u       /* a last symlink is itself meant */
#define TRACE_MAKE      0x020000u       /* makes a name: refused by EACCES */
#define TRACE_CHANGE    0x040000u       /* changes what is there */
#define TRACE_NOTE      0x080000u       /* record only, never refuse */
#define TRACE_KINDS (DTSM_STAT | DTSM_READ | DTSM_WRITE | DTSM_EXEC | DTSM_LIST)

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
