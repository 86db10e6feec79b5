/*
 * tclDtsmSignal.h --
 *
 *      Signals that are held for the child in the foreground.  State of the
 *      whole process: one holder and one child at a time, whatever the number
 *      of interpreters.
 *
 * P1  The signals are blocked from before the child is made until its id is
 *     noted, and from before it is reaped until its id is forgotten.  So the
 *     handler never misses the child and never signals an id that is reused.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_SIGNAL_H
#define TCL_DTSM_SIGNAL_H

#include <signal.h>
#include <sys/types.h>

#include "tclDtsmPort.h"

/*
 * DtsmTcl_HoldSignals, DtsmTcl_ReleaseSignals, DtsmTcl_CaughtSignals --
 *                          dtsm::process hold, release and caught.
 * DtsmTcl_MayStart --      TCL_OK when there is no child and no signal came
 *                          since hold; else TCL_ERROR with a message.
 * DtsmTcl_BlockSignals --  P1; the former mask goes to oldPtr.
 * DtsmTcl_FreeSignals --   In a child: the signals mean what they meant before
 *                          hold.  Async-signal-safe.
 * DtsmTcl_NoteChild --     P1; 0: none.
 * DtsmTcl_GetChild --      The child's id, or 0.
 */

int DtsmTcl_HoldSignals(Tcl_Interp *interp);
void DtsmTcl_ReleaseSignals(void);
void DtsmTcl_CaughtSignals(Tcl_Interp *interp);
int DtsmTcl_MayStart(Tcl_Interp *interp);
void DtsmTcl_BlockSignals(sigset_t *oldPtr);
void DtsmTcl_FreeSignals(void);
void DtsmTcl_NoteChild(pid_t child);
pid_t DtsmTcl_GetChild(void);

#endif /* TCL_DTSM_SIGNAL_H */
