/*
 * tclDtsmProcess.h --
 *
 *      The command dtsm::process: a child in the foreground, and signals.
 *      State of the whole process: one holder and one child at a time.
 *
 *      dtsm::process inherit
 *              For a program of our own, once, before all else: whatever it
 *              was started with, SIGCHLD has its default meaning, no signal
 *              is blocked, a write beyond the limit on files is an error,
 *              the standard descriptors are open, new files are our user's
 *              alone, and Tcl's event loop has descriptors to use.  What
 *              spawn and dtsm::worker start gets what was there before.
 *      dtsm::process hold
 *              From now on HUP, INT, QUIT, TERM, USR1, USR2, ALRM and VTALRM
 *              do not end this process: they are noted, and sent on to the
 *              child while there is one.  A signal that was ignored stays
 *              ignored, here and in the child.
 *      dtsm::process release
 *              Ends that; the signals have their former meaning again.
 *      dtsm::process caught
 *              The names of the signals that came since hold.
 *      dtsm::process spawn argv ?-env dict? ?-cwd directory? ?-file file?
 *                      ?-supervise socket? ?-mapped bool?
 *              Starts argv in our process group and answers its id.  The
 *              program is file, else argv's first word; a name without a
 *              slash is looked up along PATH.  The dictionary's variables
 *              are set over our environment.  With -supervise the program
 *              is put under the supervisor of this socket if that can be;
 *              -mapped says what dtsm::program says of it.  Error codes:
 *              POSIX ...; DTSM INTERRUPTED name when one was caught before.
 *      dtsm::process wait pid ?serve?
 *              Serves events until its end, but with serve 0.  A dictionary:
 *              kind (exit, signal), code (status or signal number), name
 *              (SIGTERM ...; or empty).
 *      dtsm::process byshell
 *              1: what spawn started last was no program, so a shell runs it.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_PROCESS_H
#define TCL_DTSM_PROCESS_H

#include "tclDtsmPort.h"

int DtsmTcl_ProcessCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_PROCESS_H */
