/*
 * tclDtsmStats.h --
 *
 *      A map's commands that tell of it as a whole.  Each is called as
 *      DtsmTcl_Method calls it: objv[skip] is the first argument.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_STATS_H
#define TCL_DTSM_STATS_H

#include "tclDtsmState.h"

int DtsmTcl_CheckMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_CountMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_StatsMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_STATS_H */
