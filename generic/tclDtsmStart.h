/*
 * tclDtsmStart.h --
 *
 *      What dtsm::process spawn is asked for.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_START_H
#define TCL_DTSM_START_H

#include "tclDtsmStrings.h"

/*
 * Where and how a child starts.
 */

typedef struct DtsmTcl_Place {
    char *directory;               /* NULL: here */
    char *socket;               /* of its supervisor, or NULL */
    int mapped;
} DtsmTcl_Place;

/*
 * What spawn is asked for.  Zeroed, then freed with DtsmTcl_FreeStart.
 */

typedef struct DtsmTcl_Start {
    DtsmTcl_Place place;
    char *file;                 /* NULL: argv's first word */
    DtsmTcl_Strings argv, env;
} DtsmTcl_Start;

/*
 * DtsmTcl_ReadStart --     Read spawn's words, from objv[2] on; TCL_OK, or
 *                          TCL_ERROR with a message.  start is zeroed before.
 * DtsmTcl_FreeStart --     Free it; to be called after an error, too.
 */

int DtsmTcl_ReadStart(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[],
        DtsmTcl_Start *start);
void DtsmTcl_FreeStart(DtsmTcl_Start *start);

#endif /* TCL_DTSM_START_H */
