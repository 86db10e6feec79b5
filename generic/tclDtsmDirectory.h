/*
 * tclDtsmDirectory.h --
 *
 *      The command dtsm::directory: a session's directory and that of its map.
 *
 *      dtsm::directory make template
 *              Make a session's directory (mkdtemp, mode 0700), which this
 *              process owns until it ends or releases it.  A list: its name,
 *              and a number.  What an interpreter did not release is removed
 *              when it goes, or the process.
 *      dtsm::directory place directory parent
 *              Make a directory below parent for that session's map, in place
 *              of one that was made before; the map's name.
 *      dtsm::directory held directory
 *              1: the process that owns it is there; 0: it is gone.  Error
 *              codes: POSIX EPERM for a directory that is not ours alone;
 *              POSIX ENOENT for one that is no session's.
 *      dtsm::directory take directory
 *              Own that of a process that is gone; a number.  Error codes as
 *              of held; POSIX EBUSY when the process is there; POSIX ENODATA
 *              when the directory is empty: a session's that had not begun, or
 *              was about to end.
 *      dtsm::directory map directory
 *              A descriptor of the directory in which the session's map is.
 *      dtsm::directory remove directory number
 *              Remove it and the map.  The number is that of make or take; -1
 *              for an empty one.
 *      dtsm::directory release number
 *              Close a number of make, take or map.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_DIRECTORY_H
#define TCL_DTSM_DIRECTORY_H

#include "tclDtsmPort.h"

int DtsmTcl_DirectoryCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_DIRECTORY_H */
