/*
 * tclDtsmOpen.h --
 *
 *      Opening a map, and its command.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_OPEN_H
#define TCL_DTSM_OPEN_H

#include "tclDtsmPath.h"
#include "tclDtsmState.h"

/*
 * DtsmTcl_FileName --
 *
 *      The absolute name of a file that Tcl names, so that it means the same
 *      after a cd and in a child.
 *
 * Results:
 *      An object that belongs to nameObj, and the system's bytes for it in
 *      pathPtr; NULL with a message on failure.
 */

Tcl_Obj *DtsmTcl_FileName(Tcl_Interp *interp, Tcl_Obj *nameObj,
        DtsmTcl_Path *pathPtr);

/*
 * DtsmTcl_OpenMap --
 *
 *      Attach to the map in file and make its command.
 *
 * Arguments:
 *      fileObj      The file's name for people.
 *      file         The same, absolute, in the system's bytes.
 *      mode         Of Dtsm_Open.
 *      pathCount    Paths to be expected; 0: unknown.
 *
 * Results:
 *      TCL_OK with the map, or TCL_ERROR with a message.
 */

int DtsmTcl_OpenMap(DtsmTcl_State *state, Tcl_Obj *fileObj,
        const char *file, int mode, Tcl_WideInt pathCount,
        DtsmTcl_Map **mapPtrPtr);

/*
 * DtsmTcl_CommandName --
 *
 *      A new object with the whole name of an open map's command.
 */

Tcl_Obj *DtsmTcl_CommandName(DtsmTcl_Map *mapPtr);

#endif /* TCL_DTSM_OPEN_H */
