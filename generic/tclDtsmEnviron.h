/*
 * tclDtsmEnviron.h --
 *
 *      The environment of a child, and the files that a name means in it.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_ENVIRON_H
#define TCL_DTSM_ENVIRON_H

#include "tclDtsmStrings.h"

/*
 * DtsmTcl_Environ --   Our environment with the dictionary's variables (NULL:
 *                      none) set over it; TCL_OK, or TCL_ERROR with a message
 *                      in interp.  To be freed in both cases.
 * DtsmTcl_PathOf --    What PATH says in it; borrowed.
 * DtsmTcl_Candidates --
 *                      A NULL-terminated array (one block, for ckfree) of the
 *                      files that name may mean along path (NULL: no PATH).
 */

int DtsmTcl_Environ(Tcl_Interp *interp, Tcl_Obj *dictPtr,
        DtsmTcl_Strings *envPtr);
const char *DtsmTcl_PathOf(const DtsmTcl_Strings *envPtr);
char **DtsmTcl_Candidates(const char *name, const char *path);

#endif /* TCL_DTSM_ENVIRON_H */
