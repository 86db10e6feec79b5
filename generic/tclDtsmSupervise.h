/*
 * tclDtsmSupervise.h --
 *
 *      The command dtsm::supervise: the supervisor of this process, which has
 *      one at a time.
 *
 *      dtsm::supervise start map log socket ?ask?
 *              Start the supervisor of a session with these files; the
 *              socket is made; ask is what DTSM_ASK says to programs.  Error
 *              codes: POSIX ENOTSUP ... where the system cannot; DTSM BUSY
 *              when there is one in this process.
 *      dtsm::supervise joined pid
 *              Has this child of ours joined it?
 *      dtsm::supervise stop
 *              End it.  How many calls it had to let pass unseen; -1 when it
 *              had ended by itself.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_SUPERVISE_H
#define TCL_DTSM_SUPERVISE_H

#include "tclDtsmPort.h"

int DtsmTcl_SuperviseCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_SUPERVISE_H */
