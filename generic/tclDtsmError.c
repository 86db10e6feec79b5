/*
 * tclDtsmError.c --
 *
 *      Messages and error codes of the package's commands.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>

#include "tclDtsmError.h"

int
DtsmTcl_Fail(Tcl_Interp *interp, const char *code, const char *detail,
    Tcl_Obj *messagePtr)
{
    Tcl_Obj *codePtr = Tcl_NewStringObj("DTSM ", -1);

    Tcl_AppendToObj(codePtr, code, -1);
    if (detail != NULL) {
        Tcl_ListObjAppendElement(NULL, codePtr,
                Tcl_NewStringObj(detail, -1));
    }
    Tcl_SetObjErrorCode(interp, codePtr);
    Tcl_SetObjResult(interp, messagePtr);
    return TCL_ERROR;
}

int
DtsmTcl_Status(Tcl_Interp *interp, int status, const DtsmTcl_Map *mapPtr,
    const char *what)
{
    const char *file = mapPtr != NULL ? Tcl_GetString(mapPtr->fileObj)
            : what != NULL ? what : "";

    switch (status) {
    case DTSM_OK:
        return TCL_OK;
    case DTSM_FULL:
        return DtsmTcl_Fail(interp, "FULL", NULL, Tcl_ObjPrintf(
                "no room in map \"%s\": free space where it lies, raise the"
                " limits on memory and file size, or make it elsewhere",
                file));
    case DTSM_READONLY:
        return DtsmTcl_Fail(interp, "READONLY", NULL, Tcl_ObjPrintf(
                "map \"%s\" is open read-only:"
                " open it without -readonly to change it", file));
    case DTSM_CORRUPT:
        return DtsmTcl_Fail(interp, "CORRUPT", file, Tcl_ObjPrintf(
                "\"%s\" is not a map, or a broken one:"
                " make a new one with dtsm::create", file));
    case DTSM_VERSION:
        return DtsmTcl_Fail(interp, "VERSION", file, Tcl_ObjPrintf(
                "map \"%s\" is of another format version than dtsm "
                DTSM_VERSION_STRING " reads: make a new one with dtsm::create",
                file));
    case DTSM_INVALID:
        return DtsmTcl_Fail(interp, "INVALID LENGTH", NULL, Tcl_ObjPrintf(
                "path is too long: folded, it may have at most %d bytes",
                DTSM_PATH_MAX));
    case DTSM_NOTFOUND:
        return DtsmTcl_Fail(interp, "NOTFOUND", NULL, Tcl_ObjPrintf(
                "nothing is known of \"%s\"", what != NULL ? what : ""));
    default:
        return DtsmTcl_Posix(interp, errno, "couldn't use map", file);
    }
}

int
DtsmTcl_Posix(Tcl_Interp *interp, int error, const char *doing,
    const char *file)
{
    const char *why;

    Tcl_SetErrno(error);
    why = Tcl_PosixError(interp);
    Tcl_SetObjResult(interp, Tcl_ObjPrintf("%s \"%s\": %s", doing, file,
            why));
    return TCL_ERROR;
}

int
DtsmTcl_Errno(
    Tcl_Interp *interp,
    const char *what)
{
    const char *why = Tcl_PosixError(interp);

    Tcl_SetObjResult(interp, Tcl_ObjPrintf("%s: %s", what, why));
    return TCL_ERROR;
}
