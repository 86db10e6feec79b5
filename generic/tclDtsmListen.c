/*
 * tclDtsmListen.c --
 *
 *      A server on a Unix socket, on Tcl's event loop.
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
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tclDtsmError.h"
#include "tclDtsmInherit.h"
#include "tclDtsmListen.h"
#include "tclDtsmMemory.h"
#include "tclDtsmPath.h"

#define SILENT_S 5              /* without a whole message, while others wait */
#define HEAD_BYTES 4
#define RETRY_MS 50             /* after running out of descriptors */
#define ACCEPT_MAX 64           /* at one event, so that others get a turn */

typedef struct Client Client;

struct DtsmTcl_Listener {
    DtsmTcl_State *state;        /* counted */
    DtsmTcl_Listener *next;      /* in state->listeners */
    Tcl_Command token;          /* NULL: gone */
    Tcl_Obj *callbackObj;
    Client *clients;            /* whose message is not whole */
    Client *served;             /* whose channel was handed over, and is open */
    Tcl_TimerToken retry;
    char *path;                 /* absolute, for the system */
    dev_t device;               /* the socket there is ours if it is these */
    ino_t inode;
    pid_t owner;                /* the process that made it */
    int fd;                     /* -1: closed */
    unsigned refCount;
    unsigned connected;         /* clients whose channel is open */
    Tcl_WideInt accepted, messages, dropped, refused, failed;
};

struct Client {
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

static void
Release(DtsmTcl_Listener *listener)
{
    if (--listener->refCount == 0) {
        Tcl_DecrRefCount(listener->callbackObj);
        DtsmTcl_Free(listener->path);
        DtsmTcl_ReleaseState(listener->state);
        DtsmTcl_Free(listener);
    }
}

static void
Watch(DtsmTcl_Listener *listener)
{
    Tcl_CreateFileHandler(listener->fd, TCL_READABLE, OnConnect, listener);
}

/*
 * Pause, Resume --
 *
 *      Leave what comes in the backlog; go on before the time is over.
 */

static void
Pause(DtsmTcl_Listener *listener)
{
    Tcl_DeleteFileHandler(listener->fd);
    listener->retry = Tcl_CreateTimerHandler(RETRY_MS, OnRetry, listener);
}

static void
Resume(DtsmTcl_Listener *listener)
{
    if (listener->fd >= 0 && listener->retry != NULL) {
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
    Release(listener);
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
    Release(listener);
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
        fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
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
 * RemoveSocket --
 *
 *      Unless something else took its place.
 */

static void
RemoveSocket(const DtsmTcl_Listener *listener)
{
    struct stat status;

    if (lstat(listener->path, &status) == 0
            && status.st_dev == listener->device
            && status.st_ino == listener->inode) {
        unlink(listener->path);
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
        RemoveSocket(listener);
    }
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

    if (listener->fd < 0) {
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
        Tcl_DeleteFileHandler(listener->fd);
    }
    close(listener->fd);
    listener->fd = -1;
    Tcl_DeleteThreadExitHandler(OnExit, listener);
    RemoveSocket(listener);
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
    Release(listener);
}

static void
CommandDeleted(void *data)
{
    DtsmTcl_Listener *listener = data;

    listener->token = NULL;
    DtsmTcl_CloseListener(listener);
    Release(listener);
}

static int
ListenerCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    static const char *const verbs[] = {"close", "counts", NULL};
    DtsmTcl_Listener *listener = data;
    const struct {
        const char *key;
        Tcl_WideInt value;
    } rows[] = {
        {"accepted", listener->accepted}, {"messages", listener->messages},
        {"dropped", listener->dropped}, {"refused", listener->refused},
        {"failed", listener->failed}
    };
    Tcl_Obj *dictPtr;
    size_t i;
    int verb;

    if (objc != 2) {
        Tcl_WrongNumArgs(interp, 1, objv, "close|counts");
        return TCL_ERROR;
    }
    if (Tcl_GetIndexFromObj(interp, objv[1], verbs, "subcommand", TCL_EXACT,
            &verb) != TCL_OK) {
        return TCL_ERROR;
    }
    if (verb == 0) {
        DtsmTcl_CloseListener(listener);
        return TCL_OK;
    }
    dictPtr = Tcl_NewDictObj();
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Tcl_DictObjPut(NULL, dictPtr, Tcl_NewStringObj(rows[i].key, -1),
                Tcl_NewWideIntObj(rows[i].value));
    }
    Tcl_SetObjResult(interp, dictPtr);
    return TCL_OK;
}

/*
 * Bind --
 *
 *      A listening socket at path, mode 0600.  A path that is too long for an
 *      address goes by a descriptor of its folder.
 *
 * Returns:
 *      The descriptor, or -1 with errno.
 */

static int
Bind(const char *path)
{
    struct sockaddr_un address;
    size_t len = strlen(path);
    int fd = -1, folder = -1, error, used = 0;

    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (len < sizeof address.sun_path) {
        memcpy(address.sun_path, path, len + 1);
    } else {
        const char *tail = strrchr(path, '/');
        char *name = DtsmTcl_Alloc(len + 1);

        memcpy(name, path, len + 1);
        name[tail - path] = '\0';
        folder = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        error = errno;
        DtsmTcl_Free(name);
        if (folder < 0) {
            errno = error;
            return -1;
        }
        used = snprintf(address.sun_path, sizeof address.sun_path,
                "/proc/self/fd/%d%s", folder, tail);
    }
    errno = ENAMETOOLONG;
    if (used < (int) sizeof address.sun_path) {
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    if (fd >= 0 && (fchmod(fd, 0600) != 0
            || bind(fd, (struct sockaddr *) &address, sizeof address) != 0
            || listen(fd, SOMAXCONN) != 0)) {
        error = errno;
        close(fd);
        errno = error;
        fd = -1;
    }
    if (folder >= 0) {
        error = errno;
        close(folder);
        errno = error;
    }
    return fd;
}

int
DtsmTcl_ListenCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_State *state = data;
    DtsmTcl_Listener *listener;
    Tcl_Obj *pathObj;
    const char *path;
    char name[64];
    struct stat status;
    Tcl_Size words;
    int fd;

    if (objc != 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "path callback");
        return TCL_ERROR;
    }
    if (Tcl_ListObjLength(interp, objv[2], &words) != TCL_OK) {
        return TCL_ERROR;
    }
    pathObj = Tcl_FSGetNormalizedPath(interp, objv[1]);
    path = pathObj == NULL ? NULL : Tcl_FSGetNativePath(pathObj);
    if (path == NULL) {
        return DtsmTcl_Posix(interp, ENOENT, "couldn't listen at",
                Tcl_GetString(objv[1]));
    }
    fd = Bind(path);
    if (fd >= 0 && !DtsmTcl_CanWatch(fd)) {
        close(fd);
        unlink(path);
        errno = EMFILE;
        fd = -1;
    }
    if (fd < 0) {
        return DtsmTcl_Posix(interp, errno, "couldn't listen at",
                Tcl_GetString(objv[1]));
    }
    listener = DtsmTcl_Alloc(sizeof *listener);
    memset(listener, 0, sizeof *listener);
    listener->state = state;
    state->refCount++;
    listener->refCount = 1;
    listener->callbackObj = Tcl_DuplicateObj(objv[2]);
    Tcl_IncrRefCount(listener->callbackObj);
    listener->path = DtsmTcl_Alloc(strlen(path) + 1);
    memcpy(listener->path, path, strlen(path) + 1);
    if (lstat(path, &status) == 0) {
        listener->device = status.st_dev;
        listener->inode = status.st_ino;
    }
    listener->owner = getpid();
    listener->fd = fd;
    listener->next = state->listeners;
    state->listeners = listener;
    (void) snprintf(name, sizeof name, "::dtsm::listener%u",
            ++state->serial);
    listener->token = Tcl_CreateObjCommand(interp, name, ListenerCmd,
            listener, CommandDeleted);
    Watch(listener);
    Tcl_CreateThreadExitHandler(OnExit, listener);
    Tcl_SetObjResult(interp, Tcl_NewStringObj(name, -1));
    return TCL_OK;
}
