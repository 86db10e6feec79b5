/*
 * tclDtsmChange.h --
 *
 *      A map's commands that change it.  Each is called as DtsmTcl_Method
 *      calls it: objv[skip] is the first argument.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_CHANGE_H
#define TCL_DTSM_CHANGE_H

#include "tclDtsmState.h"

int DtsmTcl_FenceMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_ForgetMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_InsertMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_MarkMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_RemoveMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_CHANGE_H */
