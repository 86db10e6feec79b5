/*
 * tclDtsmMap.c --
 *
 *      A map's commands.  Each is there twice: `$map insert ...' and, on the
 *      default map, `dtsm::insert ...'.
 *
 * Every command reads all of its arguments first, then acts, and touches the
 * map no more once a script (a variable's trace, a loop's body) could run.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <unistd.h>

#include "tclDtsmChange.h"
#include "tclDtsmError.h"
#include "tclDtsmFlags.h"
#include "tclDtsmHistory.h"
#include "tclDtsmMap.h"
#include "tclDtsmPath.h"
#include "tclDtsmRead.h"
#include "tclDtsmStats.h"
#include "tclDtsmValue.h"
#include "tclDtsmWalk.h"

typedef int MethodProc(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);

static MethodProc CloseMethod, DestroyMethod, EnvMethod, FileMethod;
static MethodProc MatchMethod, SearchMethod;

static const struct {
    MethodProc *proc;
    int safe;                   /* looks at the map only */
    int ends;                   /* asks nothing of the map but to go */
} methods[] = {
    {DtsmTcl_CheckMethod, 0, 0},
    {CloseMethod, 0, 1},
    {DtsmTcl_CountMethod, 0, 0},
    {DestroyMethod, 0, 1},
    {EnvMethod, 0, 0},
    {DtsmTcl_FenceMethod, 0, 0},
    {FileMethod, 0, 0},
    {DtsmTcl_ForeachMethod, 0, 0},
    {DtsmTcl_ForgetMethod, 0, 0},
    {DtsmTcl_GetMethod, 0, 0},
    {DtsmTcl_InsertMethod, 0, 0},
    {DtsmTcl_JsonMethod, 0, 0},
    {DtsmTcl_MarkMethod, 0, 0},
    {MatchMethod, 1, 0},
    {DtsmTcl_NamesMethod, 0, 0},
    {DtsmTcl_ProcessesMethod, 0, 0},
    {DtsmTcl_RecordingMethod, 0, 0},
    {DtsmTcl_RemoveMethod, 0, 0},
    {SearchMethod, 1, 0},
    {DtsmTcl_StatsMethod, 0, 0},
    {DtsmTcl_TogetherMethod, 0, 0},
    {DtsmTcl_TotalMethod, 0, 0}
};

const char *const DtsmTcl_Methods[] = {
    "check", "close", "count", "destroy", "env", "fence", "file", "foreach",
    "forget", "get", "insert", "json", "mark", "match", "names", "processes",
    "recording", "remove", "search", "stats", "together", "total", NULL
};

_Static_assert(sizeof methods / sizeof methods[0] + 1
        == sizeof DtsmTcl_Methods / sizeof DtsmTcl_Methods[0],
        "one name for each method");

int
DtsmTcl_IsSafe(int method)
{
    return methods[method].safe;
}

int
DtsmTcl_UsesMap(int method)
{
    return !methods[method].ends;
}

int
DtsmTcl_Method(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int method, int skip,
    int objc, Tcl_Obj *const objv[])
{
    int result;

    if (mapPtr == NULL || mapPtr->map == NULL) {
        return DtsmTcl_Fail(interp, "NODEFAULT", NULL, Tcl_NewStringObj(
                Tcl_IsSafe(interp) ? "no default map: a safe interpreter"
                " gets one from its parent, by dtsm::default map interp"
                : "no default map: call dtsm::set_manager or dtsm::default"
                " first", -1));
    }
    mapPtr->refCount++;
    result = methods[method].proc(mapPtr, interp, skip, objc, objv);
    DtsmTcl_Release(mapPtr);
    return result;
}

int
DtsmTcl_MapCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    return Tcl_NRCallObjProc(interp, DtsmTcl_NRMapCmd, data, objc, objv);
}

int
DtsmTcl_NRMapCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    int method;

    if (objc < 2) {
        Tcl_WrongNumArgs(interp, 1, objv, "subcommand ?arg ...?");
        return TCL_ERROR;
    }
    if (Tcl_GetIndexFromObj(interp, objv[1], DtsmTcl_Methods, "subcommand",
            TCL_EXACT, &method) != TCL_OK) {
        return TCL_ERROR;
    }
    return DtsmTcl_Method(data, interp, method, 2, objc, objv);
}

/*
 * SearchMethod --
 *
 *      $map search ?-bytes bool? ?--? path ?varName?
 */

static int
SearchMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_Path path;
    unsigned flags;
    int i = skip, raw, status;

    if (DtsmTcl_GetOnePath(interp, &i, objc, objv, &raw,
            "?-bytes bool? ?--? path ?varName?", skip, 1, &path) != TCL_OK) {
        return TCL_ERROR;
    }
    status = Dtsm_Search(mapPtr->map, path.bytes, path.len, &flags);
    DtsmTcl_FreePath(&path);
    if (status != DTSM_OK && status != DTSM_NOTFOUND) {
        return DtsmTcl_Status(interp, status, mapPtr, NULL);
    }
    if (i == objc) {
        Tcl_SetObjResult(interp, DtsmTcl_NewFlags(flags));
        return TCL_OK;
    }
    if (status == DTSM_OK && Tcl_ObjSetVar2(interp, objv[i], NULL,
            DtsmTcl_NewFlags(flags), TCL_LEAVE_ERR_MSG) == NULL) {
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp, Tcl_NewIntObj(status == DTSM_OK));
    return TCL_OK;
}

/*
 * MatchMethod --
 *
 *      $map match ?-bytes bool? ?--? path
 */

static int
MatchMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_Path path;
    Tcl_Obj *dictPtr, *pathObj, *ruleObj;
    const char *rule = NULL;
    size_t ruleLen = 0;
    unsigned flags, ruleFlags;
    int i = skip, raw, status;

    if (DtsmTcl_GetOnePath(interp, &i, objc, objv, &raw,
            "?-bytes bool? ?--? path", skip, 0, &path) != TCL_OK) {
        return TCL_ERROR;
    }
    status = Dtsm_Search(mapPtr->map, path.bytes, path.len, &flags);
    if (status == DTSM_NOTFOUND) {
        DtsmTcl_FreePath(&path);
        return TCL_OK;
    }
    if (status != DTSM_OK) {
        DtsmTcl_FreePath(&path);
        return DtsmTcl_Status(interp, status, mapPtr, NULL);
    }
    if (Dtsm_Match(mapPtr->map, path.bytes, path.len, &ruleFlags, &rule,
            &ruleLen) != DTSM_OK) {
        ruleLen = 0;
    }
    if (mapPtr->noCase) {
        DtsmTcl_FoldCase(&path);
    } else {
        DtsmTcl_Fold(&path);
    }
    pathObj = DtsmTcl_NewPath(interp, path.bytes, path.len, raw);
    DtsmTcl_FreePath(&path);
    ruleObj = ruleLen == 0 ? Tcl_NewObj()
            : DtsmTcl_NewPath(interp, rule, ruleLen, raw);
    if (pathObj == NULL || ruleObj == NULL) {
        if (pathObj != NULL) {
            Tcl_DecrRefCount(pathObj);
        }
        if (ruleObj != NULL) {
            Tcl_DecrRefCount(ruleObj);
        }
        return TCL_ERROR;
    }
    dictPtr = Tcl_NewDictObj();
    DtsmTcl_Put(dictPtr, "path", pathObj);
    DtsmTcl_Put(dictPtr, "rule", ruleObj);
    DtsmTcl_Put(dictPtr, "flags", DtsmTcl_NewFlags(flags));
    DtsmTcl_Put(dictPtr, "kind", Tcl_NewStringObj(
            flags & DTSM_PREFIX ? "rule" : "verdict", -1));
    Tcl_SetObjResult(interp, dictPtr);
    return TCL_OK;
}

/*
 * FileMethod, EnvMethod --
 *
 *      $map file       the map's file
 *      $map env        what a child's environment needs to find it
 */

static int
FileMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    if (objc != skip) {
        return DtsmTcl_Usage(interp, skip, objv, NULL);
    }
    Tcl_SetObjResult(interp, mapPtr->fileObj);
    return TCL_OK;
}

static int
EnvMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    Tcl_Obj *dictPtr;

    if (objc != skip) {
        return DtsmTcl_Usage(interp, skip, objv, NULL);
    }
    dictPtr = Tcl_NewDictObj();
    DtsmTcl_Put(dictPtr, "DTSM_MAP", mapPtr->fileObj);
    Tcl_SetObjResult(interp, dictPtr);
    return TCL_OK;
}

/*
 * DeleteFile --
 *
 *      Delete the map's file; a missing one is no error.
 */

static int
DeleteFile(Tcl_Interp *interp, DtsmTcl_Map *mapPtr)
{
    if (unlink(mapPtr->file) != 0 && errno != ENOENT) {
        return DtsmTcl_Posix(interp, errno, "couldn't delete map",
                Tcl_GetString(mapPtr->fileObj));
    }
    return TCL_OK;
}

/*
 * CloseMethod, DestroyMethod --
 *
 *      $map close      detach and delete the command
 *      $map destroy    the same, and delete the file
 */

static int
CloseMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    if (objc != skip) {
        return DtsmTcl_Usage(interp, skip, objv, NULL);
    }
    DtsmTcl_Close(mapPtr);
    return TCL_OK;
}

static int
DestroyMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    if (objc != skip) {
        return DtsmTcl_Usage(interp, skip, objv, NULL);
    }
    if (DeleteFile(interp, mapPtr) != TCL_OK) {
        return TCL_ERROR;
    }
    DtsmTcl_Close(mapPtr);
    return TCL_OK;
}
