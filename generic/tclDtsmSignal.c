/*
 * tclDtsmSignal.c --
 *
 *      Signals that are held for the child in the foreground.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tclDtsmError.h"
#include "tclDtsmSignal.h"

#define HELD_SIGNALS 8

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

void
DtsmTcl_BlockSignals(
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

int
DtsmTcl_HoldSignals(
    Tcl_Interp *interp)
{
    struct sigaction action;
    int i;

    Tcl_MutexLock(&holdMutex);
    if (held) {
        Tcl_MutexUnlock(&holdMutex);
        return DtsmTcl_Fail(interp, "HELD", NULL, Tcl_NewStringObj(
                "signals are held already", -1));
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

void
DtsmTcl_FreeSignals(void)
{
    int i;

    for (i = 0; held && i < HELD_SIGNALS; i++) {
        sigaction(heldSignals[i].number, &former[i], NULL);
    }
}

void
DtsmTcl_ReleaseSignals(void)
{
    Tcl_MutexLock(&holdMutex);
    DtsmTcl_FreeSignals();
    held = 0;
    Tcl_MutexUnlock(&holdMutex);
}

void
DtsmTcl_CaughtSignals(
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
}

int
DtsmTcl_MayStart(
    Tcl_Interp *interp)
{
    int i;

    if (childId != 0) {
        return DtsmTcl_Fail(interp, "BUSY", NULL, Tcl_NewStringObj(
                "there is a child already", -1));
    }
    for (i = 0; held && i < HELD_SIGNALS; i++) {
        if (caught[i]) {
            return DtsmTcl_Fail(interp, "INTERRUPTED", heldSignals[i].name,
                    Tcl_ObjPrintf("interrupted by %s", heldSignals[i].name));
        }
    }
    return TCL_OK;
}

void
DtsmTcl_NoteChild(
    pid_t child)
{
    childId = (sig_atomic_t) child;
}

pid_t
DtsmTcl_GetChild(void)
{
    return (pid_t) childId;
}
