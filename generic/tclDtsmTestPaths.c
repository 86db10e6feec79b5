/*
 * tclDtsmTestPaths.c --
 *
 *      dtsm::test: what is stored at a path.
 *
 *      dtsm::test::insert handle path flags            status
 *      dtsm::test::insertRules handle {path flags ...} status
 *      dtsm::test::search handle path                  {status flags}
 *      dtsm::test::match handle path                   {status flags rule}
 *      dtsm::test::look handle path                    {status flags token}
 *      dtsm::test::insertLooked handle path flags token        status
 *      dtsm::test::mark handle path set clear          status
 *      dtsm::test::forget handle path below            status
 *      dtsm::test::remove handle path                  status
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmTest.h"

#include <stdlib.h>
#include <string.h>

static int
InsertCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned flags;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 4, "handle path flags") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || DtsmTest_GetUnsigned(interp, objv[3], &flags) != TCL_OK) {
        return TCL_ERROR;
    }
    path = DtsmTest_GetBytes(objv[2], &len);
    return DtsmTest_ReturnInt(interp, Dtsm_Insert(map, path, len, flags));
}

static int
InsertRulesCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    Dtsm_Entry *entries;
    Tcl_Obj **words;
    Tcl_Size count, i;
    int status;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 3, "handle entries") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || Tcl_ListObjGetElements(interp, objv[2], &count, &words)
            != TCL_OK) {
        return TCL_ERROR;
    }
    entries = calloc((size_t) count / 2 + 1, sizeof *entries);
    for (i = 0; entries != NULL && i + 1 < count; i += 2) {
        Dtsm_Entry *entry = &entries[i / 2];

        entry->path = DtsmTest_GetBytes(words[i], &entry->pathLen);
        if (DtsmTest_GetUnsigned(interp, words[i + 1], &entry->flags)
                != TCL_OK) {
            free(entries);
            return TCL_ERROR;
        }
    }
    status = Dtsm_InsertRules(map, entries, (size_t) count / 2);
    free(entries);
    return DtsmTest_ReturnInt(interp, status);
}

static int
SearchCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned flags = 0xdead;
    int status;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 3, "handle path") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    path = DtsmTest_GetBytes(objv[2], &len);
    status = Dtsm_Search(map, path, len, &flags);
    return DtsmTest_ReturnFound(interp, status, flags, NULL);
}

static int
MatchCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path, *rule = NULL;
    size_t len, ruleLen = 0;
    unsigned flags = 0;
    int status;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 3, "handle path") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    path = DtsmTest_GetBytes(objv[2], &len);
    status = Dtsm_Match(map, path, len, &flags, &rule, &ruleLen);
    return DtsmTest_ReturnFound(interp, status, flags, status == DTSM_OK
            ? DtsmTest_NewBytes(rule, ruleLen) : Tcl_NewObj());
}

static int
LookCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Token token = {0, 0, 0};
    Tcl_Obj *words[3];
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned flags = 0;
    int status;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 3, "handle path") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    path = DtsmTest_GetBytes(objv[2], &len);
    status = Dtsm_Look(map, path, len, &flags, &token);
    words[0] = Tcl_NewWideIntObj((Tcl_WideInt) token.record);
    words[1] = Tcl_NewWideIntObj((Tcl_WideInt) token.word);
    words[2] = Tcl_NewWideIntObj((Tcl_WideInt) token.policy);
    return DtsmTest_ReturnFound(interp, status, flags,
            Tcl_NewListObj(3, words));
}

static int
InsertLookedCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    Dtsm_Token token;
    Tcl_WideInt wide[3];
    Tcl_Obj *wordObj;
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned flags;
    int i;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 5, "handle path flags token")
            != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || DtsmTest_GetUnsigned(interp, objv[3], &flags) != TCL_OK) {
        return TCL_ERROR;
    }
    for (i = 0; i < 3; i++) {
        if (Tcl_ListObjIndex(interp, objv[4], i, &wordObj) != TCL_OK
                || wordObj == NULL || Tcl_GetWideIntFromObj(interp, wordObj,
                &wide[i]) != TCL_OK) {
            return TCL_ERROR;
        }
    }
    token.record = (uint64_t) wide[0];
    token.word = (uint64_t) wide[1];
    token.policy = (uint64_t) wide[2];
    path = DtsmTest_GetBytes(objv[2], &len);
    return DtsmTest_ReturnInt(interp, Dtsm_InsertLooked(map, path, len, flags,
            &token));
}

static int
MarkCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned set, clear;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 5, "handle path set clear")
            != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || DtsmTest_GetUnsigned(interp, objv[3], &set) != TCL_OK
            || DtsmTest_GetUnsigned(interp, objv[4], &clear) != TCL_OK) {
        return TCL_ERROR;
    }
    path = DtsmTest_GetBytes(objv[2], &len);
    return DtsmTest_ReturnInt(interp, Dtsm_Mark(map, path, len, set, clear));
}

static int
ForgetCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;
    int below;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 4, "handle path below") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || Tcl_GetIntFromObj(interp, objv[3], &below) != TCL_OK) {
        return TCL_ERROR;
    }
    path = DtsmTest_GetBytes(objv[2], &len);
    return DtsmTest_ReturnInt(interp, Dtsm_Forget(map, path, len, below));
}

static int
RemoveCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 3, "handle path") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    path = DtsmTest_GetBytes(objv[2], &len);
    return DtsmTest_ReturnInt(interp, Dtsm_Remove(map, path, len));
}

const DtsmTestCommand dtsmTestPaths[] = {
    {"insert", InsertCmd}, {"insertRules", InsertRulesCmd},
    {"search", SearchCmd}, {"match", MatchCmd}, {"look", LookCmd},
    {"insertLooked", InsertLookedCmd}, {"mark", MarkCmd}, {"forget", ForgetCmd},
    {"remove", RemoveCmd},
    {NULL, NULL}
};
