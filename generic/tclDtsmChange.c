/*
 * tclDtsmChange.c --
 *
 *      A map's commands that change it: insert, mark, forget, remove, fence.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmChange.h"
#include "tclDtsmError.h"
#include "tclDtsmFlags.h"
#include "tclDtsmMemory.h"
#include "tclDtsmPath.h"
#include "tclDtsmRead.h"

/*
 * InsertEntries --
 *
 *      Store the rules among entries together, then the verdicts one by one:
 *      those of one call rest on its rules.  *newCountPtr becomes how many
 *      were new.
 */

static int
InsertEntries(DtsmTcl_Map *mapPtr, Tcl_Interp *interp,
    const Dtsm_Entry *entries, size_t count, Tcl_Obj *const words[],
    size_t *newCountPtr)
{
    Dtsm_Entry *rules = DtsmTcl_Alloc(count * sizeof *rules + 1);
    size_t i, ruleCount = 0;
    int isNew;
    int status;

    for (i = 0; i < count; i++) {
        if (entries[i].flags & DTSM_PREFIX) {
            rules[ruleCount++] = entries[i];
        }
    }
    status = Dtsm_InsertNewRules(mapPtr->map, rules, ruleCount, newCountPtr);
    DtsmTcl_Free(rules);
    for (i = 0; i < count && status == DTSM_OK; i++) {
        if ((entries[i].flags & DTSM_PREFIX) == 0) {
            status = Dtsm_InsertNew(mapPtr->map, entries[i].path,
                    entries[i].pathLen, entries[i].flags, &isNew);
            *newCountPtr += (size_t) isNew;
        }
    }
    return DtsmTcl_Status(interp, status, mapPtr,
            i > 0 ? Tcl_GetString(words[2 * (i - 1)]) : NULL);
}

/*
 * DtsmTcl_InsertMethod --
 *
 *      $map insert ?-bytes bool? ?-new bool? ?--? path flags
 *              ?path flags ...?
 */

int
DtsmTcl_InsertMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    static const char *const options[] = {"-bytes", "-new", "--", NULL};
    int i = skip, values[2], raw, result = TCL_OK;
    size_t count, newCount = 0, got = 0, k;
    Dtsm_Entry *entries;
    DtsmTcl_Path *paths;

    if (DtsmTcl_GetBooleans(interp, &i, objc, objv, options, values)
            != TCL_OK) {
        return TCL_ERROR;
    }
    raw = values[0];
    if (objc - i < 2 || (objc - i) % 2 != 0) {
        return DtsmTcl_Usage(interp, skip, objv, "?-bytes bool? ?-new bool?"
                " ?--? path flags ?path flags ...?");
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
        result = InsertEntries(mapPtr, interp, entries, count, objv + i,
                &newCount);
    }
    if (result == TCL_OK && values[1]) {
        Tcl_SetObjResult(interp, Tcl_NewWideIntObj((Tcl_WideInt) newCount));
    }
    for (k = 0; k < got; k++) {
        DtsmTcl_FreePath(&paths[k]);
    }
    DtsmTcl_Free(entries);
    DtsmTcl_Free(paths);
    return result;
}

/*
 * DtsmTcl_MarkMethod --
 *
 *      $map mark ?-bytes bool? ?--? path ?+flag|-flag ...?
 */

int
DtsmTcl_MarkMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_Path path;
    unsigned set = 0, clear = 0;
    int i = skip, raw, status;

    if (DtsmTcl_GetOnePath(interp, &i, objc, objv, &raw,
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
 * DtsmTcl_ForgetMethod --
 *
 *      $map forget ?-bytes bool? ?--? path ?-below?
 */

int
DtsmTcl_ForgetMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    static const char *const options[] = {"-below", NULL};
    DtsmTcl_Path path;
    int i = skip, raw, below = 0, option, status;

    if (DtsmTcl_GetOnePath(interp, &i, objc, objv, &raw,
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
 * DtsmTcl_RemoveMethod --
 *
 *      $map remove ?-bytes bool? ?--? path
 */

int
DtsmTcl_RemoveMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    DtsmTcl_Path path;
    int i = skip, raw, status;

    if (DtsmTcl_GetOnePath(interp, &i, objc, objv, &raw,
            "?-bytes bool? ?--? path", skip, 0, &path) != TCL_OK) {
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
 * DtsmTcl_FenceMethod --
 *
 *      $map fence ?bool?
 */

int
DtsmTcl_FenceMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    int on, status;

    if (objc > skip + 1) {
        return DtsmTcl_Usage(interp, skip, objv, "?bool?");
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
