/*
 * tclDtsmTestFlags.c --
 *
 *      dtsm::test: the judge's algebra of flags (judgeFlags.h).  Flags and how
 *      a call touches a path are lists of words, in the order of their bits.
 *
 *      dtsm::test::hit flags how fence isAlias     none|allow|deny|follow
 *      dtsm::test::weigh ruling type leads how     found
 *      dtsm::test::merge found before fence        flags
 *      dtsm::test::mergeAlias found before how fence       flags
 *      dtsm::test::verdict flags                   flags
 *
 *      where found is {deny flags saw}, type one of other, dir, link, missing
 *      and unknown, and leads one of other, denied and allowed.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmTest.h"

#include "judgeFlags.h"

typedef struct Word {
    const char *name;
    unsigned bit;
} Word;

static const Word words[] = {
#define DTSM_ROW(id, text) {text, DTSM_##id},
    DTSM_FLAG_TABLE(DTSM_ROW)
#undef DTSM_ROW
    {"nofollow", TRACE_NOFOLLOW}, {"make", TRACE_MAKE},
    {"change", TRACE_CHANGE}, {"note", TRACE_NOTE}, {NULL, 0}
};

static const Word saws[] = {
    {"link", TRACE_SAW_LINK}, {"dir", TRACE_SAW_DIR},
    {"deny", TRACE_SAW_DENY}, {NULL, 0}
};

static const char *const hits[] = {"none", "allow", "deny", "follow"};
static const char *const types[] = {
    "other", "dir", "link", "missing", "unknown", NULL
};
static const char *const ends[] = {"other", "denied", "allowed", NULL};

static int
GetBits(Tcl_Interp *interp, Tcl_Obj *objPtr, const Word *table,
        unsigned *bitsPtr)
{
    Tcl_Size count, i;
    Tcl_Obj **names;

    *bitsPtr = 0;
    if (Tcl_ListObjGetElements(interp, objPtr, &count, &names) != TCL_OK) {
        return TCL_ERROR;
    }
    for (i = 0; i < count; i++) {
        int at;

        if (Tcl_GetIndexFromObjStruct(interp, names[i], table, sizeof *table,
                "word", TCL_EXACT, &at) != TCL_OK) {
            return TCL_ERROR;
        }
        *bitsPtr |= table[at].bit;
    }
    return TCL_OK;
}

static Tcl_Obj *
NewBits(unsigned bits, const Word *table)
{
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);

    for (; table->name != NULL; table++) {
        if (bits & table->bit) {
            Tcl_ListObjAppendElement(NULL, listPtr,
                    Tcl_NewStringObj(table->name, -1));
            bits &= ~table->bit;
        }
    }
    if (bits != 0) {            /* none that has a name */
        Tcl_ListObjAppendElement(NULL, listPtr, Tcl_ObjPrintf("%#x", bits));
    }
    return listPtr;
}

static int
GetFound(Tcl_Interp *interp, Tcl_Obj *objPtr, DtsmFound *found)
{
    Tcl_Size count;
    Tcl_Obj **parts;

    if (Tcl_ListObjGetElements(interp, objPtr, &count, &parts) != TCL_OK) {
        return TCL_ERROR;
    }
    if (count != 3) {
        Tcl_SetObjResult(interp,
                Tcl_NewStringObj("must be {deny flags saw}", -1));
        return TCL_ERROR;
    }
    return Tcl_GetBooleanFromObj(interp, parts[0], &found->deny) != TCL_OK
            || GetBits(interp, parts[1], words, &found->flags) != TCL_OK
            ? TCL_ERROR : GetBits(interp, parts[2], saws, &found->saw);
}

static int
HitCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    unsigned flags, how;
    int fence, isAlias, hit;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 5, "flags how fence isAlias")
            != TCL_OK
            || GetBits(interp, objv[1], words, &flags) != TCL_OK
            || GetBits(interp, objv[2], words, &how) != TCL_OK
            || Tcl_GetBooleanFromObj(interp, objv[3], &fence) != TCL_OK
            || Tcl_GetBooleanFromObj(interp, objv[4], &isAlias) != TCL_OK) {
        return TCL_ERROR;
    }
    hit = DtsmFlagsHit(flags, how, fence, isAlias);
    Tcl_SetObjResult(interp, Tcl_NewStringObj(hits[hit], -1));
    return TCL_OK;
}

static int
WeighCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    unsigned ruling, how;
    int type, leads;
    DtsmFound found;
    Tcl_Obj *parts[3];

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 5, "ruling type leads how")
            != TCL_OK
            || GetBits(interp, objv[1], words, &ruling) != TCL_OK
            || Tcl_GetIndexFromObj(interp, objv[2], types, "type", TCL_EXACT,
                    &type) != TCL_OK
            || Tcl_GetIndexFromObj(interp, objv[3], ends, "end", TCL_EXACT,
                    &leads) != TCL_OK
            || GetBits(interp, objv[4], words, &how) != TCL_OK) {
        return TCL_ERROR;
    }
    DtsmFlagsWeigh(ruling, type, leads, how, &found);
    parts[0] = Tcl_NewIntObj(found.deny);
    parts[1] = NewBits(found.flags, words);
    parts[2] = NewBits(found.saw, saws);
    Tcl_SetObjResult(interp, Tcl_NewListObj(3, parts));
    return TCL_OK;
}

static int
MergeCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    DtsmFound found;
    unsigned before;
    int fence;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 4, "found before fence")
            != TCL_OK
            || GetFound(interp, objv[1], &found) != TCL_OK
            || GetBits(interp, objv[2], words, &before) != TCL_OK
            || Tcl_GetBooleanFromObj(interp, objv[3], &fence) != TCL_OK) {
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp,
            NewBits(DtsmFlagsMerge(&found, before, fence), words));
    return TCL_OK;
}

static int
MergeAliasCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    DtsmFound found;
    unsigned before, how;
    int fence;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 5, "found before how fence")
            != TCL_OK
            || GetFound(interp, objv[1], &found) != TCL_OK
            || GetBits(interp, objv[2], words, &before) != TCL_OK
            || GetBits(interp, objv[3], words, &how) != TCL_OK
            || Tcl_GetBooleanFromObj(interp, objv[4], &fence) != TCL_OK) {
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp,
            NewBits(DtsmFlagsMergeAlias(&found, before, how, fence), words));
    return TCL_OK;
}

static int
VerdictCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    unsigned flags;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 2, "flags") != TCL_OK
            || GetBits(interp, objv[1], words, &flags) != TCL_OK) {
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp, NewBits(DtsmFlagsVerdict(flags), words));
    return TCL_OK;
}

const DtsmTestCommand dtsmTestFlags[] = {
    {"hit", HitCmd}, {"weigh", WeighCmd}, {"merge", MergeCmd},
    {"mergeAlias", MergeAliasCmd}, {"verdict", VerdictCmd}, {NULL, NULL}
};
