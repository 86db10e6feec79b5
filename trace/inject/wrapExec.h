/*
 * wrapExec.h --
 *
 *      What the exec family (wrapExec.c) and posix_spawn (wrapSpawn.c) share:
 *      the shell, and where an environment is made.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_WRAP_EXEC_H
#define DTSM_WRAP_EXEC_H

#include <paths.h>

#ifndef _PATH_BSHELL
#   define _PATH_BSHELL "/bin/sh"
#endif

/*
 * An environment that we make is on the stack, which may be small, or mapped.
 * A vfork child that starts its program leaves what it mapped to its parent.
 */

#define ENV_ON_STACK 4096

#endif /* DTSM_WRAP_EXEC_H */
