/*
 * tclDtsmWorker.c --
 *
 *      The command dtsm::worker: a process beside ours that may hang, and is
 *      ended all the same.  tclDtsmWorker.h says what it does.
 *
 * A worker leads a process group, so that what it started ends with it and
 * the terminal's signals do not reach it.  The kernel ends it with us where
 * it can do that; elsewhere it sees the end of its channel.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#ifdef __linux__
#   include <sys/prctl.h>
#endif
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tclDtsmError.h"
#include "tclDtsmInherit.h"
#include "tclDtsmStrings.h"
#include "tclDtsmVerb.h"
#include "tclDtsmWorker.h"

#define WORKER_FD 3             /* the worker's end of its channel */

/*
 * CloseFrom --
 *
 *      The descriptors that the command was given are not the worker's: it may
 *      outlive who waits for their end, and needs some of its own.
 */

static void
CloseFrom(
    int first)
{
    long limit;

#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) {
        return;
    }
#endif
    for (limit = sysconf(_SC_OPEN_MAX); first < limit; first++) {
        close(first);
    }
}

/*
 * RunWorker --
 *
 *      The child's side of fork, where only async-signal-safe calls are made.
 *      Its input is empty, and what it prints is for a reader's eyes.
 */

static void
RunWorker(
    char **argv,
    char **env,
    int end,
    pid_t parent,
    const sigset_t *maskPtr)
{
    struct sigaction action;
    sigset_t none;
    int number, null;

    memset(&action, 0, sizeof action);
    for (number = 1; number < NSIG; number++) {
        struct sigaction former;

        if (sigaction(number, NULL, &former) == 0
                && former.sa_handler != SIG_IGN) {
            sigaction(number, &action, NULL);
        }
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGTTOU, &action, NULL);

    /*
     * The caller's mode mask, for what scripts make; but signals as they need
     * them, and no closed standard error.
     */

    end = DtsmTcl_Bequeath(maskPtr, end);
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    (void) fcntl(STDERR_FILENO, F_SETFD, 0);
    (void) setpgid(0, 0);
#ifdef PR_SET_PDEATHSIG
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() != parent) {
        return;
    }
#else
    (void) parent;
#endif
    null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0
            || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        return;
    }
    if (end == WORKER_FD ? fcntl(end, F_SETFD, 0) != 0
            : dup2(end, WORKER_FD) < 0) {
        return;
    }
    CloseFrom(WORKER_FD + 1);
    execve(argv[0], argv, env);
}

/*
 * MakeChannels --
 *
 *      A channel to read from fd and one to write to it: one for both would
 *      lose what it has read ahead at each write.
 *
 * Returns:
 *      A list of their names; NULL with errno, and fd is closed.
 */

static Tcl_Obj *
MakeChannels(
    Tcl_Interp *interp,
    int fd)
{
    int twin = fcntl(fd, F_DUPFD_CLOEXEC, 0), i;
    Tcl_Obj *listPtr;

    if (twin < 0 || !DtsmTcl_CanWatch(fd) || !DtsmTcl_CanWatch(twin)) {
        int keptErrno = twin < 0 ? errno : EMFILE;

        if (twin >= 0) {
            close(twin);
        }
        close(fd);
        errno = keptErrno;
        return NULL;
    }
    listPtr = Tcl_NewListObj(0, NULL);
    for (i = 0; i < 2; i++) {
        Tcl_Channel channel = Tcl_MakeFileChannel(
                (void *) (intptr_t) (i == 0 ? fd : twin),
                i == 0 ? TCL_READABLE : TCL_WRITABLE);

        Tcl_RegisterChannel(interp, channel);
        Tcl_ListObjAppendElement(NULL, listPtr,
                Tcl_NewStringObj(Tcl_GetChannelName(channel), -1));
    }
    return listPtr;
}

/*
 * KillChild --
 *
 *      A child of ours, and its group; it may not have come to lead one.
 *
 * Returns:
 *      Its status, as waitpid(2) has it.
 */

static int
KillChild(
    pid_t child)
{
    int status = 0;

    (void) kill(-child, SIGKILL);
    (void) kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    return status;
}

static int
StartWorkerCmd(
    Tcl_Interp *interp,
    Tcl_Obj *argvObj)
{
    DtsmTcl_Strings argv = {NULL, 0, 0}, env = {NULL, 0, 0};
    Tcl_Obj *resultPtr;
    sigset_t all, mask;
    pid_t child, parent = getpid();
    int ends[2], error;

    if (DtsmTcl_AppendList(interp, argvObj, &argv) != TCL_OK) {
        DtsmTcl_FreeStrings(&argv);
        return TCL_ERROR;
    }
    if (argv.count == 0
            || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
            != 0) {
        errno = argv.count == 0 ? EINVAL : errno;
        DtsmTcl_FreeStrings(&argv);
        return DtsmTcl_Errno(interp, "couldn't start a worker");
    }
    DtsmTcl_StartEnviron(&env);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    child = fork();
    if (child == 0) {
        RunWorker(argv.items, env.items, ends[1], parent, &mask);
        _exit(127);
    }
    error = errno;
    if (child > 0) {
        (void) setpgid(child, child);   /* as the child does: who is first */
    }
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    DtsmTcl_FreeStrings(&argv);
    DtsmTcl_FreeStrings(&env);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        errno = error;
        return DtsmTcl_Errno(interp, "couldn't start a worker");
    }
    resultPtr = MakeChannels(interp, ends[0]);
    if (resultPtr == NULL) {
        error = errno;
        (void) KillChild(child);
        errno = error;
        return DtsmTcl_Errno(interp, "couldn't talk to a worker");
    }
    Tcl_ListObjAppendElement(NULL, resultPtr,
            Tcl_NewWideIntObj((Tcl_WideInt) child));
    Tcl_SetObjResult(interp, resultPtr);
    return TCL_OK;
}

static int
JoinCmd(
    Tcl_Interp *interp)
{
    Tcl_Obj *resultPtr = fcntl(WORKER_FD, F_SETFD, FD_CLOEXEC) == 0
            ? MakeChannels(interp, WORKER_FD) : NULL;

    if (resultPtr == NULL) {
        return DtsmTcl_Errno(interp, "this is no worker");
    }
    Tcl_SetObjResult(interp, resultPtr);
    return TCL_OK;
}

/*
 * EndCmd --
 *
 *      The child is not reaped before the group is signalled, so its id, which
 *      is the group's, is nobody else's.  One whose channel has ended is about
 *      to end itself.
 */

static int
EndCmd(
    Tcl_Interp *interp,
    Tcl_Obj *pidObj,
    Tcl_Obj *graceObj)
{
    Tcl_WideInt wide;
    Tcl_Obj *pair[2];
    siginfo_t info;
    int status, bySignal, grace = 0;
    pid_t child;

    if (Tcl_GetWideIntFromObj(interp, pidObj, &wide) != TCL_OK
            || (graceObj != NULL && Tcl_GetIntFromObj(interp, graceObj,
            &grace) != TCL_OK)) {
        return TCL_ERROR;
    }
    child = (pid_t) wide;
    for (;;) {
        info.si_pid = 0;
        if (child <= 1 || child != wide || waitid(P_PID, (id_t) child, &info,
                WEXITED | WNOHANG | WNOWAIT) != 0) {
            errno = ECHILD;
            return DtsmTcl_Errno(interp, "couldn't end a worker");
        }
        if (info.si_pid != 0 || grace-- <= 0) {
            break;
        }
        Tcl_Sleep(1);
    }
    status = KillChild(child);
    bySignal = WIFSIGNALED(status);
    pair[0] = Tcl_NewStringObj(bySignal ? "signal" : "exit", -1);
    pair[1] = Tcl_NewWideIntObj((Tcl_WideInt)
            (bySignal ? WTERMSIG(status) : WEXITSTATUS(status)));
    Tcl_SetObjResult(interp, Tcl_NewListObj(2, pair));
    return TCL_OK;
}

int
DtsmTcl_WorkerCmd(
    void *data,
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[])
{
    static const DtsmTcl_Verb verbs[] = {
        {"end", 3, 4, "pid ?ms?"},
        {"join", 2, 2, NULL},
        {"start", 3, 3, "argv"},
        {NULL, 0, 0, NULL}
    };
    enum {VERB_END, VERB_JOIN, VERB_START};
    int verb;

    (void) data;
    if (DtsmTcl_GetVerb(interp, objc, objv, verbs, "subcommand ?arg ...?",
            &verb) != TCL_OK) {
        return TCL_ERROR;
    }
    switch (verb) {
    case VERB_START:
        return StartWorkerCmd(interp, objv[2]);
    case VERB_JOIN:
        return JoinCmd(interp);
    default:
        return EndCmd(interp, objv[2], objc == 4 ? objv[3] : NULL);
    }
}
