/*
 * tclDtsmStart.c --
 *
 *      What dtsm::process spawn is asked for.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmEnviron.h"
#include "tclDtsmStart.h"
#include "tclDtsmValue.h"

void
DtsmTcl_FreeStart(
    DtsmTcl_Start *start)
{
    if (start->place.directory != NULL) {
        ckfree(start->place.directory);
    }
    if (start->place.socket != NULL) {
        ckfree(start->place.socket);
    }
    if (start->file != NULL) {
        ckfree(start->file);
    }
    DtsmTcl_FreeStrings(&start->argv);
    DtsmTcl_FreeStrings(&start->env);
}

/*
 * ReadOption --
 *
 *      One option of spawn and its value.
 *
 * Arguments:
 *      words        The option and its value.
 *      dictPtrPtr   Receives the value of -env; borrowed.
 */

static int
ReadOption(
    Tcl_Interp *interp,
    Tcl_Obj *const words[],
    DtsmTcl_Start *start,
    Tcl_Obj **dictPtrPtr)
{
    static const char *const options[] = {
        "-cwd", "-env", "-file", "-mapped", "-supervise", NULL
    };
    enum {OPT_CWD, OPT_ENV, OPT_FILE, OPT_MAPPED, OPT_SUPERVISE};
    char **textPtr;
    int option;

    if (Tcl_GetIndexFromObj(interp, words[0], options, "option", 0, &option)
            != TCL_OK) {
        return TCL_ERROR;
    }
    if (option == OPT_ENV) {
        *dictPtrPtr = words[1];
        return TCL_OK;
    }
    if (option == OPT_MAPPED) {
        return Tcl_GetBooleanFromObj(interp, words[1], &start->place.mapped);
    }
    textPtr = option == OPT_CWD ? &start->place.directory
            : option == OPT_FILE ? &start->file : &start->place.socket;
    if (*textPtr != NULL) {
        ckfree(*textPtr);
    }
    *textPtr = DtsmTcl_Bytes(interp, words[1]);
    return *textPtr != NULL ? TCL_OK : TCL_ERROR;
}

int
DtsmTcl_ReadStart(
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[],
    DtsmTcl_Start *start)
{
    Tcl_Obj *dictPtr = NULL;
    Tcl_Size wordCount;
    int i;

    for (i = 3; i < objc; i += 2) {
        if (ReadOption(interp, objv + i, start, &dictPtr) != TCL_OK) {
            return TCL_ERROR;
        }
    }
    if (Tcl_ListObjLength(interp, objv[2], &wordCount) != TCL_OK) {
        return TCL_ERROR;
    }
    if (wordCount < 1) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj("argv is empty", -1));
        Tcl_SetErrorCode(interp, "DTSM", "INVALID", (char *) NULL);
        return TCL_ERROR;
    }
    if (DtsmTcl_AppendList(interp, objv[2], &start->argv) != TCL_OK) {
        return TCL_ERROR;
    }
    return DtsmTcl_Environ(interp, dictPtr, &start->env);
}
