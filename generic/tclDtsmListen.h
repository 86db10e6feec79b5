/*
 * tclDtsmListen.h --
 *
 *      dtsm::listen, a server on a Unix socket.
 *
 *      dtsm::listen path callback      -> a command, ::dtsm::listenerN
 *      $listener counts                what came, as a dictionary
 *      $listener close                 ends it and removes the socket
 *
 * A client sends one message: four bytes with its length, least first, and
 * that many bytes.  Then `callback channel message' is called in the global
 * namespace, with the client's channel (binary, not blocking) and the bytes.
 * It owns the channel from then on: it answers now or later, and closes it.
 * When it fails, the channel is closed and the error goes the way of all
 * background errors.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_LISTEN_H
#define TCL_DTSM_LISTEN_H

#include "tclDtsmPort.h"

/*
 * data is the DtsmTcl_State.
 */

int DtsmTcl_ListenCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_LISTEN_H */
