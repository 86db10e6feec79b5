/*
 * tclDtsmOwn.c --
 *
 *      Files that go with their owner.
 *
 * At the end of a process Tcl deletes no interpreter, and calls exit handlers
 * in one thread while the others run.  So all files are in one list under one
 * lock, and the handler leaves the list to the owners.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "tclDtsmMemory.h"
#include "tclDtsmOwn.h"
#include "tclDtsmPort.h"

struct DtsmTcl_Own {
    DtsmTcl_Own *next;
    pid_t process;
    char file[];
};

TCL_DECLARE_MUTEX(ownMutex)
static DtsmTcl_Own *owned;

static void
OnExit(void *data)
{
    DtsmTcl_Own *own;

    (void) data;
    Tcl_MutexLock(&ownMutex);
    for (own = owned; own != NULL; own = own->next) {
        if (own->process == getpid()) {
            (void) unlink(own->file);
        }
    }
    Tcl_MutexUnlock(&ownMutex);
}

DtsmTcl_Own *
DtsmTcl_OwnFile(const char *file)
{
    DtsmTcl_Own *own = DtsmTcl_Alloc(sizeof *own + strlen(file) + 1);

    own->process = getpid();
    strcpy(own->file, file);
    Tcl_MutexLock(&ownMutex);
    if (owned == NULL) {
        Tcl_CreateExitHandler(OnExit, NULL);
    }
    own->next = owned;
    owned = own;
    Tcl_MutexUnlock(&ownMutex);
    return own;
}

void
DtsmTcl_GiveUp(DtsmTcl_Own *own)
{
    DtsmTcl_Own **linkPtr = &owned;

    if (own == NULL) {
        return;
    }
    Tcl_MutexLock(&ownMutex);
    while (*linkPtr != own) {
        linkPtr = &(*linkPtr)->next;
    }
    *linkPtr = own->next;
    if (owned == NULL) {
        Tcl_DeleteExitHandler(OnExit, NULL);    /* the library may go */
    }
    Tcl_MutexUnlock(&ownMutex);
    if (own->process == getpid()) {
        (void) unlink(own->file);
    }
    DtsmTcl_Free(own);
}
