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
DtsmTcl_GetOption(Tcl_Interp *interp, int *iPtr, int objc,
    Tcl_Obj *const objv[], const char *const options[], int *optionPtr,
    Tcl_Obj **valuePtr)
{
    if (*iPtr >= objc || Tcl_GetString(objv[*iPtr])[0] != '-') {
        return TCL_BREAK;
    }
    if (Tcl_GetIndexFromObj(interp, objv[*iPtr], options, "option",
            TCL_EXACT, optionPtr) != TCL_OK) {
        return TCL_ERROR;
    }
    ++*iPtr;
    if (options[*optionPtr + 1] == NULL) {
        return TCL_BREAK;
    }
    if (*iPtr == objc) {
        Tcl_SetObjResult(interp, Tcl_ObjPrintf("missing value for %s",
                options[*optionPtr]));
        Tcl_SetErrorCode(interp, "TCL", "WRONGARGS", NULL);
        return TCL_ERROR;
    }
    *valuePtr = objv[(*iPtr)++];
    return TCL_OK;
}

int
DtsmTcl_GetBooleans(Tcl_Interp *interp, int *iPtr, int objc,
    Tcl_Obj *const objv[], const char *const options[], int values[])
{
    Tcl_Obj *valueObj;
    int option, result;

    for (option = 0; options[option + 1] != NULL; option++) {
        values[option] = 0;
    }
    while ((result = DtsmTcl_GetOption(interp, iPtr, objc, objv, options,
            &option, &valueObj)) == TCL_OK) {
        if (Tcl_GetBooleanFromObj(interp, valueObj, &values[option])
                != TCL_OK) {
            return TCL_ERROR;
        }
    }
    return result == TCL_BREAK ? TCL_OK : TCL_ERROR;
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
