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

#include "tclDtsmChoice.h"
#include "tclDtsmState.h"

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
