/*
 * tclDtsmTestState.c --
 *
 *      dtsm::test: a map as a whole.
 *
 *      dtsm::test::walk handle under ?most?    {status {path flags ...}}
 *      dtsm::test::check handle                {status {flaw offset ...}}
 *      dtsm::test::stat handle                 dictionary
 *      dtsm::test::count handle counter delta          value
 *      dtsm::test::fence handle ?on?                   0|1 or status
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmTest.h"

typedef struct Found {
    Tcl_Obj *listPtr;
    long most;                  /* end the walk after so many; < 0: never */
} Found;

static int
AddFound(void *data, const Dtsm_Entry *entry)
{
    Found *found = data;

    if (found->most == 0) {
        return 77;
    }
    found->most--;
    Tcl_ListObjAppendElement(NULL, found->listPtr,
            DtsmTest_NewBytes(entry->path, entry->pathLen));
    Tcl_ListObjAppendElement(NULL, found->listPtr,
            Tcl_NewWideIntObj((Tcl_WideInt) entry->flags));
    return 0;
}

static int
WalkCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Tcl_Obj *words[2];
    Dtsm_Map *map;
    const char *under;
    Found found;
    size_t len;

    (void) data;
    found.most = -1;
    if (objc == 4 && Tcl_GetLongFromObj(interp, objv[3], &found.most)
            != TCL_OK) {
        return TCL_ERROR;
    }
    if (DtsmTest_Arguments(interp, objc == 4 ? 3 : objc, objv, 3,
            "handle under ?most?") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    under = DtsmTest_GetBytes(objv[2], &len);
    found.listPtr = Tcl_NewListObj(0, NULL);
    words[0] = Tcl_NewIntObj(Dtsm_Walk(map, under, len, AddFound, &found));
    words[1] = found.listPtr;
    Tcl_SetObjResult(interp, Tcl_NewListObj(2, words));
    return TCL_OK;
}

static void
AddFlaw(void *data, const char *flaw, uint64_t offset)
{
    Tcl_ListObjAppendElement(NULL, data, Tcl_NewStringObj(flaw, -1));
    Tcl_ListObjAppendElement(NULL, data,
            Tcl_NewWideIntObj((Tcl_WideInt) offset));
}

static int
CheckCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Tcl_Obj *words[2];
    Dtsm_Map *map;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 2, "handle") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    words[1] = Tcl_NewListObj(0, NULL);
    words[0] = Tcl_NewIntObj(Dtsm_Check(map, AddFlaw, words[1]));
    Tcl_SetObjResult(interp, Tcl_NewListObj(2, words));
    return TCL_OK;
}

static int
StatCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    Dtsm_Stats st;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 2, "handle") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    Dtsm_Stat(map, &st);
    Tcl_SetObjResult(interp, Tcl_ObjPrintf("used %" TCL_LL_MODIFIER
            "d ready %" TCL_LL_MODIFIER "d window %" TCL_LL_MODIFIER
            "d rules %" TCL_LL_MODIFIER "d version %" TCL_LL_MODIFIER
            "d spent %d rootBits %u fence %d",
            (Tcl_WideInt) st.usedBytes, (Tcl_WideInt) st.readyBytes,
            (Tcl_WideInt) st.windowBytes, (Tcl_WideInt) st.rules,
            (Tcl_WideInt) st.policyVersion, st.policySpent, st.rootBits,
            st.fence));
    return TCL_OK;
}

static int
CountCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    int counter, delta;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 4, "handle counter delta")
            != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || Tcl_GetIntFromObj(interp, objv[2], &counter) != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[3], &delta) != TCL_OK) {
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp, Tcl_NewWideIntObj((Tcl_WideInt) Dtsm_Count(map,
            (Dtsm_Counter) counter, delta)));
    return TCL_OK;
}

static int
FenceCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    int on;

    (void) data;
    if (objc == 2) {
        map = DtsmTest_GetMap(interp, objv[1]);
        return map == NULL ? TCL_ERROR
                : DtsmTest_ReturnInt(interp, Dtsm_Fence(map));
    }
    if (DtsmTest_Arguments(interp, objc, objv, 3, "handle ?on?") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || Tcl_GetIntFromObj(interp, objv[2], &on) != TCL_OK) {
        return TCL_ERROR;
    }
    return DtsmTest_ReturnInt(interp, Dtsm_SetFence(map, on));
}

const DtsmTestCommand dtsmTestState[] = {
    {"walk", WalkCmd}, {"check", CheckCmd}, {"stat", StatCmd},
    {"count", CountCmd}, {"fence", FenceCmd},
    {NULL, NULL}
};
