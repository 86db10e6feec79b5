/*
 * tclDtsmWait.h --
 *
 *      The end of the child in the foreground (tclDtsmSignal.h).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_WAIT_H
#define TCL_DTSM_WAIT_H

#include <sys/types.h>

#include "tclDtsmPort.h"

/*
 * DtsmTcl_Reap --  Wait for the child, which is forgotten then (P1).  Its
 *                  status, as waitpid(2) has it.
 *
 * DtsmTcl_Await -- The same, but first serve events until it has ended.  The
 *                  event loop takes a thread of Tcl's and, as that ends, a
 *                  library, so the caller may have none to serve.
 *
 *                  serve    1: serve events.
 *
 *                  Returns 0, or an errno.
 */

int DtsmTcl_Reap(pid_t child);
int DtsmTcl_Await(pid_t child, int serve, int *statusPtr);

#endif /* TCL_DTSM_WAIT_H */
