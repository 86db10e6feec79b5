/*
 * tclDtsmWorker.h --
 *
 *      The command dtsm::worker: a process that may hang.
 *
 *      dtsm::worker start argv
 *              Start a process that may hang, with its own process group, no
 *              input, and our standard error as its output.  A list: a
 *              channel from it, one to it, and its id.
 *      dtsm::worker join
 *              In the worker, a list: a channel from us, and one to us.
 *      dtsm::worker end pid ?ms?
 *              Kill it and its group, after so many milliseconds unless it
 *              ends before.  How it ended: exit and a status, or signal and a
 *              number.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_WORKER_H
#define TCL_DTSM_WORKER_H

#include "tclDtsmPort.h"

int DtsmTcl_WorkerCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_WORKER_H */
