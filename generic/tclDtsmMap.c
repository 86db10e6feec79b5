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
#include <string.h>
#include <unistd.h>

#include "dtsmInt.h"
#include "tclDtsmError.h"
#include "tclDtsmFlags.h"
#include "tclDtsmMap.h"
#include "tclDtsmMemory.h"
#include "tclDtsmPath.h"
#include "tclDtsmValue.h"
#include "tclDtsmWalk.h"

typedef int MethodProc(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);

static MethodProc CloseMethod, CountMethod, DestroyMethod, EnvMethod;
static MethodProc FenceMethod, FileMethod, ForgetMethod, InsertMethod;
static MethodProc MarkMethod, MatchMethod, RemoveMethod, SearchMethod;

static int GetRaw(Tcl_Interp *interp, int *iPtr, int objc,
        Tcl_Obj *const objv[], int *rawPtr);
static int GetOnePath(Tcl_Interp *interp, int *iPtr, int objc,
        Tcl_Obj *const objv[], int *rawPtr, const char *usage, int skip,
        int most, DtsmTcl_Path *pathPtr);
static int Usage(Tcl_Interp *interp, int skip, Tcl_Obj *const objv[],
        const char *usage);
static int InsertEntries(DtsmTcl_Map *mapPtr, Tcl_Interp *interp,
        const Dtsm_Entry *entries, size_t count, Tcl_Obj *const words[]);

static const struct {
    MethodProc *proc;
    int safe;                   /* looks at the map only */
} methods[] = {
    {DtsmTcl_CheckMethod, 0}, {CloseMethod, 0}, {CountMethod, 0},
    {DestroyMethod, 0}, {EnvMethod, 0}, {FenceMethod, 0}, {FileMethod, 0},
    {DtsmTcl_ForeachMethod, 0}, {ForgetMethod, 0}, {DtsmTcl_GetMethod, 0},
    {InsertMethod, 0}, {DtsmTcl_JsonMethod, 0}, {MarkMethod, 0},
    {MatchMethod, 1}, {DtsmTcl_NamesMethod, 0}, {RemoveMethod, 0},
    {SearchMethod, 1}, {DtsmTcl_StatsMethod, 0}, {DtsmTcl_TogetherMethod, 0},
    {DtsmTcl_TotalMethod, 0}
};

const char *const DtsmTcl_Methods[] = {
    "check", "close", "count", "destroy", "env", "fence", "file", "foreach",
    "forget", "get", "insert", "json", "mark", "match", "names", "remove",
    "search", "stats", "together", "total", NULL
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
DtsmTcl_Method(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int method, int skip,
    int objc, Tcl_Obj *const objv[])
{
    int result;

    if (mapPtr == NULL || mapPtr->map == NULL) {
        return DtsmTcl_Fail(interp, "NODEFAULT", NULL, Tcl_NewStringObj(
                "no default map: call dtsm::set_manager or dtsm::default"
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

static int
Usage(Tcl_Interp *interp, int skip, Tcl_Obj *const objv[], const char *usage)
{
    Tcl_WrongNumArgs(interp, skip, objv, usage);
    return TCL_ERROR;
}

/*
 * GetRaw --
 *
 *      Read `-bytes bool' and `--' from word *iPtr on.
 *
 * Side effects:
 *      *iPtr becomes the first word after them.
 */

static int
GetRaw(Tcl_Interp *interp, int *iPtr, int objc, Tcl_Obj *const objv[],
    int *rawPtr)
{
    static const char *const options[] = {"-bytes", "--", NULL};

    *rawPtr = 0;
    while (*iPtr < objc && Tcl_GetString(objv[*iPtr])[0] == '-') {
        int option;

        if (Tcl_GetIndexFromObj(interp, objv[*iPtr], options, "option",
                TCL_EXACT, &option) != TCL_OK) {
            return TCL_ERROR;
        }
        ++*iPtr;
        if (option == 1) {
            break;
        }
        if (*iPtr == objc) {
            Tcl_SetObjResult(interp, Tcl_NewStringObj(
                    "missing value for -bytes", -1));
            Tcl_SetErrorCode(interp, "TCL", "WRONGARGS", NULL);
            return TCL_ERROR;
        }
        if (Tcl_GetBooleanFromObj(interp, objv[*iPtr], rawPtr) != TCL_OK) {
            return TCL_ERROR;
        }
        ++*iPtr;
    }
    return TCL_OK;
}

/*
 * GetOnePath --
 *
 *      The options and the path that a command begins with, and at most
 *      `most' words after it (-1: any number).
 *
 * Side effects:
 *      *iPtr becomes the first word after the path.
 */

static int
GetOnePath(Tcl_Interp *interp, int *iPtr, int objc, Tcl_Obj *const objv[],
    int *rawPtr, const char *usage, int skip, int most, DtsmTcl_Path *pathPtr)
{
    if (GetRaw(interp, iPtr, objc, objv, rawPtr) != TCL_OK) {
        return TCL_ERROR;
    }
    if (*iPtr >= objc || (most >= 0 && objc - *iPtr - 1 > most)) {
        return Usage(interp, skip, objv, usage);
    }
    return DtsmTcl_GetPath(interp, objv[(*iPtr)++], *rawPtr, pathPtr);
}

/*
 * InsertEntries --
 *
 *      Store the rules among entries together, then the verdicts one by one:
 *      those of one call rest on its rules.
 */

static int
InsertEntries(DtsmTcl_Map *mapPtr, Tcl_Interp *interp,
    const Dtsm_Entry *entries, size_t count, Tcl_Obj *const words[])
{
    Dtsm_Entry *rules = DtsmTcl_Alloc(count * sizeof *rules + 1);
    size_t i, ruleCount = 0;
    int status;

    for (i = 0; i < count; i++) {
        if (entries[i].flags & DTSM_PREFIX) {
            rules[ruleCount++] = entries[i];
        }
    }
    status = Dtsm_InsertRules(mapPtr->map, rules, ruleCount);
    DtsmTcl_Free(rules);
    for (i = 0; i < count && status == DTSM_OK; i++) {
        if ((entries[i].flags & DTSM_PREFIX) == 0) {
            status = Dtsm_Insert(mapPtr->map, entries[i].path,
                    entries[i].pathLen, entries[i].flags);
        }
    }
    return DtsmTcl_Status(interp, status, mapPtr,
            i > 0 ? Tcl_GetString(words[2 * (i - 1)]) : NULL);
}

/*
 * InsertMethod --
 *
 *      $map insert ?-bytes bool? ?--? path flags ?path flags ...?
 */

static int
InsertMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    int i = skip, raw, result = TCL_OK;
    size_t count, got = 0, k;
    Dtsm_Entry *entries;
    DtsmTcl_Path *paths;

    if (GetRaw(interp, &i, objc, objv, &raw) != TCL_OK) {
        return TCL_ERROR;
    }
    if (objc - i < 2 || (objc - i) % 2 != 0) {
        return Usage(interp, skip, objv,
                "?-bytes bool? ?--? path flags ?path flags ...?");
    }
    if (mapPtr->readOnly) {
        return DtsmTcl_Status(interp, DTSM_READONLY, mapPtr, NULL);
    }
    count = (size_t) (objc - i) / 2;
    entries = DtsmTcl_Alloc(count * sizeof *entries);
    paths = DtsmTcl_Alloc(count * sizeof *paths);
    for (k = 0; k < count && result == TCL_OK; k++) {
        result = DtsmTcl_GetFlags(interp, objv[i + 2 * (int) k + 1],
                &entries[k].flags);
        if (result == TCL_OK) {
            result = DtsmTcl_GetPath(interp, objv[i + 2 * (int) k], raw,
                    &paths[k]);
            if (result == TCL_OK) {
                got++;
            }
        }
    }
    for (k = 0; k < got && result == TCL_OK; k++) {
        unsigned known;

        entries[k].path = paths[k].bytes;
        entries[k].pathLen = paths[k].len;
        if (Dtsm_Search(mapPtr->map, paths[k].bytes, paths[k].len, &known)
                == DTSM_INVALID) {
            result = DtsmTcl_Status(interp, DTSM_INVALID, mapPtr, NULL);
        }
    }
    if (result == TCL_OK) {
        result = InsertEntries(mapPtr, interp, entries, count, objv + i);
    }
    for (k = 0; k < got; k++) {
        DtsmTcl_FreePath(&paths[k]);
    }
    DtsmTcl_Free(entries);
    DtsmTcl_Free(paths);
    return result;
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

    if (GetOnePath(interp, &i, objc, objv, &raw,
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

    if (GetOnePath(interp, &i, objc, objv, &raw, "?-bytes bool? ?--? path",
            skip, 0, &path) != TCL_OK) {
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
    DtsmTcl_Fold(&path);
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
 * MarkMethod --
 *
 *      $map mark ?-bytes bool? ?--? path ?+flag|-flag ...?
 */

static int
MarkMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_Path path;
    unsigned set = 0, clear = 0;
    int i = skip, raw, status;

    if (GetOnePath(interp, &i, objc, objv, &raw,
            "?-bytes bool? ?--? path ?+flag|-flag ...?", skip, -1, &path)
            != TCL_OK) {
        return TCL_ERROR;
    }
    for (; i < objc; i++) {
        const char *word = Tcl_GetString(objv[i]);
        unsigned bit;

        if (*word != '+' && *word != '-') {
            DtsmTcl_Fail(interp, "BADFLAG", word, Tcl_ObjPrintf(
                    "bad change \"%s\": must be +flag to set a flag"
                    " or -flag to clear it", word));
            goto failed;
        }
        if (DtsmTcl_GetFlag(interp, word + 1, objv[i], &bit) != TCL_OK) {
            goto failed;
        }
        if (bit == DTSM_PREFIX) {
            DtsmTcl_Fail(interp, "INVALID FLAGS", NULL, Tcl_NewStringObj(
                    "mark cannot change prefix: it is what makes a rule;"
                    " use insert or remove", -1));
            goto failed;
        }
        set = *word == '+' ? set | bit : set & ~bit;
        clear = *word == '-' ? clear | bit : clear & ~bit;
    }
    status = Dtsm_Mark(mapPtr->map, path.bytes, path.len, set, clear);
    if (status == DTSM_INVALID) {
        unsigned known;

        if (Dtsm_Search(mapPtr->map, path.bytes, path.len, &known)
                != DTSM_INVALID) {
            DtsmTcl_Fail(interp, "INVALID FLAGS", NULL, Tcl_NewStringObj(
                    "mark would clear the last flag:"
                    " use forget to drop a verdict", -1));
            goto failed;
        }
    }
    DtsmTcl_FreePath(&path);
    if (status != DTSM_OK && status != DTSM_NOTFOUND) {
        return DtsmTcl_Status(interp, status, mapPtr, NULL);
    }
    Tcl_SetObjResult(interp, Tcl_NewIntObj(status == DTSM_OK));
    return TCL_OK;

failed:
    DtsmTcl_FreePath(&path);
    return TCL_ERROR;
}

/*
 * ForgetMethod --
 *
 *      $map forget ?-bytes bool? ?--? path ?-below?
 */

static int
ForgetMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    static const char *const options[] = {"-below", NULL};
    DtsmTcl_Path path;
    int i = skip, raw, below = 0, option, status;

    if (GetOnePath(interp, &i, objc, objv, &raw,
            "?-bytes bool? ?--? path ?-below?", skip, 1, &path) != TCL_OK) {
        return TCL_ERROR;
    }
    if (i < objc) {
        if (Tcl_GetIndexFromObj(interp, objv[i], options, "option",
                TCL_EXACT, &option) != TCL_OK) {
            DtsmTcl_FreePath(&path);
            return TCL_ERROR;
        }
        below = 1;
    }
    status = Dtsm_Forget(mapPtr->map, path.bytes, path.len, below);
    DtsmTcl_FreePath(&path);
    return DtsmTcl_Status(interp, status, mapPtr, NULL);
}

/*
 * RemoveMethod --
 *
 *      $map remove ?-bytes bool? ?--? path
 */

static int
RemoveMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_Path path;
    int i = skip, raw, status;

    if (GetOnePath(interp, &i, objc, objv, &raw, "?-bytes bool? ?--? path",
            skip, 0, &path) != TCL_OK) {
        return TCL_ERROR;
    }
    status = Dtsm_Remove(mapPtr->map, path.bytes, path.len);
    DtsmTcl_FreePath(&path);
    if (status != DTSM_OK && status != DTSM_NOTFOUND) {
        return DtsmTcl_Status(interp, status, mapPtr, NULL);
    }
    Tcl_SetObjResult(interp, Tcl_NewIntObj(status == DTSM_OK));
    return TCL_OK;
}

/*
 * FenceMethod --
 *
 *      $map fence ?bool?
 */

static int
FenceMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    int on, status;

    if (objc > skip + 1) {
        return Usage(interp, skip, objv, "?bool?");
    }
    if (objc > skip) {
        if (Tcl_GetBooleanFromObj(interp, objv[skip], &on) != TCL_OK) {
            return TCL_ERROR;
        }
        status = Dtsm_SetFence(mapPtr->map, on);
        if (status != DTSM_OK) {
            return DtsmTcl_Status(interp, status, mapPtr, NULL);
        }
    }
    Tcl_SetObjResult(interp, Tcl_NewIntObj(Dtsm_Fence(mapPtr->map) != 0));
    return TCL_OK;
}

/*
 * CountOf, CountMethod --
 *
 *      $map count attached|expected|asked|unanswered|unstored ?delta?
 *      $map count -of key ?delta?
 */

static int
CountOf(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, Tcl_Obj *keyPtr,
    Tcl_Obj *deltaPtr)
{
    Tcl_Size len = 0;
    const char *key = (const char *) Tcl_GetByteArrayFromObj(keyPtr, &len);
    int delta, value;

    if (key == NULL) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj("a key is bytes", -1));
        return TCL_ERROR;
    }
    if (deltaPtr == NULL) {
        value = DtsmBalanceNow(mapPtr->map, key, (size_t) len);
    } else if (Tcl_GetIntFromObj(interp, deltaPtr, &delta) != TCL_OK) {
        return TCL_ERROR;
    } else if (mapPtr->readOnly) {
        return DtsmTcl_Status(interp, DTSM_READONLY, mapPtr, NULL);
    } else {
        value = DtsmBalance(mapPtr->map, key, (size_t) len,
                DTSM_ALIAS | DTSM_ALLOW, delta);
    }
    Tcl_SetObjResult(interp, Tcl_NewIntObj(value));
    return TCL_OK;
}

static int
CountMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    static const char *const counters[] = {
        "attached", "expected", "asked", "unanswered", "unstored", NULL
                                    /* as Dtsm_Counter */
    };
    Dtsm_Stats stats;
    int counter, delta;
    uint64_t value;

    if (objc > skip + 1 && objc <= skip + 3
            && strcmp(Tcl_GetString(objv[skip]), "-of") == 0) {
        return CountOf(mapPtr, interp, objv[skip + 1],
                objc > skip + 2 ? objv[skip + 2] : NULL);
    }
    if (objc <= skip || objc > skip + 2) {
        return Usage(interp, skip, objv,
                "attached|expected|asked|unanswered|unstored ?delta?");
    }
    if (Tcl_GetIndexFromObj(interp, objv[skip], counters, "counter",
            TCL_EXACT, &counter) != TCL_OK) {
        return TCL_ERROR;
    }
    if (objc == skip + 2) {
        if (Tcl_GetIntFromObj(interp, objv[skip + 1], &delta) != TCL_OK) {
            return TCL_ERROR;
        }
        if (mapPtr->readOnly) {
            return DtsmTcl_Status(interp, DTSM_READONLY, mapPtr, NULL);
        }
        value = Dtsm_Count(mapPtr->map, (Dtsm_Counter) counter, delta);
    } else {
        Dtsm_Stat(mapPtr->map, &stats);
        value = stats.counters[counter];
    }
    Tcl_SetObjResult(interp, Tcl_NewWideIntObj((Tcl_WideInt) value));
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
        return Usage(interp, skip, objv, NULL);
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
        return Usage(interp, skip, objv, NULL);
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
        return Usage(interp, skip, objv, NULL);
    }
    DtsmTcl_Close(mapPtr);
    return TCL_OK;
}

static int
DestroyMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    if (objc != skip) {
        return Usage(interp, skip, objv, NULL);
    }
    if (DeleteFile(interp, mapPtr) != TCL_OK) {
        return TCL_ERROR;
    }
    DtsmTcl_Close(mapPtr);
    return TCL_OK;
}
