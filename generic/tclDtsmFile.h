/*
 * tclDtsmFile.h --
 *
 *      The commands that make and open maps.  The data of each is the
 *      interpreter's DtsmTcl_State.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_FILE_H
#define TCL_DTSM_FILE_H

#include "tclDtsmState.h"

/*
 * DtsmTcl_MakeTemporary --
 *
 *      An empty file of a new name in a directory (NULL: the default one), mode
 *      0600.
 *
 * Results:
 *      TCL_OK with its name in a new object of reference count 1.
 */

int DtsmTcl_MakeTemporary(Tcl_Interp *interp, Tcl_Obj *directoryObj,
        Tcl_Obj **fileObjPtr);

int DtsmTcl_CreateCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTcl_OpenCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_FILE_H */
