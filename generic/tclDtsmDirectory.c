/*
 * tclDtsmDirectory.c --
 *
 *      The command dtsm::directory.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <limits.h>
#include <unistd.h>

#include "tclDtsmError.h"
#include "tclDtsmDirectory.h"
#include "tclDtsmPlace.h"
#include "tclDtsmSession.h"
#include "tclDtsmState.h"
#include "tclDtsmValue.h"
#include "tclDtsmVerb.h"

static int
SetNumber(
    Tcl_Interp *interp,
    int number,
    const char *what)
{
    if (number < 0) {
        return DtsmTcl_Errno(interp, what);
    }
    Tcl_SetObjResult(interp, Tcl_NewIntObj(number));
    return TCL_OK;
}

static int
MakeCmd(
    Tcl_Interp *interp,
    char *template)
{
    DtsmTcl_State *state = Tcl_GetAssocData(interp, "dtsm", NULL);
    int fd = DtsmTcl_SessionMake(template);
    Tcl_Obj *pair[2];

    if (fd < 0) {
        return DtsmTcl_Errno(interp, template);
    }
    if (state != NULL) {
        DtsmTcl_OwnSession(&state->sessions, template, fd);
    }
    pair[0] = DtsmTcl_NewBytes(template);
    pair[1] = Tcl_NewIntObj(fd);
    Tcl_SetObjResult(interp, Tcl_NewListObj(2, pair));
    return TCL_OK;
}

static void
ReleaseCmd(
    Tcl_Interp *interp,
    int number)
{
    DtsmTcl_State *state = Tcl_GetAssocData(interp, "dtsm", NULL);

    if (state != NULL) {
        DtsmTcl_ForgetSession(&state->sessions, number);
    }
    close(number);
}

static int
PlaceCmd(
    Tcl_Interp *interp,
    const char *session,
    Tcl_Obj *parentObj)
{
    char map[PATH_MAX], *parent = DtsmTcl_Bytes(interp, parentObj);
    int result = TCL_OK;

    if (parent == NULL) {
        return TCL_ERROR;
    }
    if (DtsmTcl_SessionPlaceMap(session, parent, map) != 0) {
        const char *why = Tcl_PosixError(interp);

        Tcl_SetObjResult(interp, Tcl_ObjPrintf(
                "couldn't make a map in \"%s\": %s", Tcl_GetString(parentObj),
                why));
        result = TCL_ERROR;
    } else {
        Tcl_SetObjResult(interp, DtsmTcl_NewBytes(map));
    }
    ckfree(parent);
    return result;
}

int
DtsmTcl_DirectoryCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    static const DtsmTcl_Verb verbs[] = {
        {"held", 3, 3, "directory"},
        {"make", 3, 3, "template"},
        {"map", 3, 3, "directory"},
        {"place", 4, 4, "directory parent"},
        {"release", 3, 3, "number"},
        {"remove", 4, 4, "directory number"},
        {"take", 3, 3, "directory"},
        {NULL, 0, 0, NULL}
    };
    enum {
        VERB_HELD, VERB_MAKE, VERB_MAP, VERB_PLACE, VERB_RELEASE,
        VERB_REMOVE, VERB_TAKE
    };
    int verb, number = -1, result = TCL_OK;
    char *name;

    (void) data;
    if (DtsmTcl_GetVerb(interp, objc, objv, verbs, "subcommand ?arg ...?",
            &verb) != TCL_OK) {
        return TCL_ERROR;
    }
    if (((verb == VERB_REMOVE || verb == VERB_RELEASE) && Tcl_GetIntFromObj(
            interp, objv[objc - 1], &number) != TCL_OK)
            || (name = DtsmTcl_Bytes(interp, objv[2])) == NULL) {
        return TCL_ERROR;
    }
    switch (verb) {
    case VERB_HELD:
        result = SetNumber(interp, DtsmTcl_SessionHeld(name), name);
        break;
    case VERB_MAKE:
        result = MakeCmd(interp, name);
        break;
    case VERB_MAP:
        result = SetNumber(interp, DtsmTcl_SessionOpenMap(name), name);
        break;
    case VERB_PLACE:
        result = PlaceCmd(interp, name, objv[3]);
        break;
    case VERB_RELEASE:
        ReleaseCmd(interp, number);
        break;
    case VERB_REMOVE:
        if (DtsmTcl_SessionRemove(name, number) != 0) {
            result = DtsmTcl_Errno(interp, name);
        }
        break;
    default:
        result = SetNumber(interp, DtsmTcl_SessionTake(name), name);
        break;
    }
    ckfree(name);
    return result;
}
