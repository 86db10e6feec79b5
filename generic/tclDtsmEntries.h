/*
 * tclDtsmEntries.h --
 *
 *      Which entries of a map a command is asked for, and those entries,
 *      sorted, each path once.
 *
 * A path can have a rule and a verdict.  It is given once, with the flags
 * that a search for just this path answers: those of the verdict if that
 * counts, else of the rule, else (with -void) of the void verdict.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_ENTRIES_H
#define TCL_DTSM_ENTRIES_H

#include "tclDtsmPath.h"
#include "tclDtsmState.h"

/*
 * What the options of names, get, json, total and foreach say.
 */

typedef struct DtsmTcl_Choice {
    unsigned need;              /* flags that must all be there */
    unsigned any;               /* one of these must be; 0: no matter */
    unsigned without;           /* none of these may be */
    int rules, verdicts, voids; /* which kinds are wanted */
    int raw;
    DtsmTcl_Path under;          /* at and below this, if hasUnder */
    int hasUnder;
    DtsmTcl_Path *outside;       /* but not at and below these */
    size_t outsideCount;
    const char *glob;           /* NULL: all */
    size_t headLen;             /* of glob's bytes before its first special */
    int countOnly;              /* nobody will look at the entries */
} DtsmTcl_Choice;

typedef struct DtsmTcl_Entry {
    const char *path;           /* in the map */
    uint64_t key;               /* for the sort */
    unsigned len;
    unsigned flags;             /* as Dtsm_Walk gives them */
} DtsmTcl_Entry;

typedef struct DtsmTcl_Entries {
    DtsmTcl_Entry *items;        /* NULL where only the count is wanted */
    size_t count, room;
    int noCase;                 /* the map folds case */
} DtsmTcl_Entries;

/*
 * DtsmTcl_ReadChoice --
 *
 *      Read the leading options of a command.
 *
 * Results:
 *      TCL_OK, or TCL_ERROR with a message.  Either way the caller calls
 *      DtsmTcl_FreeChoice.
 *
 * Side effects:
 *      *iPtr becomes the first word after them.
 */

int DtsmTcl_ReadChoice(Tcl_Interp *interp, int *iPtr, int objc,
        Tcl_Obj *const objv[], DtsmTcl_Choice *choice);
void DtsmTcl_FreeChoice(DtsmTcl_Choice *choice);

/*
 * DtsmTcl_SetGlob --
 *
 *      Only paths that match glob; borrowed.
 */

void DtsmTcl_SetGlob(DtsmTcl_Choice *choice, const char *glob);

/*
 * DtsmTcl_GetEntries --
 *
 *      Walk once, and choose and sort for each of several choices.  Matches
 *      of a glob's head are in; the rest of it is the caller's to match.
 *
 * Results:
 *      TCL_OK, or TCL_ERROR with a message.  Either way the caller calls
 *      DtsmTcl_FreeEntries for all; the paths are valid until the map is
 *      closed.
 */

int DtsmTcl_GetEntries(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, size_t count,
        const DtsmTcl_Choice *choices, DtsmTcl_Entries *entries);
void DtsmTcl_FreeEntries(DtsmTcl_Entries *entries);

#endif /* TCL_DTSM_ENTRIES_H */
