/*
 * tclDtsmWalk.h --
 *
 *      A map's commands that visit many paths.  Each is called as
 *      DtsmTcl_Method calls it: objv[skip] is the first argument.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_WALK_H
#define TCL_DTSM_WALK_H

#include "tclDtsmState.h"

int DtsmTcl_NamesMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_GetMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_JsonMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_TotalMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_TogetherMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_ForeachMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_WALK_H */
