/*
 * tclDtsmDefault.h --
 *
 *      The commands that choose the default map.  The data of each is the
 *      interpreter's DtsmTcl_State.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_DEFAULT_H
#define TCL_DTSM_DEFAULT_H

#include "tclDtsmState.h"

/*
 * DtsmTcl_NeedDefault --
 *
 *      Have a default map.  Where none was ever set, and the interpreter is
 *      not a safe one, make one, whose file goes with it.
 *
 * Results:
 *      TCL_OK, or TCL_ERROR with a message.
 */

int DtsmTcl_NeedDefault(DtsmTcl_State *state);

int DtsmTcl_SetManagerCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTcl_DefaultCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_DEFAULT_H */
