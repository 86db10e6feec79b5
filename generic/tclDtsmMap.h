/*
 * tclDtsmMap.h --
 *
 *      A map's commands.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_MAP_H
#define TCL_DTSM_MAP_H

#include "tclDtsmState.h"

/*
 * DtsmTcl_Methods --   The names of a map's commands, NULL-terminated; the
 *                      place of a name is its number for DtsmTcl_Method.
 * DtsmTcl_IsSafe --    Whether safe interpreters have that one.
 * DtsmTcl_UsesMap --   Whether that one asks more of a map than to go.
 * DtsmTcl_Method --    Run one; objv[skip] is the first word after its name.
 * DtsmTcl_MapCmd, DtsmTcl_NRMapCmd --
 *                      A map's command; data is the DtsmTcl_Map.
 */

extern const char *const DtsmTcl_Methods[];
int DtsmTcl_IsSafe(int method);
int DtsmTcl_UsesMap(int method);
int DtsmTcl_Method(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int method,
        int skip, int objc, Tcl_Obj *const objv[]);
int DtsmTcl_MapCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTcl_NRMapCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_MAP_H */
