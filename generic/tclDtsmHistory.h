/*
 * tclDtsmHistory.h --
 *
 *      A map's commands about its recording.  Each is called as
 *      DtsmTcl_Method calls it: objv[skip] is the first argument.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_HISTORY_H
#define TCL_DTSM_HISTORY_H

#include "tclDtsmState.h"

int DtsmTcl_ProcessesMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_RecordingMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_HISTORY_H */
