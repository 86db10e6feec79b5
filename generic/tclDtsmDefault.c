/*
 * tclDtsmDefault.c --
 *
 *      The default map: set_manager, default, and one that is made because
 *      none was set.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tclDtsmDefault.h"
#include "tclDtsmError.h"
#include "tclDtsmFile.h"
#include "tclDtsmMap.h"
#include "tclDtsmOpen.h"
#include "tclDtsmPath.h"

#if TCL_MAJOR_VERSION < 9 && !defined(Tcl_GetChild)
#   define Tcl_GetChild Tcl_GetSlave    /* its name until 8.6.10 */
#endif

static DtsmTcl_Map *
FindMap(Tcl_Interp *interp, Tcl_Obj *nameObj)
{
    Tcl_CmdInfo info;

    if (Tcl_GetCommandInfo(interp, Tcl_GetString(nameObj), &info)
            && info.objProc == DtsmTcl_MapCmd) {
        return info.objClientData;
    }
    DtsmTcl_Fail(interp, "INVALID MAP", Tcl_GetString(nameObj),
            Tcl_ObjPrintf("\"%s\" is not an open map:"
            " give what dtsm::create or dtsm::open returned",
            Tcl_GetString(nameObj)));
    return NULL;
}

static int
SetNewDefault(DtsmTcl_State *state, DtsmTcl_Map *mapPtr)
{
    DtsmTcl_SetDefault(state, mapPtr);
    state->hadDefault = 1;
    Tcl_SetObjResult(state->interp, DtsmTcl_CommandName(mapPtr));
    return TCL_OK;
}

int
DtsmTcl_NeedDefault(DtsmTcl_State *state)
{
    Tcl_Interp *interp = state->interp;
    Tcl_Obj *fileObj, *nameObj;
    DtsmTcl_Map *mapPtr;
    DtsmTcl_Path path;
    int result;

    if ((state->defaultMap != NULL && state->defaultMap->map != NULL)
            || state->hadDefault || Tcl_IsSafe(interp)) {
        return TCL_OK;
    }
    if (DtsmTcl_MakeTemporary(interp, NULL, &fileObj) != TCL_OK) {
        return TCL_ERROR;
    }
    nameObj = DtsmTcl_FileName(interp, fileObj, &path);
    result = nameObj == NULL ? TCL_ERROR : DtsmTcl_OpenMap(state, nameObj,
            path.bytes, DTSM_CREATE, 0, &mapPtr);
    if (result == TCL_OK) {
        mapPtr->own = DtsmTcl_OwnFile(path.bytes);
        state->hadDefault = 1;
        DtsmTcl_SetDefault(state, mapPtr);
    } else if (nameObj != NULL) {
        (void) unlink(path.bytes);
    }
    if (nameObj != NULL) {
        DtsmTcl_FreePath(&path);
    }
    Tcl_DecrRefCount(fileObj);
    return result;
}

/*
 * DtsmTcl_SetManagerCmd --
 *
 *      dtsm::set_manager statusFile sharedMemoryFile
 *
 *      As the original's __dtsharedmemory_set_manager.  The status file's
 *      content lives in the map; a given one is made, so that scripts that
 *      delete it go on working.  A default map that was made because there
 *      was none gives way.
 */

int
DtsmTcl_SetManagerCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_State *state = data;
    DtsmTcl_Map *mapPtr;
    DtsmTcl_Path path;
    Tcl_Obj *nameObj;
    int result;

    if (objc != 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "statusFile sharedMemoryFile");
        return TCL_ERROR;
    }
    if (state->defaultMap != NULL && state->defaultMap->map != NULL
            && state->defaultMap->own == NULL) {
        Tcl_SetObjResult(interp, DtsmTcl_CommandName(state->defaultMap));
        return TCL_OK;
    }
    if (Tcl_GetString(objv[1])[0] != '\0') {
        int fd;

        nameObj = DtsmTcl_FileName(interp, objv[1], &path);
        if (nameObj == NULL) {
            return TCL_ERROR;
        }
        fd = open(path.bytes, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
        if (fd < 0) {
            result = DtsmTcl_Posix(interp, errno, "couldn't make status file",
                    Tcl_GetString(nameObj));
            DtsmTcl_FreePath(&path);
            return result;
        }
        close(fd);
        DtsmTcl_FreePath(&path);
    }
    nameObj = DtsmTcl_FileName(interp, objv[2], &path);
    if (nameObj == NULL) {
        return TCL_ERROR;
    }
    result = DtsmTcl_OpenMap(state, nameObj, path.bytes, DTSM_CREATE, 0,
            &mapPtr);
    DtsmTcl_FreePath(&path);
    if (result != TCL_OK) {
        return TCL_ERROR;
    }
    if (state->defaultMap != NULL && state->defaultMap->own != NULL) {
        DtsmTcl_Close(state->defaultMap);
    }
    return SetNewDefault(state, mapPtr);
}

/*
 * DtsmTcl_DefaultCmd --
 *
 *      dtsm::default ?map? ?interp?
 *
 *      With interp, map becomes the default map of that child interpreter:
 *      the way in which a safe interpreter gets a map to search in.
 */

int
DtsmTcl_DefaultCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_State *state = data;
    DtsmTcl_Map *mapPtr = NULL;

    if (objc > 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "?map? ?interp?");
        return TCL_ERROR;
    }
    if (objc == 1) {
        if (state->defaultMap != NULL && state->defaultMap->map != NULL) {
            Tcl_SetObjResult(interp, DtsmTcl_CommandName(state->defaultMap));
        }
        return TCL_OK;
    }
    if (objc == 3) {
        Tcl_Interp *child = Tcl_GetChild(interp, Tcl_GetString(objv[2]));

        if (child == NULL) {
            return DtsmTcl_Fail(interp, "INVALID INTERP",
                    Tcl_GetString(objv[2]), Tcl_ObjPrintf(
                    "couldn't find interpreter \"%s\"",
                    Tcl_GetString(objv[2])));
        }
        state = Tcl_GetAssocData(child, "dtsm", NULL);
        if (state == NULL) {
            return DtsmTcl_Fail(interp, "INVALID INTERP",
                    Tcl_GetString(objv[2]), Tcl_ObjPrintf(
                    "interpreter \"%s\" has not loaded the package dtsm",
                    Tcl_GetString(objv[2])));
        }
    }
    if (Tcl_GetString(objv[1])[0] != '\0') {
        mapPtr = FindMap(interp, objv[1]);
        if (mapPtr == NULL) {
            return TCL_ERROR;
        }
    }
    DtsmTcl_SetDefault(state, mapPtr);
    state->hadDefault = 1;
    Tcl_SetObjResult(interp, objv[1]);
    return TCL_OK;
}
