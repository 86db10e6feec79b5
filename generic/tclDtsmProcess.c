/*
 * tclDtsmProcess.c --
 *
 *      The command dtsm::process: one child in the foreground, and signals
 *      that are sent on to it.
 *
 * Signals are state of the whole process, so there is one holder and one
 * child at a time, whatever the number of interpreters.
 *
 * P1  The signals are blocked from before fork until the child's id is noted,
 *     and from before the child is reaped until its id is forgotten.  So the
 *     handler never misses the child and never signals an id that is reused.
 * P2  Between vfork and exec only async-signal-safe calls are made, and nothing
 *     is written that the parent still needs: the memory is its own.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervise.h"
#include "tclDtsmEnviron.h"
#include "tclDtsmError.h"
#include "tclDtsmInherit.h"
#include "tclDtsmProcess.h"
#include "tclDtsmStart.h"
#include "tclDtsmValue.h"
#include "tclDtsmVerb.h"

#define HELD_SIGNALS 8
#define POLL_MS 10              /* between looks at a child without a pidfd */

#ifndef SYS_pidfd_open
#   define SYS_pidfd_open 434
#endif

static const struct {
    int number;
    const char *name;
} heldSignals[HELD_SIGNALS] = {
    {SIGHUP, "SIGHUP"}, {SIGINT, "SIGINT"}, {SIGQUIT, "SIGQUIT"},
    {SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"},
    {SIGALRM, "SIGALRM"}, {SIGVTALRM, "SIGVTALRM"}
};

TCL_DECLARE_MUTEX(holdMutex)

static int held;                            /* under holdMutex */
static struct sigaction former[HELD_SIGNALS];   /* valid while held */
static volatile sig_atomic_t caught[HELD_SIGNALS];
static volatile sig_atomic_t childId;       /* 0: none; see P1 */
static volatile sig_atomic_t byShell;       /* of the last child */

/*
 * SendOn --
 *
 *      The handler: note the signal and send it to the child.  What the
 *      terminal's driver or the kernel sends (si_code > 0) goes to the whole
 *      foreground group, so a child of our group has it already.
 */

static void
SendOn(
    int number,
    siginfo_t *info,
    void *context)
{
    int keptErrno = errno;
    int i;
    pid_t child = (pid_t) childId;

    (void) context;
    for (i = 0; i < HELD_SIGNALS; i++) {
        if (heldSignals[i].number == number) {
            caught[i] = 1;
        }
    }
    if (child > 0
            && (info->si_code <= 0 || getpgid(child) != getpgrp())) {
        kill(child, number);
    }
    errno = keptErrno;
}

static void
BlockHeld(
    sigset_t *oldPtr)
{
    sigset_t set;
    int i;

    sigemptyset(&set);
    for (i = 0; i < HELD_SIGNALS; i++) {
        sigaddset(&set, heldSignals[i].number);
    }
    pthread_sigmask(SIG_BLOCK, &set, oldPtr);
}

static int
HoldCmd(
    Tcl_Interp *interp)
{
    struct sigaction action;
    int i;

    Tcl_MutexLock(&holdMutex);
    if (held) {
        Tcl_MutexUnlock(&holdMutex);
        Tcl_SetObjResult(interp, Tcl_NewStringObj(
                "signals are held already", -1));
        Tcl_SetErrorCode(interp, "DTSM", "HELD", (char *) NULL);
        return TCL_ERROR;
    }
    held = 1;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = SendOn;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    for (i = 0; i < HELD_SIGNALS; i++) {
        caught[i] = 0;
        sigaction(heldSignals[i].number, NULL, &former[i]);
        if (former[i].sa_handler != SIG_IGN) {
            sigaction(heldSignals[i].number, &action, NULL);
        }
    }
    Tcl_MutexUnlock(&holdMutex);
    return TCL_OK;
}

static int
ReleaseCmd(void)
{
    int i;

    Tcl_MutexLock(&holdMutex);
    if (held) {
        for (i = 0; i < HELD_SIGNALS; i++) {
            sigaction(heldSignals[i].number, &former[i], NULL);
        }
        held = 0;
    }
    Tcl_MutexUnlock(&holdMutex);
    return TCL_OK;
}

static int
CaughtCmd(
    Tcl_Interp *interp)
{
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);
    int i;

    for (i = 0; i < HELD_SIGNALS; i++) {
        if (caught[i]) {
            Tcl_ListObjAppendElement(NULL, listPtr,
                    Tcl_NewStringObj(heldSignals[i].name, -1));
        }
    }
    Tcl_SetObjResult(interp, listPtr);
    return TCL_OK;
}

/*
 * RunChild --
 *
 *      The child's side of vfork: the state that we were started with, then
 *      exec as execvp(3) does it.  Only returns when that fails.
 *
 * Returns:
 *      The errno to be reported.
 */

static int
RunChild(
    char **candidates,
    char **argv,
    char **shellArgv,           /* two spare words in front of argv[1..] */
    char **env,
    const DtsmTcl_Place *place,
    const sigset_t *maskPtr,
    int *reportPtr)             /* a descriptor that must live until exec */
{
    struct sigaction action;
    int i, failure = ENOENT;

    if (held) {
        for (i = 0; i < HELD_SIGNALS; i++) {
            sigaction(heldSignals[i].number, &former[i], NULL);
        }
    }

    /*
     * Tcl ignores SIGPIPE; a build's pipelines rely on it.  Where it is known
     * what was inherited, that holds.
     */

    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, NULL);
    *reportPtr = DtsmTcl_Bequeath(maskPtr, *reportPtr);

    if (place->folder != NULL && chdir(place->folder) != 0) {
        return errno;
    }
    if (place->socket != NULL) {
        DtsmSuperviseJoin(place->socket, place->mapped);
    }
    for (i = 0; candidates[i] != NULL; i++) {
        execve(candidates[i], argv, env);
        if (errno == ENOEXEC) {
            shellArgv[0] = argv[0];
            shellArgv[1] = candidates[i];
            byShell = 1;                    /* P2: in the parent's memory */
            execve("/bin/sh", shellArgv, env);
            return errno;
        }
        if (errno == EACCES || errno == EPERM) {
            failure = errno;
        } else if (errno != ENOENT && errno != ENOTDIR) {
            return errno;
        }
    }
    return failure;
}

/*
 * StartChild --
 *
 *      Start the program, and learn through a pipe whether the exec worked.
 *      fork would copy what Tcl has, page by page, for a child that has no use
 *      for it.
 *
 * Returns:
 *      The child's id; or -1 with errno set, nothing left behind.
 */

static pid_t
StartChild(
    char **candidates,
    DtsmTcl_Strings *argvPtr,
    DtsmTcl_Strings *envPtr,
    const DtsmTcl_Place *place)
{
    int ends[2], report, failure = 0;
    sigset_t mask;
    pid_t child;
    ssize_t got;
    char **shellArgv;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    shellArgv = (char **) ckalloc((unsigned)
            ((argvPtr->count + 2) * sizeof(char *)));
    memcpy(shellArgv + 1, argvPtr->items,
            (argvPtr->count + 1) * sizeof(char *));
    report = ends[1];
    byShell = 0;
    BlockHeld(&mask);                       /* P1 */
    child = vfork();
    if (child == 0) {                       /* P2 */
        failure = RunChild(candidates, argvPtr->items, shellArgv,
                envPtr->items, place, &mask, &report);
        while (write(report, &failure, sizeof failure) < 0
                && errno == EINTR) {
            continue;
        }
        _exit(127);
    }
    if (child < 0) {
        failure = errno;
    } else {
        childId = (sig_atomic_t) child;
    }
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    ckfree((char *) shellArgv);
    close(ends[1]);
    if (child > 0) {
        do {
            got = read(ends[0], &failure, sizeof failure);
        } while (got < 0 && errno == EINTR);
        if (got == (ssize_t) sizeof failure) {
            BlockHeld(&mask);               /* P1 */
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
                continue;
            }
            childId = 0;
            pthread_sigmask(SIG_SETMASK, &mask, NULL);
        } else {
            failure = 0;
        }
    }
    close(ends[0]);
    errno = failure;
    return failure ? -1 : child;
}

/*
 * MayStart --
 *
 *      TCL_OK when there is no child and no signal came since hold; else
 *      TCL_ERROR with a message.
 */

static int
MayStart(
    Tcl_Interp *interp)
{
    int i;

    if (childId != 0) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj(
                "there is a child already", -1));
        Tcl_SetErrorCode(interp, "DTSM", "BUSY", (char *) NULL);
        return TCL_ERROR;
    }
    for (i = 0; held && i < HELD_SIGNALS; i++) {
        if (caught[i]) {
            Tcl_SetObjResult(interp, Tcl_ObjPrintf("interrupted by %s",
                    heldSignals[i].name));
            Tcl_SetErrorCode(interp, "DTSM", "INTERRUPTED",
                    heldSignals[i].name, (char *) NULL);
            return TCL_ERROR;
        }
    }
    return TCL_OK;
}

static int
SpawnCmd(
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_Start start;
    char **candidates;
    pid_t child;
    int result = TCL_ERROR;

    if (objc < 3 || objc % 2 == 0) {
        Tcl_WrongNumArgs(interp, 2, objv,
                "argv ?-env dict? ?-cwd folder? ?-file file? "
                "?-supervise socket? ?-mapped bool?");
        return TCL_ERROR;
    }
    memset(&start, 0, sizeof start);
    if (DtsmTcl_ReadStart(interp, objc, objv, &start) == TCL_OK
            && MayStart(interp) == TCL_OK) {
        candidates = DtsmTcl_Candidates(
                start.file ? start.file : start.argv.items[0],
                DtsmTcl_PathOf(&start.env));
        child = StartChild(candidates, &start.argv, &start.env,
                &start.place);
        if (child < 0) {
            DtsmTcl_Errno(interp, start.argv.items[0]);
        } else {
            Tcl_SetObjResult(interp, Tcl_NewWideIntObj((Tcl_WideInt) child));
            result = TCL_OK;
        }
        ckfree((char *) candidates);
    }
    DtsmTcl_FreeStart(&start);
    return result;
}

/*
 * HasEnded --
 *
 *      Sees whether the child ended, and leaves it to be reaped.
 *
 * Arguments:
 *      hang     WNOHANG; or 0, to wait until it has.
 *
 * Returns:
 *      1, 0, or -1 with errno.
 */

static int
HasEnded(
    pid_t child,
    int hang)
{
    siginfo_t info;

    info.si_pid = 0;
    while (waitid(P_PID, (id_t) child, &info, WEXITED | hang | WNOWAIT)
            != 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return info.si_pid == child;
}

static void
WakeForFile(
    void *data,
    int mask)
{
    (void) data;
    (void) mask;
}

static void
WakeForTime(
    void *data)
{
    *(Tcl_TimerToken *) data = Tcl_CreateTimerHandler(POLL_MS, WakeForTime,
            data);
}

/*
 * ServeUntilEnd --
 *
 *      The event loop, until the child has ended.
 *
 * Returns:
 *      As HasEnded, but never 0.
 */

static int
ServeUntilEnd(
    pid_t child)
{
    int fd = (int) syscall(SYS_pidfd_open, child, 0), ended;
    Tcl_TimerToken timer = NULL;

    if (fd >= 0 && !DtsmTcl_CanWatch(fd)) {
        close(fd);
        fd = -1;
    }
    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        Tcl_CreateFileHandler(fd, TCL_READABLE, WakeForFile, NULL);
    } else {
        WakeForTime(&timer);
    }
    while ((ended = HasEnded(child, WNOHANG)) == 0) {
        Tcl_DoOneEvent(TCL_ALL_EVENTS);
    }
    if (fd >= 0) {
        int keptErrno = errno;

        Tcl_DeleteFileHandler(fd);
        close(fd);
        errno = keptErrno;
    } else {
        Tcl_DeleteTimerHandler(timer);
    }
    return ended;
}

/*
 * WaitCmd --
 *
 *      The event loop takes a thread of Tcl's and, as that ends, a library:
 *      who has nothing to serve is spared them.
 */

static int
WaitCmd(
    Tcl_Interp *interp,
    Tcl_Obj *pidPtr,
    Tcl_Obj *servePtr)          /* NULL: yes */
{
    Tcl_WideInt wide;
    Tcl_Obj *dictPtr;
    sigset_t mask;
    pid_t child;
    int status = 0, serve = 1, code, bySignal;

    if (Tcl_GetWideIntFromObj(interp, pidPtr, &wide) != TCL_OK
            || (servePtr != NULL && Tcl_GetBooleanFromObj(interp, servePtr,
                    &serve) != TCL_OK)) {
        return TCL_ERROR;
    }
    child = (pid_t) wide;
    if (child <= 0 || child != (pid_t) childId) {
        errno = ECHILD;
        return DtsmTcl_Errno(interp, "wait");
    }
    if ((serve ? ServeUntilEnd(child) : HasEnded(child, 0)) < 0) {
        return DtsmTcl_Errno(interp, "wait");
    }
    BlockHeld(&mask);                       /* P1 */
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    childId = 0;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);

    bySignal = WIFSIGNALED(status);
    code = bySignal ? WTERMSIG(status) : WEXITSTATUS(status);
    dictPtr = Tcl_NewDictObj();
    DtsmTcl_Put(dictPtr, "kind", Tcl_NewStringObj(bySignal ? "signal" : "exit",
            -1));
    DtsmTcl_Put(dictPtr, "code", Tcl_NewWideIntObj((Tcl_WideInt) code));
    DtsmTcl_Put(dictPtr, "name", Tcl_NewStringObj(
            bySignal ? Tcl_SignalId(code) : "", -1));
    Tcl_SetObjResult(interp, dictPtr);
    return TCL_OK;
}

int
DtsmTcl_ProcessCmd(
    void *data,
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[])
{
    static const DtsmTcl_Verb verbs[] = {
        {"byshell", 2, 2, NULL},
        {"caught", 2, 2, NULL},
        {"hold", 2, 2, NULL},
        {"inherit", 2, 2, NULL},
        {"release", 2, 2, NULL},
        {"spawn", 2, INT_MAX, NULL},
        {"wait", 3, 4, "pid ?serve?"},
        {NULL, 0, 0, NULL}
    };
    enum {
        VERB_BYSHELL, VERB_CAUGHT, VERB_HOLD, VERB_INHERIT, VERB_RELEASE,
        VERB_SPAWN, VERB_WAIT
    };
    int verb;

    (void) data;
    if (DtsmTcl_GetVerb(interp, objc, objv, verbs, "subcommand ?arg ...?",
            &verb) != TCL_OK) {
        return TCL_ERROR;
    }
    switch (verb) {
    case VERB_BYSHELL:
        Tcl_SetObjResult(interp, Tcl_NewBooleanObj(byShell));
        return TCL_OK;
    case VERB_CAUGHT:
        return CaughtCmd(interp);
    case VERB_HOLD:
        return HoldCmd(interp);
    case VERB_INHERIT:
        DtsmTcl_Inherit();
        return TCL_OK;
    case VERB_RELEASE:
        return ReleaseCmd();
    case VERB_SPAWN:
        return SpawnCmd(interp, objc, objv);
    default:
        return WaitCmd(interp, objv[2], objc == 4 ? objv[3] : NULL);
    }
}
