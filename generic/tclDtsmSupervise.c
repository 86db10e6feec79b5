/*
 * tclDtsmSupervise.c --
 *
 *      The command dtsm::supervise.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <stdint.h>

#include "supervise.h"
#include "tclDtsmError.h"
#include "tclDtsmState.h"
#include "tclDtsmSupervise.h"
#include "tclDtsmValue.h"
#include "tclDtsmVerb.h"

static int
StartCmd(
    Tcl_Interp *interp,
    int count,                  /* 3, or 4 with ask */
    Tcl_Obj *const names[])
{
    char *files[4] = {NULL, NULL, NULL, NULL};
    int i, failure = 0, result = TCL_OK;
    DtsmTcl_State *state = Tcl_GetAssocData(interp, "dtsm", NULL);

    for (i = 0; i < count && result == TCL_OK; i++) {
        files[i] = DtsmTcl_Bytes(interp, names[i]);
        if (files[i] == NULL) {
            result = TCL_ERROR;
        }
    }
    if (result == TCL_OK) {
        failure = DtsmSuperviseStart(files[0], files[1], files[2],
                files[3]);
    }
    if (failure == EBUSY) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj(
                "there is a supervisor already", -1));
        Tcl_SetErrorCode(interp, "DTSM", "BUSY", (char *) NULL);
        result = TCL_ERROR;
    } else if (failure != 0) {
        errno = failure;
        result = DtsmTcl_Errno(interp, "cannot supervise");
    } else if (result == TCL_OK && state != NULL) {
        state->supervises = 1;
    }
    for (i = 0; i < count; i++) {
        if (files[i] != NULL) {
            ckfree(files[i]);
        }
    }
    return result;
}

int
DtsmTcl_SuperviseCmd(
    void *data,
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[])
{
    static const DtsmTcl_Verb verbs[] = {
        {"joined", 3, 3, "pid"},
        {"start", 5, 6, "map log socket ?ask?"},
        {"stop", 2, 2, NULL},
        {NULL, 0, 0, NULL}
    };
    enum {VERB_JOINED, VERB_START, VERB_STOP};
    DtsmTcl_State *state = Tcl_GetAssocData(interp, "dtsm", NULL);
    int verb, pid;

    (void) data;
    if (DtsmTcl_GetVerb(interp, objc, objv, verbs, "subcommand ?arg ...?",
            &verb) != TCL_OK) {
        return TCL_ERROR;
    }
    switch (verb) {
    case VERB_START:
        return StartCmd(interp, objc - 2, objv + 2);
    case VERB_JOINED:
        if (Tcl_GetIntFromObj(interp, objv[2], &pid) != TCL_OK) {
            return TCL_ERROR;
        }
        Tcl_SetObjResult(interp, Tcl_NewBooleanObj(DtsmSuperviseJoined(pid)));
        return TCL_OK;
    default:
        if (state != NULL) {
            state->supervises = 0;
        }
        Tcl_SetObjResult(interp, Tcl_NewWideIntObj(
                (Tcl_WideInt) DtsmSuperviseStop()));
        return TCL_OK;
    }
}
