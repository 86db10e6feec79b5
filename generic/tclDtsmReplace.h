/*
 * tclDtsmReplace.h --
 *
 *      The command dtsm::replace: files that are replaced as a whole.
 *
 *      dtsm::replace begin file
 *              Open a file to be replaced as a whole: a list, whose first
 *              word is the channel to write to, and whose last is new; or
 *              file or stream for what is written itself: what cannot be
 *              replaced, and what is no regular file.  Symlinks are followed.
 *      dtsm::replace commit begun
 *      dtsm::replace abort begun
 *              Close the channel of such a list: what was written takes the
 *              file's place, with its mode and owner; or is gone.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_REPLACE_H
#define TCL_DTSM_REPLACE_H

#include "tclDtsmPort.h"

int DtsmTcl_ReplaceCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_REPLACE_H */
