/*
 * tclDtsmVerb.h --
 *
 *      Subcommands: their names, and how many words each takes.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_VERB_H
#define TCL_DTSM_VERB_H

#include "tclDtsmPort.h"

/*
 * A subcommand.  A table ends with a row whose name is NULL.
 */

typedef struct DtsmTcl_Verb {
    const char *name;
    int least, most;            /* words, with those of the command */
    const char *usage;          /* of its arguments; NULL: none */
} DtsmTcl_Verb;

/*
 * DtsmTcl_GetVerb --
 *
 *      Which subcommand objv[1] names, with as many words as it takes.
 *
 * Arguments:
 *      verbs    A static table.
 *      usage    What follows the command's name.
 *
 * Returns:
 *      TCL_OK with the row's number, or TCL_ERROR with a message.
 */

int DtsmTcl_GetVerb(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[],
        const DtsmTcl_Verb *verbs, const char *usage, int *verbPtr);

#endif /* TCL_DTSM_VERB_H */
