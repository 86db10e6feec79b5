/*
 * tclDtsmChoice.h --
 *
 *      Which entries of a map a command is asked for.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_CHOICE_H
#define TCL_DTSM_CHOICE_H

#include "tclDtsmPath.h"

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

#endif /* TCL_DTSM_CHOICE_H */
