/*
 * tclDtsmVerb.c --
 *
 *      Subcommands: their names, and how many words each takes.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmVerb.h"

int
DtsmTcl_GetVerb(
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[],
    const DtsmTcl_Verb *verbs,
    const char *usage,
    int *verbPtr)
{
    const DtsmTcl_Verb *verb;

    if (objc < 2) {
        Tcl_WrongNumArgs(interp, 1, objv, usage);
        return TCL_ERROR;
    }
    if (Tcl_GetIndexFromObjStruct(interp, objv[1], verbs, sizeof *verbs,
            "subcommand", 0, verbPtr) != TCL_OK) {
        return TCL_ERROR;
    }
    verb = &verbs[*verbPtr];
    if (objc < verb->least || objc > verb->most) {
        Tcl_WrongNumArgs(interp, 2, objv, verb->usage);
        return TCL_ERROR;
    }
    return TCL_OK;
}
