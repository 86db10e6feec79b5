/*
 * tclDtsmServer.c --
 *
 *      A server on a Unix socket, on Tcl's event loop.
 *
 * Until its message is whole, a client is served by events alone, so nobody
 * waits for one that is slow or silent.  DTSM_LISTEN_CLIENTS are connected at
 * once, with those that wait for an answer: Tcl 8.6 ends a process that has
 * more descriptors than its select(2) takes.  The rest waits in the socket's
 * backlog; for them, a client that has been silent for long is given up.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tclDtsmInherit.h"
#include "tclDtsmMemory.h"
#include "tclDtsmServer.h"

#define SILENT_S 5              /* without a whole message, while others wait */
#define HEAD_BYTES 4
#define RETRY_MS 50             /* after running out of descriptors */
#define ACCEPT_MAX 64           /* at one event, so that others get a turn */

typedef struct DtsmTcl_Client Client;

struct DtsmTcl_Client {
    DtsmTcl_Listener *listener;
    Client *next, *previous;    /* in one of the listener's lists */
    Tcl_Channel channel;
    unsigned char *body;        /* NULL: the head is not whole */
    Tcl_Time since;
    size_t got;                 /* of the head, then of the body */
    size_t size;                /* of the body */
    unsigned char head[HEAD_BYTES];
};

static Tcl_FileProc OnConnect;
static Tcl_TimerProc OnRetry;

void
DtsmTcl_ReleaseListener(DtsmTcl_Listener *listener)
{
    if (--listener->refCount == 0) {
        Tcl_DecrRefCount(listener->callbackObj);
        DtsmTcl_Free(listener->socket.path);
        DtsmTcl_ReleaseState(listener->state);
        DtsmTcl_Free(listener);
    }
}

static void
Watch(DtsmTcl_Listener *listener)
{
    Tcl_CreateFileHandler(listener->socket.fd, TCL_READABLE, OnConnect,
            listener);
}

/*
 * Pause, Resume --
 *
 *      Leave what comes in the backlog; go on before the time is over.
 */

static void
Pause(DtsmTcl_Listener *listener)
{
    Tcl_DeleteFileHandler(listener->socket.fd);
    listener->retry = Tcl_CreateTimerHandler(RETRY_MS, OnRetry, listener);
}

static void
Resume(DtsmTcl_Listener *listener)
{
    if (listener->socket.fd >= 0 && listener->retry != NULL) {
        Tcl_DeleteTimerHandler(listener->retry);
        listener->retry = NULL;
        Watch(listener);
    }
}

static void
Link(Client **listPtr, Client *client)
{
    client->previous = NULL;
    client->next = *listPtr;
    if (client->next != NULL) {
        client->next->previous = client;
    }
    *listPtr = client;
}

static void
Unlink(Client **listPtr, Client *client)
{
    if (client->previous != NULL) {
        client->previous->next = client->next;
    } else {
        *listPtr = client->next;
    }
    if (client->next != NULL) {
        client->next->previous = client->previous;
    }
}

/*
 * Forget --
 *
 *      A client's channel is no longer ours to know of.
 */

static void
Forget(Client **listPtr, Client *client)
{
    DtsmTcl_Listener *listener = client->listener;

    Unlink(listPtr, client);
    listener->connected--;
    Resume(listener);
    if (client->body != NULL) {
        DtsmTcl_Free(client->body);
    }
    DtsmTcl_Free(client);
    DtsmTcl_ReleaseListener(listener);
}

/*
 * OnClosed, OnAnswered --
 *
 *      A client's channel closes: before its message is whole, and after it
 *      was handed over.
 */

static void
OnClosed(void *data)
{
    Client *client = data;

    Forget(&client->listener->clients, client);
}

static void
OnAnswered(void *data)
{
    Client *client = data;

    Forget(&client->listener->served, client);
}

/*
 * Deliver --
 *
 *      Call back with a whole message.  The client is no longer ours then.
 */

static void
Deliver(Client *client)
{
    DtsmTcl_Listener *listener = client->listener;
    Tcl_Interp *interp = listener->state->interp;
    Tcl_Channel channel = client->channel;
    Tcl_Obj *commandObj = Tcl_DuplicateObj(listener->callbackObj);
    Tcl_Obj *nameObj = Tcl_NewStringObj(Tcl_GetChannelName(channel), -1);
    int result;

    listener->refCount++;
    listener->messages++;
    Tcl_IncrRefCount(commandObj);
    Tcl_IncrRefCount(nameObj);
    Tcl_ListObjAppendElement(NULL, commandObj, nameObj);
    Tcl_ListObjAppendElement(NULL, commandObj, Tcl_NewByteArrayObj(
            client->body, (Tcl_Size) client->size));
    Tcl_DeleteCloseHandler(channel, OnClosed, client);
    Tcl_CreateCloseHandler(channel, OnAnswered, client);
    Unlink(&listener->clients, client);
    Link(&listener->served, client);

    Tcl_Preserve(interp);
    listener->state->walks++;
    result = Tcl_EvalObjEx(interp, commandObj, TCL_EVAL_GLOBAL);
    listener->state->walks--;
    if (result != TCL_OK && !Tcl_InterpDeleted(interp)) {
        listener->failed++;
        Tcl_BackgroundException(interp, result);
        if (Tcl_GetChannel(interp, Tcl_GetString(nameObj), NULL)
                == channel) {
            Tcl_UnregisterChannel(interp, channel);
        }
    }
    Tcl_Release(interp);
    Tcl_DecrRefCount(nameObj);
    Tcl_DecrRefCount(commandObj);
    DtsmTcl_ReleaseListener(listener);
}

/*
 * OnReadable --
 *
 *      Take what has come of a client's message.
 */

static void
OnReadable(void *data, int mask)
{
    Client *client = data;
    DtsmTcl_Listener *listener = client->listener;
    Tcl_Channel channel = client->channel;

    (void) mask;
    for (;;) {
        int inHead = client->body == NULL;
        size_t size = inHead ? HEAD_BYTES : client->size;
        unsigned char *to = inHead ? client->head : client->body;
        Tcl_Size got = Tcl_Read(channel, (char *) to + client->got,
                (Tcl_Size) (size - client->got));

        if (got < 0 && Tcl_GetErrno() == EAGAIN) {
            return;
        }
        if (got <= 0) {
            if (got == 0 && !Tcl_Eof(channel)) {
                return;
            }
            break;
        }
        client->got += (size_t) got;
        if (client->got < size) {
            continue;
        }
        if (!inHead) {
            Tcl_DeleteChannelHandler(channel, OnReadable, client);
            Deliver(client);
            return;
        }
        client->size = (size_t) to[0] | (size_t) to[1] << 8
                | (size_t) to[2] << 16 | (size_t) to[3] << 24;
        if (client->size == 0 || client->size > DTSM_PATH_MAX) {
            break;
        }
        client->body = DtsmTcl_Alloc(client->size);
        client->got = 0;
    }
    listener->dropped++;
    Tcl_UnregisterChannel(listener->state->interp, channel);
}

/*
 * Welcome --
 *
 *      A channel for a new connection, if its peer may talk to us.
 */

static void
Welcome(DtsmTcl_Listener *listener, int fd)
{
    Tcl_Interp *interp = listener->state->interp;
    struct ucred peer = { 0, (uid_t) -1, (gid_t) -1 };
    socklen_t size = sizeof peer;
    Client *client;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0
            || (peer.uid != geteuid() && peer.uid != 0)) {
        listener->refused++;
        close(fd);
        return;
    }
    listener->accepted++;
    listener->connected++;
    client = DtsmTcl_Alloc(sizeof *client);
    memset(client, 0, sizeof *client);
    client->listener = listener;
    listener->refCount++;
    Link(&listener->clients, client);
    Tcl_GetTime(&client->since);
    client->channel = Tcl_MakeFileChannel((void *) (intptr_t) fd,
            TCL_READABLE | TCL_WRITABLE);
    Tcl_RegisterChannel(interp, client->channel);
    Tcl_CreateCloseHandler(client->channel, OnClosed, client);
    Tcl_SetChannelOption(NULL, client->channel, "-blocking", "0");
    Tcl_SetChannelOption(NULL, client->channel, "-translation", "binary");
    Tcl_CreateChannelHandler(client->channel, TCL_READABLE, OnReadable,
            client);
}

/*
 * DropSilent --
 *
 *      Give up the client that has been silent for longest, if that is long.
 *
 * Returns:
 *      1 if there is room for another now.
 */

static int
DropSilent(DtsmTcl_Listener *listener)
{
    Client *client = listener->clients;
    Tcl_Time now;

    if (client == NULL) {
        return 0;
    }
    while (client->next != NULL) {
        client = client->next;
    }
    Tcl_GetTime(&now);
    if (now.sec - client->since.sec < SILENT_S) {
        return 0;
    }
    listener->dropped++;
    Tcl_UnregisterChannel(listener->state->interp, client->channel);
    return 1;
}

static void
OnRetry(void *data)
{
    DtsmTcl_Listener *listener = data;

    listener->retry = NULL;
    Watch(listener);
}

static void
OnConnect(void *data, int mask)
{
    DtsmTcl_Listener *listener = data;
    int i, fd;

    (void) mask;
    for (i = 0; i < ACCEPT_MAX; i++) {
        if (listener->connected >= DTSM_LISTEN_CLIENTS
                && !DropSilent(listener)) {
            Pause(listener);
            return;
        }
        fd = accept4(listener->socket.fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0 && !DtsmTcl_CanWatch(fd)) {
            listener->refused++;
            close(fd);
            Pause(listener);
            return;
        } else if (fd >= 0) {
            Welcome(listener, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS
                || errno == ENOMEM) {
            Pause(listener);
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

/*
 * OnExit --
 *
 *      The thread ends, or the process, which deletes no interpreter then:
 *      who comes next finds no socket in its way.  The end of a forked child
 *      is not that.
 */

static void
OnExit(void *data)
{
    const DtsmTcl_Listener *listener = data;

    if (listener->owner == getpid()) {
        DtsmTcl_RemoveSocket(&listener->socket);
    }
}

DtsmTcl_Listener *
DtsmTcl_NewListener(DtsmTcl_State *state, Tcl_Obj *callbackObj,
    const DtsmTcl_Socket *socket)
{
    DtsmTcl_Listener *listener = DtsmTcl_Alloc(sizeof *listener);

    memset(listener, 0, sizeof *listener);
    listener->state = state;
    state->refCount++;
    listener->refCount = 1;
    listener->callbackObj = Tcl_DuplicateObj(callbackObj);
    Tcl_IncrRefCount(listener->callbackObj);
    listener->socket = *socket;
    listener->owner = getpid();
    listener->next = state->listeners;
    state->listeners = listener;
    Watch(listener);
    Tcl_CreateThreadExitHandler(OnExit, listener);
    return listener;
}

/*
 * DtsmTcl_CloseListener --
 *
 *      Clients that still wait for an answer keep their channels, which may
 *      outlive this library.
 */

void
DtsmTcl_CloseListener(DtsmTcl_Listener *listener)
{
    DtsmTcl_Listener **linkPtr = &listener->state->listeners;
    Tcl_Command token = listener->token;

    if (listener->socket.fd < 0) {
        return;
    }
    listener->refCount++;
    while (*linkPtr != listener) {
        linkPtr = &(*linkPtr)->next;
    }
    *linkPtr = listener->next;
    if (listener->retry != NULL) {
        Tcl_DeleteTimerHandler(listener->retry);
    } else {
        Tcl_DeleteFileHandler(listener->socket.fd);
    }
    close(listener->socket.fd);
    listener->socket.fd = -1;
    Tcl_DeleteThreadExitHandler(OnExit, listener);
    DtsmTcl_RemoveSocket(&listener->socket);
    while (listener->clients != NULL) {
        Tcl_UnregisterChannel(listener->state->interp,
                listener->clients->channel);
    }
    while (listener->served != NULL) {
        Client *client = listener->served;

        Tcl_DeleteCloseHandler(client->channel, OnAnswered, client);
        OnAnswered(client);
    }
    listener->token = NULL;
    if (token != NULL) {
        Tcl_DeleteCommandFromToken(listener->state->interp, token);
    }
    DtsmTcl_ReleaseListener(listener);
}
