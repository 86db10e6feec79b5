/*
 * tclDtsmOwn.c --
 *
 *      Files and sessions' directories that go with their owner.
 *
 * At the end of a process Tcl deletes no interpreter, and calls exit handlers
 * in one thread while the others run.  So all are in one list under one lock,
 * and the handler leaves the list to the owners.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "dtsm.h"
#include "tclDtsmMemory.h"
#include "tclDtsmOwn.h"
#include "tclDtsmPort.h"
#include "tclDtsmSession.h"

struct DtsmTcl_Own {
    DtsmTcl_Own *next;          /* of all */
    DtsmTcl_Own *sibling;       /* of its owner's sessions */
    pid_t process;
    int held;                   /* -1: a file */
    char name[];
};

TCL_DECLARE_MUTEX(ownMutex)
static DtsmTcl_Own *owned;

static void
Remove(const DtsmTcl_Own *own)
{
    char map[PATH_MAX];
    Dtsm_Map *handle;

    if (own->process != getpid()) {
        return;
    }
    if (own->held < 0) {
        (void) unlink(own->name);
        return;
    }
    (void) snprintf(map, sizeof map, "%s/map", own->name);
    if (Dtsm_Open(map, DTSM_RDWR, &handle) == DTSM_OK) {
        (void) Dtsm_SetFence(handle, 0);
        Dtsm_Close(handle);
    }
    (void) DtsmTcl_SessionRemove(own->name, own->held);
}

static void
OnExit(void *data)
{
    DtsmTcl_Own *own;

    (void) data;
    Tcl_MutexLock(&ownMutex);
    for (own = owned; own != NULL; own = own->next) {
        Remove(own);
    }
    Tcl_MutexUnlock(&ownMutex);
}

static DtsmTcl_Own *
Remember(const char *name, int held)
{
    DtsmTcl_Own *own = DtsmTcl_Alloc(sizeof *own + strlen(name) + 1);

    own->process = getpid();
    own->held = held;
    strcpy(own->name, name);
    Tcl_MutexLock(&ownMutex);
    if (owned == NULL) {
        Tcl_CreateExitHandler(OnExit, NULL);
    }
    own->next = owned;
    owned = own;
    Tcl_MutexUnlock(&ownMutex);
    return own;
}

DtsmTcl_Own *
DtsmTcl_OwnFile(const char *file)
{
    return Remember(file, -1);
}

/*
 * Unlink --
 *
 *      Take it out of the list of all; the library may go after the last.
 */

static void
Unlink(DtsmTcl_Own *own)
{
    DtsmTcl_Own **linkPtr = &owned;

    Tcl_MutexLock(&ownMutex);
    while (*linkPtr != own) {
        linkPtr = &(*linkPtr)->next;
    }
    *linkPtr = own->next;
    if (owned == NULL) {
        Tcl_DeleteExitHandler(OnExit, NULL);
    }
    Tcl_MutexUnlock(&ownMutex);
}

void
DtsmTcl_GiveUp(DtsmTcl_Own *own)
{
    if (own != NULL) {
        Unlink(own);
        Remove(own);
        DtsmTcl_Free(own);
    }
}

void
DtsmTcl_OwnSession(DtsmTcl_Own **listPtr, const char *directory, int held)
{
    DtsmTcl_Own *own = Remember(directory, held);

    own->sibling = *listPtr;
    *listPtr = own;
}

void
DtsmTcl_ForgetSession(DtsmTcl_Own **listPtr, int held)
{
    for (; *listPtr != NULL; listPtr = &(*listPtr)->sibling) {
        DtsmTcl_Own *own = *listPtr;

        if (own->held == held) {
            *listPtr = own->sibling;
            Unlink(own);
            DtsmTcl_Free(own);
            break;
        }
    }
}

void
DtsmTcl_GiveUpSessions(DtsmTcl_Own **listPtr)
{
    while (*listPtr != NULL) {
        DtsmTcl_Own *own = *listPtr;

        *listPtr = own->sibling;
        Unlink(own);
        Remove(own);
        close(own->held);
        DtsmTcl_Free(own);
    }
}
