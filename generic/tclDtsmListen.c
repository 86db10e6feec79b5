/*
 * tclDtsmListen.c --
 *
 *      The command dtsm::listen.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <stdio.h>

#include "tclDtsmError.h"
#include "tclDtsmListen.h"
#include "tclDtsmServer.h"
#include "tclDtsmValue.h"

static void
CommandDeleted(void *data)
{
    DtsmTcl_Listener *listener = data;

    listener->token = NULL;
    DtsmTcl_CloseListener(listener);
    DtsmTcl_ReleaseListener(listener);
}

static int
ListenerCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    static const char *const verbs[] = {"close", "counts", NULL};
    DtsmTcl_Listener *listener = data;
    const struct {
        const char *key;
        Tcl_WideInt value;
    } rows[] = {
        {"accepted", listener->accepted}, {"messages", listener->messages},
        {"dropped", listener->dropped}, {"refused", listener->refused},
        {"failed", listener->failed}
    };
    Tcl_Obj *dictPtr;
    size_t i;
    int verb;

    if (objc != 2) {
        Tcl_WrongNumArgs(interp, 1, objv, "close|counts");
        return TCL_ERROR;
    }
    if (Tcl_GetIndexFromObj(interp, objv[1], verbs, "subcommand", TCL_EXACT,
            &verb) != TCL_OK) {
        return TCL_ERROR;
    }
    if (verb == 0) {
        DtsmTcl_CloseListener(listener);
        return TCL_OK;
    }
    dictPtr = Tcl_NewDictObj();
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        DtsmTcl_Put(dictPtr, rows[i].key, Tcl_NewWideIntObj(rows[i].value));
    }
    Tcl_SetObjResult(interp, dictPtr);
    return TCL_OK;
}

int
DtsmTcl_ListenCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_State *state = data;
    DtsmTcl_Listener *listener;
    DtsmTcl_Socket socket;
    Tcl_Obj *pathObj;
    const char *path;
    char name[64];
    Tcl_Size words;

    if (objc != 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "path callback");
        return TCL_ERROR;
    }
    if (Tcl_ListObjLength(interp, objv[2], &words) != TCL_OK) {
        return TCL_ERROR;
    }
    pathObj = Tcl_FSGetNormalizedPath(interp, objv[1]);
    path = pathObj == NULL ? NULL : Tcl_FSGetNativePath(pathObj);
    errno = ENOENT;
    if (path == NULL || DtsmTcl_BindSocket(path, &socket) != 0) {
        return DtsmTcl_Posix(interp, errno, "couldn't listen at",
                Tcl_GetString(objv[1]));
    }
    listener = DtsmTcl_NewListener(state, objv[2], &socket);
    (void) snprintf(name, sizeof name, "::dtsm::listener%u",
            ++state->serial);
    listener->token = Tcl_CreateObjCommand(interp, name, ListenerCmd,
            listener, CommandDeleted);
    Tcl_SetObjResult(interp, Tcl_NewStringObj(name, -1));
    return TCL_OK;
}
