/*
 * tclDtsmError.h --
 *
 *      Messages and error codes of the package's commands.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_ERROR_H
#define TCL_DTSM_ERROR_H

#include "tclDtsmState.h"

/*
 * All return TCL_ERROR, so that a caller can return what they do.
 *
 * DtsmTcl_Fail --      Set a message and the error code {DTSM code detail};
 *                      code may be of several words; detail may be NULL;
 *                      messagePtr is used up.
 * DtsmTcl_Status --    Say what status means for map (or NULL) and the path
 *                      `what' (or NULL); TCL_OK for DTSM_OK.
 * DtsmTcl_Posix --     Say what `error' (an errno) means: doing "file": why.
 * DtsmTcl_Errno --     Say what errno means: what: why.
 */

int DtsmTcl_Fail(Tcl_Interp *interp, const char *code, const char *detail,
        Tcl_Obj *messagePtr);
int DtsmTcl_Status(Tcl_Interp *interp, int status, const DtsmTcl_Map *mapPtr,
        const char *what);
int DtsmTcl_Posix(Tcl_Interp *interp, int error, const char *doing,
        const char *file);
int DtsmTcl_Errno(Tcl_Interp *interp, const char *what);

#endif /* TCL_DTSM_ERROR_H */
