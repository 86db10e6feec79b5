/*
 * tclDtsmServer.h --
 *
 *      A server on a Unix socket, on Tcl's event loop, behind dtsm::listen.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_SERVER_H
#define TCL_DTSM_SERVER_H

#include "tclDtsmSocket.h"
#include "tclDtsmState.h"

struct DtsmTcl_Listener {
    DtsmTcl_State *state;        /* counted */
    DtsmTcl_Listener *next;      /* in state->listeners */
    Tcl_Command token;          /* NULL: gone */
    Tcl_Obj *callbackObj;
    struct DtsmTcl_Client *clients;     /* whose message is not whole */
    struct DtsmTcl_Client *served;      /* whose channel was handed over, and
                                 * is open */
    Tcl_TimerToken retry;
    DtsmTcl_Socket socket;      /* fd -1: closed */
    pid_t owner;                /* the process that made it */
    unsigned refCount;
    unsigned connected;         /* clients whose channel is open */
    Tcl_WideInt accepted, messages, dropped, refused, failed;
};

/*
 * DtsmTcl_NewListener --       Serve at a socket, which is taken over; the
 *                              caller has one reference, and sets token.
 * DtsmTcl_ReleaseListener --   Give a reference back.
 * DtsmTcl_CloseListener --     Stop listening, remove the socket and delete
 *                              the command.  Again: nothing.
 */

DtsmTcl_Listener *DtsmTcl_NewListener(DtsmTcl_State *state,
        Tcl_Obj *callbackObj, const DtsmTcl_Socket *socket);
void DtsmTcl_ReleaseListener(DtsmTcl_Listener *listener);
void DtsmTcl_CloseListener(DtsmTcl_Listener *listener);

#endif /* TCL_DTSM_SERVER_H */
