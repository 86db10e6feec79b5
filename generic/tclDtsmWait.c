/*
 * tclDtsmWait.c --
 *
 *      The end of the child in the foreground.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tclDtsmInherit.h"
#include "tclDtsmSignal.h"
#include "tclDtsmWait.h"

#define POLL_MS 10              /* between looks at a child without a pidfd */

#ifndef SYS_pidfd_open
#   define SYS_pidfd_open 434
#endif

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

int
DtsmTcl_Reap(
    pid_t child)
{
    sigset_t mask;
    int status = 0;

    DtsmTcl_BlockSignals(&mask);            /* P1 */
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    DtsmTcl_NoteChild(0);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return status;
}

int
DtsmTcl_Await(
    pid_t child,
    int serve,
    int *statusPtr)
{
    if ((serve ? ServeUntilEnd(child) : HasEnded(child, 0)) < 0) {
        return errno;
    }
    *statusPtr = DtsmTcl_Reap(child);
    return 0;
}
