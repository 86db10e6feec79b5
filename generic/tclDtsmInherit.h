/*
 * tclDtsmInherit.h --
 *
 *      What this process was started with, and what of it a child gets.
 *      State of the whole process; for its main thread.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_INHERIT_H
#define TCL_DTSM_INHERIT_H

#include <signal.h>
#include <sys/types.h>

#include "tclDtsmStrings.h"

/*
 * Clients that a listener serves at once: DtsmTcl_Inherit makes room for their
 * descriptors.  The rest waits in the socket's backlog.
 */

#define DTSM_LISTEN_CLIENTS 256

/*
 * DtsmTcl_Inherit --   dtsm::process inherit.
 * DtsmTcl_Bequeath --  For a child between fork and exec: what was inherited
 *                      holds again; without DtsmTcl_Inherit only the mask is
 *                      set.  keep is a close-on-exec descriptor of ours that
 *                      must live until exec; its number from here on is
 *                      returned.  Async-signal-safe.
 * DtsmTcl_CanWatch --  1 if Tcl's event loop takes this descriptor.
 * DtsmTcl_Umask --     The mode mask that was inherited.
 * DtsmTcl_PlaceOf --   Where a descriptor that was inherited is now.
 * DtsmTcl_Words --     dtsm::system words.
 * DtsmTcl_StartEnviron --
 *                      Our environment for a tclsh that loads this library,
 *                      and that is not to act on it; to be freed.
 */

void DtsmTcl_Inherit(void);
int DtsmTcl_Bequeath(const sigset_t *maskPtr, int keep);
int DtsmTcl_CanWatch(int fd);
mode_t DtsmTcl_Umask(void);
int DtsmTcl_PlaceOf(int fd);
void DtsmTcl_Words(Tcl_Interp *interp, int count);
void DtsmTcl_StartEnviron(DtsmTcl_Strings *envPtr);

#endif /* TCL_DTSM_INHERIT_H */
