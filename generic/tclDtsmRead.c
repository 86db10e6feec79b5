/*
 * tclDtsmRead.c --
 *
 *      What a map's commands begin with.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmRead.h"

int
DtsmTcl_Usage(Tcl_Interp *interp, int skip, Tcl_Obj *const objv[],
    const char *usage)
{
    Tcl_WrongNumArgs(interp, skip, objv, usage);
    return TCL_ERROR;
}

int
DtsmTcl_GetBooleans(Tcl_Interp *interp, int *iPtr, int objc,
    Tcl_Obj *const objv[], const char *const options[], int values[])
{
    int option;

    for (option = 0; options[option + 1] != NULL; option++) {
        values[option] = 0;
    }
    while (*iPtr < objc && Tcl_GetString(objv[*iPtr])[0] == '-') {
        if (Tcl_GetIndexFromObj(interp, objv[*iPtr], options, "option",
                TCL_EXACT, &option) != TCL_OK) {
            return TCL_ERROR;
        }
        ++*iPtr;
        if (options[option + 1] == NULL) {
            break;
        }
        if (*iPtr == objc) {
            Tcl_SetObjResult(interp, Tcl_ObjPrintf("missing value for %s",
                    options[option]));
            Tcl_SetErrorCode(interp, "TCL", "WRONGARGS", NULL);
            return TCL_ERROR;
        }
        if (Tcl_GetBooleanFromObj(interp, objv[*iPtr], &values[option])
                != TCL_OK) {
            return TCL_ERROR;
        }
        ++*iPtr;
    }
    return TCL_OK;
}

int
DtsmTcl_GetRaw(Tcl_Interp *interp, int *iPtr, int objc, Tcl_Obj *const objv[],
    int *rawPtr)
{
    static const char *const options[] = {"-bytes", "--", NULL};

    return DtsmTcl_GetBooleans(interp, iPtr, objc, objv, options, rawPtr);
}

int
DtsmTcl_GetOnePath(Tcl_Interp *interp, int *iPtr, int objc,
    Tcl_Obj *const objv[],
    int *rawPtr, const char *usage, int skip, int most, DtsmTcl_Path *pathPtr)
{
    if (DtsmTcl_GetRaw(interp, iPtr, objc, objv, rawPtr) != TCL_OK) {
        return TCL_ERROR;
    }
    if (*iPtr >= objc || (most >= 0 && objc - *iPtr - 1 > most)) {
        return DtsmTcl_Usage(interp, skip, objv, usage);
    }
    return DtsmTcl_GetPath(interp, objv[(*iPtr)++], *rawPtr, pathPtr);
}
