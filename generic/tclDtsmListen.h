/*
 * tclDtsmListen.h --
 *
 *      dtsm::listen, a server on a Unix socket.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_LISTEN_H
#define TCL_DTSM_LISTEN_H

#include "tclDtsmState.h"

/*
 * DtsmTcl_ListenCmd --         The command; data is the DtsmTcl_State.
 * DtsmTcl_CloseListener --     Stop listening, remove the socket and delete
 *                              the command.  Again: nothing.
 */

int DtsmTcl_ListenCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
void DtsmTcl_CloseListener(DtsmTcl_Listener *listener);

#endif /* TCL_DTSM_LISTEN_H */
