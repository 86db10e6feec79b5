/*
 * wrapExec.h --
 *
 *      What the exec family (wrapExec.c) and posix_spawn (wrapSpawn.c) share:
 *      the search of PATH, and where an environment is made.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_WRAP_EXEC_H
#define DTSM_WRAP_EXEC_H

#include <paths.h>
#include <stddef.h>

#ifndef _PATH_BSHELL
#   define _PATH_BSHELL "/bin/sh"
#endif

/*
 * An environment that we make is on the stack, which may be small, or mapped.
 * A vfork child that starts its program leaves what it mapped to its parent.
 */

#define ENV_ON_STACK 4096

/*
 * DtsmTraceSearchPath      The directories that are searched.
 * DtsmTraceCandidate       The next file that the search comes to.
 * DtsmTraceCandidateMost   Room for the longest of them.
 * DtsmTraceGoesOn          Does the search go on after this errno?
 */

const char *DtsmTraceSearchPath(void);
int DtsmTraceCandidate(const char **listPtr, const char *file, char *buf);
size_t DtsmTraceCandidateMost(const char *list, const char *file);
int DtsmTraceGoesOn(int err);

#endif /* DTSM_WRAP_EXEC_H */
