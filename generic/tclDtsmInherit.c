/*
 * tclDtsmInherit.c --
 *
 *      What the command dtsm is started with and does not work with: signals
 *      that are ignored or blocked, closed standard descriptors, a mode mask,
 *      more descriptors than Tcl's event loop can tell apart, its words as
 *      bytes.  dtsm starts with defaults; the command that it runs starts with
 *      what dtsm was started with.
 *
 * tclsh changes some of that before a script of ours runs; dtsmLaunch.c tells
 * what it was.
 *
 * B1  `Bequeath' runs in a child between fork and exec: it only makes system
 *     calls, and writes nothing that the parent reads.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "dtsmLaunch.h"
#include "tclDtsmInherit.h"
#include "tclDtsmStrings.h"
#include "tclDtsmValue.h"

/*
 * Tcl 8.6 waits with select(2), which takes no descriptor from FD_SETSIZE on.
 * dtsm needs so many below: its own, and one for each client of a listener.
 */

#define NEEDED_FDS (64 + DTSM_LISTEN_CLIENTS)

typedef struct Moved {
    int fd;                     /* of the command */
    int place;                  /* where it is meanwhile; close-on-exec */
} Moved;

static struct {
    int known;                  /* `Inherit' was here */
    struct sigaction child, size, pipe; /* SIGCHLD, SIGXFSZ, SIGPIPE */
    sigset_t mask;
    mode_t umask;
    int raised;                 /* 1: files is not the limit that we have */
    struct rlimit files;
    int movedCount;
    Moved moved[NEEDED_FDS];
} inherited;

static int wordCount;
static char **words;
static int startBits;           /* see dtsmLaunch.c */

extern char **environ;

/*
 * NoteStart --
 *
 *      glibc calls a library's constructors with what main gets, so that the
 *      words are known without /proc, and as bytes.  The environment becomes
 *      that of the caller again, before anybody else can read it.
 */

__attribute__((constructor)) static void
NoteStart(
    int argc,
    char **argv)
{
    char **from, **to;

    wordCount = argc;
    words = argv;
    if (environ == NULL || getenv(DTSM_START) == NULL) {
        return;
    }
    startBits = atoi(getenv(DTSM_START));
    (void) prctl(PR_SET_NAME, "dtsm");
    for (from = to = environ; *from != NULL; from++) {
        if (!strncmp(*from, DTSM_START "=", sizeof DTSM_START)) {
            continue;
        }
        *to = *from;
        if (!strncmp(*from, DTSM_START_HEAD, sizeof DTSM_START_HEAD - 1)
                && DtsmStartHides(*from + sizeof DTSM_START_HEAD - 1)) {
            *to += sizeof DTSM_START_HEAD - 1;
        }
        to++;
    }
    *to = NULL;
}

/*
 * DtsmTcl_StartEnviron --
 *
 *      The other way round, for a tclsh that we start.
 */

void
DtsmTcl_StartEnviron(
    DtsmTcl_Strings *envPtr)
{
    size_t i;

    for (i = 0; environ != NULL && environ[i] != NULL; i++) {
        const char *head = DtsmStartHides(environ[i]) ? DTSM_START_HEAD : "";
        size_t headLen = strlen(head), size = strlen(environ[i]) + 1;
        char *entry = ckalloc((unsigned) (headLen + size));

        memcpy(entry, head, headLen);
        memcpy(entry + headLen, environ[i], size);
        DtsmTcl_Append(envPtr, entry);
    }
    DtsmTcl_Append(envPtr, strcpy(ckalloc(sizeof DTSM_START "=0"),
            DTSM_START "=0"));
}

void
DtsmTcl_Words(
    Tcl_Interp *interp,
    int count)
{
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);
    int i = count < wordCount ? wordCount - count : 0;

    for (; i < wordCount; i++) {
        Tcl_ListObjAppendElement(NULL, listPtr,
                DtsmTcl_NewBytes(words[i]));
    }
    Tcl_SetObjResult(interp, listPtr);
}

/*
 * FillStandard --
 *
 *      Closed standard descriptors would become files of ours, which what
 *      prints then writes to.  A directory takes their place: reading and
 *      writing fail, as with a closed one, and the command finds it closed.
 */

static void
FillStandard(void)
{
    int fd, twin;

    for (fd = 0; fd <= STDERR_FILENO; fd++) {
        if (!(startBits >> fd & 1) && fcntl(fd, F_GETFD) >= 0) {
            continue;
        }
        twin = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (twin >= 0 && twin != fd) {
            dup3(twin, fd, O_CLOEXEC);
            close(twin);
        }
    }
}

/*
 * Move --
 *
 *      Have a descriptor of the command's elsewhere.  What is close-on-exec is
 *      our own, and stays.
 *
 * Returns:
 *      1 when its number is free now; -1 when there is no other place.
 */

static int
Move(
    int fd)
{
    Moved *moved = &inherited.moved[inherited.movedCount];
    int flags = fcntl(fd, F_GETFD), place;

    if (flags < 0 || (flags & FD_CLOEXEC)) {
        return 0;
    }
    place = fcntl(fd, F_DUPFD_CLOEXEC, FD_SETSIZE);
    if (place < 0 && !inherited.raised) {
        struct rlimit limit = inherited.files;

        limit.rlim_cur = limit.rlim_max;
        inherited.raised = setrlimit(RLIMIT_NOFILE, &limit) == 0;
        place = fcntl(fd, F_DUPFD_CLOEXEC, FD_SETSIZE);
    }
    if (place < 0) {
        return -1;
    }
    moved->fd = fd;
    moved->place = place;
    inherited.movedCount++;
    close(fd);
    return 1;
}

/*
 * MakeRoom --
 *
 *      See NEEDED_FDS.
 */

static void
MakeRoom(void)
{
    struct pollfd fds[FD_SETSIZE];
    int fd, count = FD_SETSIZE, open = 0, missing;

    if (getrlimit(RLIMIT_NOFILE, &inherited.files) != 0) {
        return;
    }
    if (inherited.files.rlim_cur < FD_SETSIZE) {
        count = (int) inherited.files.rlim_cur;
    }
    for (fd = 0; fd < count; fd++) {
        fds[fd].fd = fd;
        fds[fd].events = 0;
    }
    if (poll(fds, (nfds_t) count, 0) < 0) {
        return;
    }
    for (fd = 0; fd < count; fd++) {
        open += !(fds[fd].revents & POLLNVAL);
    }
    missing = NEEDED_FDS - (FD_SETSIZE - open);
    for (fd = STDERR_FILENO + 1; fd < count && missing > 0; fd++) {
        int moved = fds[fd].revents & POLLNVAL ? 0 : Move(fd);

        if (moved < 0) {
            break;
        }
        missing -= moved;
    }
}

void
DtsmTcl_Inherit(void)
{
    struct sigaction action;
    sigset_t none;

    if (inherited.known) {
        return;
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;    /* ignored, no child could be waited for */
    sigaction(SIGCHLD, &action, &inherited.child);
    action.sa_handler = SIG_IGN;    /* a full file is an error, not our end */
    sigaction(SIGXFSZ, &action, &inherited.size);
    inherited.pipe = action;        /* Tcl has ignored that one */
    if (!(startBits & DTSM_START_NO_PIPE)) {
        inherited.pipe.sa_handler = SIG_DFL;
    }
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, &inherited.mask);
    inherited.umask = umask(077);
    FillStandard();
    MakeRoom();
    inherited.known = 1;
}

int
DtsmTcl_CanWatch(
    int fd)
{
    int major;

    Tcl_GetVersion(&major, NULL, NULL, NULL);
    return fd < FD_SETSIZE || major > 8;
}

mode_t
DtsmTcl_Umask(void)
{
    mode_t mask;

    if (inherited.known) {
        return inherited.umask;
    }
    mask = umask(077);
    umask(mask);
    return mask;
}

int
DtsmTcl_PlaceOf(
    int fd)
{
    int i;

    for (i = 0; i < inherited.movedCount; i++) {
        if (inherited.moved[i].fd == fd) {
            return inherited.moved[i].place;
        }
    }
    return fd;
}

int
DtsmTcl_Bequeath(                /* B1 */
    const sigset_t *maskPtr,
    int keep)
{
    int i;

    if (!inherited.known) {
        sigprocmask(SIG_SETMASK, maskPtr, NULL);
        return keep;
    }
    for (i = 0; i < inherited.movedCount; i++) {
        if (inherited.moved[i].fd == keep) {
            keep = fcntl(keep, F_DUPFD_CLOEXEC, FD_SETSIZE);
        }
        dup2(inherited.moved[i].place, inherited.moved[i].fd);
        close(inherited.moved[i].place);
    }
    if (inherited.raised) {
        setrlimit(RLIMIT_NOFILE, &inherited.files);
    }
    umask(inherited.umask);
    sigaction(SIGCHLD, &inherited.child, NULL);
    sigaction(SIGXFSZ, &inherited.size, NULL);
    sigaction(SIGPIPE, &inherited.pipe, NULL);
    sigprocmask(SIG_SETMASK, &inherited.mask, NULL);
    return keep;
}
