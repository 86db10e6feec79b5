/*
 * tclDtsmTest.c --
 *
 *      The package dtsm::test: functions of the core and of the judge as they
 *      are, for tests.  Paths are byte arrays, flags are numbers, and a status
 *      is the number that C gives; nothing is checked here that those should
 *      check.  Not installed.
 *
 *      dtsm::test::open file mode              {status handle errno}
 *      dtsm::test::close handle
 *      dtsm::test::message status              sentence
 *      dtsm::test::flagName bit                name or {}
 *
 *      The others are in tclDtsmTest*.c, by subject.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmTest.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

DLLEXPORT int Dtsmtest_Init(Tcl_Interp *interp);

enum { HANDLES_MAX = 256 };

static Dtsm_Map *handles[HANDLES_MAX];
static pthread_mutex_t handlesLock = PTHREAD_MUTEX_INITIALIZER;

Dtsm_Map *
DtsmTest_GetMap(Tcl_Interp *interp, Tcl_Obj *objPtr)
{
    int handle;

    if (Tcl_GetIntFromObj(interp, objPtr, &handle) != TCL_OK) {
        return NULL;
    }
    if (handle < 0 || handle >= HANDLES_MAX || handles[handle] == NULL) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj("no such handle", -1));
        return NULL;
    }
    return handles[handle];
}

int
DtsmTest_GetUnsigned(Tcl_Interp *interp, Tcl_Obj *objPtr, unsigned *valuePtr)
{
    Tcl_WideInt wide;

    if (Tcl_GetWideIntFromObj(interp, objPtr, &wide) != TCL_OK) {
        return TCL_ERROR;
    }
    *valuePtr = (unsigned) wide;
    return TCL_OK;
}

const char *
DtsmTest_GetBytes(Tcl_Obj *objPtr, size_t *lenPtr)
{
    Tcl_Size len;
    const void *bytes = Tcl_GetByteArrayFromObj(objPtr, &len);

    *lenPtr = (size_t) len;
    return bytes;
}

Tcl_Obj *
DtsmTest_NewBytes(const char *bytes, size_t len)
{
    return Tcl_NewByteArrayObj((const void *) bytes, (Tcl_Size) len);
}

int
DtsmTest_Arguments(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[],
        int count, const char *usage)
{
    if (objc != count) {
        Tcl_WrongNumArgs(interp, 1, objv, usage);
        return TCL_ERROR;
    }
    return TCL_OK;
}

int
DtsmTest_ReturnInt(Tcl_Interp *interp, int value)
{
    Tcl_SetObjResult(interp, Tcl_NewIntObj(value));
    return TCL_OK;
}

int
DtsmTest_ReturnFound(Tcl_Interp *interp, int status, unsigned flags,
        Tcl_Obj *morePtr)
{
    Tcl_Obj *words[3];

    words[0] = Tcl_NewIntObj(status);
    words[1] = Tcl_NewWideIntObj((Tcl_WideInt) flags);
    words[2] = morePtr;
    Tcl_SetObjResult(interp, Tcl_NewListObj(morePtr != NULL ? 3 : 2, words));
    return TCL_OK;
}

static int
OpenCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Tcl_Obj *words[3];
    Dtsm_Map *map = NULL;
    int mode, status, error, handle = -1;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 3, "file mode") != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[2], &mode) != TCL_OK) {
        return TCL_ERROR;
    }
    errno = 0;
    status = Dtsm_Open(Tcl_GetString(objv[1]), mode, &map);
    error = errno;
    if (status == DTSM_OK) {
        pthread_mutex_lock(&handlesLock);
        for (handle = 0; handle < HANDLES_MAX && handles[handle] != NULL;) {
            handle++;
        }
        if (handle < HANDLES_MAX) {
            handles[handle] = map;
        }
        pthread_mutex_unlock(&handlesLock);
        if (handle == HANDLES_MAX) {
            Dtsm_Close(map);
            Tcl_SetObjResult(interp, Tcl_NewStringObj("no handle left", -1));
            return TCL_ERROR;
        }
    } else if (map != NULL) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj(
                "Dtsm_Open failed and left a map", -1));
        return TCL_ERROR;
    }
    words[0] = Tcl_NewIntObj(status);
    words[1] = Tcl_NewIntObj(handle);
    Tcl_SetErrno(error);
    words[2] = Tcl_NewStringObj(status == DTSM_SYSTEM ? Tcl_ErrnoId() : "",
            -1);
    Tcl_SetObjResult(interp, Tcl_NewListObj(3, words));
    return TCL_OK;
}

static int
CloseCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    int handle;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 2, "handle") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    (void) Tcl_GetIntFromObj(NULL, objv[1], &handle);
    Dtsm_Close(map);
    handles[handle] = NULL;
    return TCL_OK;
}

static int
MessageCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    int status;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 2, "status") != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[1], &status) != TCL_OK) {
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp, Tcl_NewStringObj(Dtsm_StatusMessage(status),
            -1));
    return TCL_OK;
}

static int
FlagNameCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    const char *name;
    unsigned bit;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 2, "bit") != TCL_OK
            || DtsmTest_GetUnsigned(interp, objv[1], &bit) != TCL_OK) {
        return TCL_ERROR;
    }
    name = Dtsm_FlagName(bit);
    Tcl_SetObjResult(interp, Tcl_NewStringObj(name != NULL ? name : "", -1));
    return TCL_OK;
}

static const DtsmTestCommand commands[] = {
    {"open", OpenCmd}, {"close", CloseCmd}, {"message", MessageCmd},
    {"flagName", FlagNameCmd}, {NULL, NULL}
};

static void
Create(Tcl_Interp *interp, const DtsmTestCommand *command)
{
    char name[64];

    for (; command->name != NULL; command++) {
        (void) snprintf(name, sizeof name, "::dtsm::test::%s", command->name);
        Tcl_CreateObjCommand(interp, name, command->proc, NULL, NULL);
    }
}

int
Dtsmtest_Init(Tcl_Interp *interp)
{
    if (Tcl_InitStubs(interp, "8.6-10", 0) == NULL) {
        return TCL_ERROR;
    }
    if (Tcl_CreateNamespace(interp, "::dtsm::test", NULL, NULL) == NULL) {
        Tcl_ResetResult(interp);
    }
    Create(interp, commands);
    Create(interp, dtsmTestPaths);
    Create(interp, dtsmTestState);
    Create(interp, dtsmTestStress);
    Create(interp, dtsmTestFlags);
    Create(interp, dtsmTestProcess);
    return Tcl_PkgProvide(interp, "dtsm::test", DTSM_VERSION_STRING);
}
