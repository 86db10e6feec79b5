/*
 * tclDtsmSession.h --
 *
 *      A session's directory, and the directory in which its map lies.
 *
 * Threads:  any, but a process closes no descriptor of an owner file that it
 *           holds: that would end its lock.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_SESSION_H
#define TCL_DTSM_SESSION_H

/*
 * DtsmTcl_SessionMake --
 *
 *      A session's directory, locked.
 *
 * Returns:
 *      The lock's descriptor; -1 with errno.  template has the name.
 */

int DtsmTcl_SessionMake(char *template);

/*
 * DtsmTcl_SessionHeld --
 *
 *      Whether the process that made a session's directory is still there.
 *
 * Returns:
 *      1, 0; -1 with errno: EPERM for a directory that is not ours alone,
 *      ENOENT for one that is no session's.
 */

int DtsmTcl_SessionHeld(const char *name);

/*
 * DtsmTcl_SessionRemove --
 *
 *      Remove a session's directory, and its map.
 *
 * Arguments:
 *      owner    From Make or Take; -1: the directory is empty.
 *
 * Returns:
 *      0; -1 with errno when something stays.
 */

int DtsmTcl_SessionRemove(const char *session, int owner);

/*
 * DtsmTcl_SessionTake --
 *
 *      The lock of a session that is gone.
 *
 * Returns:
 *      The lock's descriptor; -1 with errno as Held, EBUSY when the process is
 *      there, -1 with errno ENODATA for an empty directory.
 */

int DtsmTcl_SessionTake(const char *session);

#endif /* TCL_DTSM_SESSION_H */
