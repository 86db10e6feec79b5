/*
 * tclDtsmStats.c --
 *
 *      A map's commands that tell of it as a whole: count, stats, check.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "dtsmInt.h"
#include "tclDtsmError.h"
#include "tclDtsmRead.h"
#include "tclDtsmStats.h"
#include "tclDtsmValue.h"

/*
 * CountOf, DtsmTcl_CountMethod --
 *
 *      $map count attached|expected|asked|unanswered|unstored|unrecorded
 *          ?delta?
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

int
DtsmTcl_CountMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    static const char *const counters[] = {
        "attached", "expected", "asked", "unanswered", "unstored",
        "unrecorded", NULL          /* as Dtsm_Counter */
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
        return DtsmTcl_Usage(interp, skip, objv,
                "attached|expected|asked|unanswered|unstored|unrecorded"
                " ?delta?");
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

static int
CountItem(void *data, const Dtsm_Entry *entry)
{
    if ((entry->flags & (DTSM_PREFIX | DTSM_VOID)) == 0
            && (entry->flags & DTSM_FLAGS) != 0) {
        ++*(Tcl_WideInt *) data;
    }
    return 0;
}

/*
 * DtsmTcl_StatsMethod --
 *
 *      $map stats
 */

int
DtsmTcl_StatsMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    Dtsm_Stats stats;
    Tcl_WideInt verdicts = 0;
    Tcl_Obj *dictPtr;
    size_t i;
    int status;

    if (objc != skip) {
        Tcl_WrongNumArgs(interp, skip, objv, NULL);
        return TCL_ERROR;
    }
    Dtsm_Stat(mapPtr->map, &stats);
    status = Dtsm_Walk(mapPtr->map, NULL, 0, CountItem, &verdicts);
    if (status != DTSM_OK) {
        return DtsmTcl_Status(interp, status, mapPtr, NULL);
    }
    {
        const struct {
            const char *key;
            uint64_t value;
        } rows[] = {
            {"used", stats.usedBytes},
            {"ready", stats.readyBytes},
            {"window", stats.windowBytes},
            {"rules", stats.rules},
            {"verdicts", (uint64_t) verdicts},
            {"version", stats.policyVersion},
            {"spent", (uint64_t) (stats.policySpent != 0)},
            {"rootBits", stats.rootBits},
            {"fence", (uint64_t) (stats.fence != 0)},
            {"nocase", (uint64_t) (stats.noCase != 0)},
            {"processes", stats.processes},
            {"accessRoom", stats.accessRoom},
            {"attached", stats.counters[DTSM_COUNT_ATTACHED]},
            {"expected", stats.counters[DTSM_COUNT_EXPECTED]},
            {"asked", stats.counters[DTSM_COUNT_ASKED]},
            {"unanswered", stats.counters[DTSM_COUNT_UNANSWERED]},
            {"unstored", stats.counters[DTSM_COUNT_UNSTORED]},
            {"unrecorded", stats.counters[DTSM_COUNT_UNRECORDED]}
        };

        dictPtr = Tcl_NewDictObj();
        for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            DtsmTcl_Put(dictPtr, rows[i].key,
                    Tcl_NewWideIntObj((Tcl_WideInt) rows[i].value));
        }
    }
    Tcl_SetObjResult(interp, dictPtr);
    return TCL_OK;
}

static void
AddFlaw(void *data, const char *flaw, uint64_t offset)
{
    Tcl_Obj *words[2];

    words[0] = Tcl_NewStringObj(flaw, -1);
    words[1] = Tcl_NewWideIntObj((Tcl_WideInt) offset);
    Tcl_ListObjAppendElement(NULL, data, Tcl_NewListObj(2, words));
}

/*
 * DtsmTcl_CheckMethod --
 *
 *      $map check
 *
 * Results:
 *      A list of flaws, each {sentence offset}; empty for a sound map.
 */

int
DtsmTcl_CheckMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    Tcl_Obj *listPtr;
    Tcl_Size length;
    int status;

    if (objc != skip) {
        Tcl_WrongNumArgs(interp, skip, objv, NULL);
        return TCL_ERROR;
    }
    listPtr = Tcl_NewListObj(0, NULL);
    status = Dtsm_Check(mapPtr->map, AddFlaw, listPtr);
    if (status == DTSM_SYSTEM) {
        Tcl_DecrRefCount(listPtr);
        return DtsmTcl_Status(interp, status, mapPtr, NULL);
    }
    if (status != DTSM_OK) {
        Tcl_ListObjLength(NULL, listPtr, &length);
        if (length == 0) {
            AddFlaw(listPtr, "the map is broken", 0);
        }
    }
    Tcl_SetObjResult(interp, listPtr);
    return TCL_OK;
}
