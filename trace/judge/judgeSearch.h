/*
 * judgeSearch.h --
 *
 *      The search of PATH: which files the name of a program may mean, for
 *      the exec family, posix_spawn and the Tcl package.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_SEARCH_H
#define DTSM_JUDGE_SEARCH_H

#include <stddef.h>

#define DTSM_USUAL_PATH "/bin:/usr/bin"  /* where PATH is not set */

/*
 * DtsmTraceSearchPath      The directories that are searched.
 * DtsmTraceCandidateMost   Room for the longest file that the search of such
 *                          a list comes to.
 * DtsmTraceCandidate       The next of them, into buf, which has that room.
 *                          *listPtr is what is left of the list, NULL when
 *                          this was the last.  Returns 1, or 0 when it is too
 *                          long for a path.  One in an empty directory's name,
 *                          the working directory, is the name itself.
 * DtsmTraceGoesOn          Does the search go on after this errno?
 */

const char *DtsmTraceSearchPath(void);
size_t DtsmTraceCandidateMost(const char *list, const char *file);
int DtsmTraceCandidate(const char **listPtr, const char *file, char *buf);
int DtsmTraceGoesOn(int err);

#endif /* DTSM_JUDGE_SEARCH_H */
