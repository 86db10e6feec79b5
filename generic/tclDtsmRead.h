/*
 * tclDtsmRead.h --
 *
 *      What a map's commands begin with: options and a path.  All give
 *      TCL_OK, or TCL_ERROR with a message.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_READ_H
#define TCL_DTSM_READ_H

#include "tclDtsmPath.h"

/*
 * DtsmTcl_GetOption --
 *
 *      The option at word *iPtr, and its value.
 *
 * Arguments:
 *      options  A static table; its last word is "--", which takes no value.
 *
 * Returns:
 *      TCL_OK; TCL_BREAK after the last one; TCL_ERROR with a message.
 *
 * Side effects:
 *      *iPtr becomes the first word after them.
 */

int DtsmTcl_GetOption(Tcl_Interp *interp, int *iPtr, int objc,
        Tcl_Obj *const objv[], const char *const options[], int *optionPtr,
        Tcl_Obj **valuePtr);

/*
 * DtsmTcl_GetBooleans --
 *
 *      Read options with a boolean value each, and `--', from word *iPtr on.
 *
 * Arguments:
 *      options  A static table; its last word is "--".
 *      values   Receive the options' values, 0 where they are not given.
 *
 * Side effects:
 *      *iPtr becomes the first word after them.
 */

int DtsmTcl_GetBooleans(Tcl_Interp *interp, int *iPtr, int objc,
        Tcl_Obj *const objv[], const char *const options[], int values[]);

/*
 * DtsmTcl_GetRaw --
 *
 *      Read `-bytes bool' and `--' from word *iPtr on.
 *
 * Side effects:
 *      *iPtr becomes the first word after them.
 */

int DtsmTcl_GetRaw(Tcl_Interp *interp, int *iPtr, int objc,
        Tcl_Obj *const objv[], int *rawPtr);

/*
 * DtsmTcl_GetOnePath --
 *
 *      The options and the path that a command begins with, and at most
 *      `most' words after it (-1: any number).  After TCL_OK the
 *      caller calls DtsmTcl_FreePath.
 *
 * Side effects:
 *      *iPtr becomes the first word after the path.
 */

int DtsmTcl_GetOnePath(Tcl_Interp *interp, int *iPtr, int objc,
        Tcl_Obj *const objv[], int *rawPtr, const char *usage, int skip,
        int most, DtsmTcl_Path *pathPtr);

/*
 * DtsmTcl_Usage --
 *
 *      TCL_ERROR: the first skip words take other arguments.
 */

int DtsmTcl_Usage(Tcl_Interp *interp, int skip, Tcl_Obj *const objv[],
        const char *usage);

#endif /* TCL_DTSM_READ_H */
