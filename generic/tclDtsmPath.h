/*
 * tclDtsmPath.h --
 *
 *      Paths between Tcl's characters and the core's bytes.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_PATH_H
#define TCL_DTSM_PATH_H

#include <stddef.h>

#include "tclDtsmPort.h"

/*
 * A path as the core takes it.  It must live until DtsmTcl_FreePath.
 */

typedef struct DtsmTcl_Path {
    const char *bytes;
    size_t len;
    Tcl_DString space;
} DtsmTcl_Path;

/*
 * DtsmTcl_GetPath --   The bytes of objPtr: in the system encoding, or as they
 *                      are when raw.  TCL_ERROR with a message (if interp is
 *                      given) for what is empty, too long, holds NUL, or that
 *                      the encoding cannot express.  After TCL_OK the caller
 *                      calls DtsmTcl_FreePath.
 * DtsmTcl_Fold --      Fold repeated and trailing slashes, as the map does.
 * DtsmTcl_FoldCase --  Fold letters too, as a map does that folds case.
 * DtsmTcl_SameBytes -- Whether len bytes of a map's path are the same, but for
 *                      letters where the map folds case.
 * DtsmTcl_NewPath --   A new object for len bytes, a byte array when raw; NULL
 *                      with a message when the encoding cannot express them.
 */

int DtsmTcl_GetPath(Tcl_Interp *interp, Tcl_Obj *objPtr, int raw,
        DtsmTcl_Path *pathPtr);
void DtsmTcl_FreePath(DtsmTcl_Path *pathPtr);
void DtsmTcl_Fold(DtsmTcl_Path *pathPtr);
void DtsmTcl_FoldCase(DtsmTcl_Path *pathPtr);
int DtsmTcl_SameBytes(const char *path, const char *other, size_t len,
        int noCase);
Tcl_Obj *DtsmTcl_NewPath(Tcl_Interp *interp, const char *bytes, size_t len,
        int raw);

#endif /* TCL_DTSM_PATH_H */
