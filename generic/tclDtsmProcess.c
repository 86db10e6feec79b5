/*
 * tclDtsmProcess.c --
 *
 *      The command dtsm::process: one child in the foreground.
 *
 * P2  Between vfork and exec only async-signal-safe calls are made, and nothing
 *     is written that the parent still needs: the memory is its own.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervise.h"
#include "tclDtsmEnviron.h"
#include "tclDtsmError.h"
#include "tclDtsmInherit.h"
#include "tclDtsmProcess.h"
#include "tclDtsmSignal.h"
#include "tclDtsmStart.h"
#include "tclDtsmValue.h"
#include "tclDtsmVerb.h"
#include "tclDtsmWait.h"

static volatile sig_atomic_t byShell;       /* of the last child */

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

    DtsmTcl_FreeSignals();

    /*
     * Tcl ignores SIGPIPE; a build's pipelines rely on it.  Where it is known
     * what was inherited, that holds.
     */

    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, NULL);
    *reportPtr = DtsmTcl_Bequeath(maskPtr, *reportPtr);

    if (place->directory != NULL && chdir(place->directory) != 0) {
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
    DtsmTcl_BlockSignals(&mask);            /* P1 */
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
        DtsmTcl_NoteChild(child);
    }
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    ckfree((char *) shellArgv);
    close(ends[1]);
    if (child > 0) {
        do {
            got = read(ends[0], &failure, sizeof failure);
        } while (got < 0 && errno == EINTR);
        if (got == (ssize_t) sizeof failure) {
            DtsmTcl_Reap(child);
        } else {
            failure = 0;
        }
    }
    close(ends[0]);
    errno = failure;
    return failure ? -1 : child;
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
                "argv ?-env dict? ?-cwd directory? ?-file file? "
                "?-supervise socket? ?-mapped bool?");
        return TCL_ERROR;
    }
    memset(&start, 0, sizeof start);
    if (DtsmTcl_ReadStart(interp, objc, objv, &start) == TCL_OK
            && DtsmTcl_MayStart(interp) == TCL_OK) {
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

static int
WaitCmd(
    Tcl_Interp *interp,
    Tcl_Obj *pidPtr,
    Tcl_Obj *servePtr)          /* NULL: yes */
{
    Tcl_WideInt wide;
    Tcl_Obj *dictPtr;
    pid_t child;
    int status, serve = 1, code, bySignal;

    if (Tcl_GetWideIntFromObj(interp, pidPtr, &wide) != TCL_OK
            || (servePtr != NULL && Tcl_GetBooleanFromObj(interp, servePtr,
                    &serve) != TCL_OK)) {
        return TCL_ERROR;
    }
    child = (pid_t) wide;
    errno = child <= 0 || child != DtsmTcl_GetChild() ? ECHILD
            : DtsmTcl_Await(child, serve, &status);
    if (errno != 0) {
        return DtsmTcl_Errno(interp, "wait");
    }
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
        DtsmTcl_CaughtSignals(interp);
        return TCL_OK;
    case VERB_HOLD:
        return DtsmTcl_HoldSignals(interp);
    case VERB_INHERIT:
        DtsmTcl_Inherit();
        return TCL_OK;
    case VERB_RELEASE:
        DtsmTcl_ReleaseSignals();
        return TCL_OK;
    case VERB_SPAWN:
        return SpawnCmd(interp, objc, objv);
    default:
        return WaitCmd(interp, objv[2], objc == 4 ? objv[3] : NULL);
    }
}
