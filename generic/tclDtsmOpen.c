/*
 * tclDtsmOpen.c --
 *
 *      Opening a map, and its command.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tclDtsmError.h"
#include "tclDtsmMap.h"
#include "tclDtsmMemory.h"
#include "tclDtsmOpen.h"

static void MapDeleted(void *data);
static int OpenFailed(Tcl_Interp *interp, int status, int error, int mode,
        const char *name, const char *file);

/*
 * SameDirectory --
 *
 *      Do two names lie in the same directory?
 */

static int
SameDirectory(const char *a, const char *b)
{
    const char *names[2] = {a, b};
    struct stat st[2];
    int i;

    for (i = 0; i < 2; i++) {
        const char *slash = strrchr(names[i], '/');
        Tcl_DString directory;
        int failed;

        Tcl_DStringInit(&directory);
        Tcl_DStringAppend(&directory, slash == NULL ? "." : names[i],
                slash == NULL ? 1 : (Tcl_Size) (slash - names[i] + 1));
        failed = stat(Tcl_DStringValue(&directory), &st[i]) != 0;
        Tcl_DStringFree(&directory);
        if (failed) {
            return i == 0;              /* the same error */
        }
    }
    return st[0].st_dev == st[1].st_dev && st[0].st_ino == st[1].st_ino;
}

/*
 * A working directory, or what a link leads to, can have a name that Tcl
 * cannot say, and takes for another: then a name stays as it was given.
 */

Tcl_Obj *
DtsmTcl_FileName(Tcl_Interp *interp, Tcl_Obj *nameObj, DtsmTcl_Path *pathPtr)
{
    Tcl_Obj *fileObj;
    Tcl_DString given;

    if (DtsmTcl_GetPath(interp, nameObj, 0, pathPtr) != TCL_OK) {
        return NULL;
    }
    Tcl_DStringInit(&given);
    Tcl_DStringAppend(&given, pathPtr->bytes, (Tcl_Size) pathPtr->len);
    DtsmTcl_FreePath(pathPtr);
    fileObj = Tcl_FSGetNormalizedPath(interp, nameObj);
    if (fileObj == NULL || DtsmTcl_GetPath(interp, fileObj, 0, pathPtr)
            != TCL_OK) {
        Tcl_DStringFree(&given);
        return NULL;
    }
    if (pathPtr->bytes != Tcl_DStringValue(&pathPtr->space)) {
        Tcl_DStringAppend(&pathPtr->space, pathPtr->bytes,
                (Tcl_Size) pathPtr->len);
        pathPtr->bytes = Tcl_DStringValue(&pathPtr->space);
    }
    if (!SameDirectory(Tcl_DStringValue(&given), pathPtr->bytes)) {
        Tcl_DStringSetLength(&pathPtr->space, 0);
        Tcl_DStringAppend(&pathPtr->space, Tcl_DStringValue(&given),
                Tcl_DStringLength(&given));
        pathPtr->bytes = Tcl_DStringValue(&pathPtr->space);
        pathPtr->len = (size_t) Tcl_DStringLength(&given);
        fileObj = nameObj;
    }
    Tcl_DStringFree(&given);
    return fileObj;
}

int
DtsmTcl_OpenMap(DtsmTcl_State *state, Tcl_Obj *fileObj, const char *file,
    int mode, Tcl_WideInt pathCount, DtsmTcl_Map **mapPtrPtr)
{
    Tcl_Interp *interp = state->interp;
    DtsmTcl_Map *mapPtr;
    Dtsm_Map *map;
    Tcl_CmdInfo info;
    Dtsm_Stats stats;
    char name[64];
    int status;

    errno = 0;
    status = Dtsm_OpenSized(file, mode, (uint64_t) pathCount, &map);
    if (status != DTSM_OK) {
        return OpenFailed(interp, status, errno, mode,
                Tcl_GetString(fileObj), file);
    }
    mapPtr = DtsmTcl_Alloc(sizeof *mapPtr);
    mapPtr->map = map;
    mapPtr->state = state;
    mapPtr->file = DtsmTcl_Alloc(strlen(file) + 1);
    strcpy(mapPtr->file, file);
    mapPtr->fileObj = Tcl_NewStringObj(Tcl_GetString(fileObj), -1);
    Tcl_IncrRefCount(mapPtr->fileObj);
    mapPtr->readOnly = (mode & (DTSM_RDWR | DTSM_CREATE)) == 0;
    mapPtr->own = NULL;
    Dtsm_Stat(map, &stats);
    mapPtr->noCase = stats.noCase;
    mapPtr->refCount = 1;
    mapPtr->next = state->maps;
    state->maps = mapPtr;
    do {
        state->serial++;
        (void) snprintf(name, sizeof name, "::dtsm::map%u", state->serial);
    } while (Tcl_GetCommandInfo(interp, name, &info));
    mapPtr->token = Tcl_NRCreateCommand(interp, name, DtsmTcl_MapCmd,
            DtsmTcl_NRMapCmd, mapPtr, MapDeleted);
    state->refCount++;
    if (mapPtr->token == NULL) {
        DtsmTcl_Close(mapPtr);
        DtsmTcl_Release(mapPtr);
        Tcl_SetObjResult(interp, Tcl_NewStringObj(
                "the interpreter is being deleted", -1));
        return TCL_ERROR;
    }
    *mapPtrPtr = mapPtr;
    return TCL_OK;
}

static int
OpenFailed(Tcl_Interp *interp, int status, int error, int mode,
    const char *name, const char *file)
{
    struct stat st;

    if (status == DTSM_CORRUPT && stat(file, &st) == 0 && st.st_size == 0) {
        return DtsmTcl_Fail(interp, "CORRUPT", name, Tcl_ObjPrintf(
                "\"%s\" is empty: make a map of it with -create 1", name));
    }
    if (status == DTSM_INVALID && (mode & DTSM_NOCASE) != 0) {
        return DtsmTcl_Fail(interp, "INVALID CASE", name, Tcl_ObjPrintf(
                "the map \"%s\" does not fold case", name));
    }
    if (status == DTSM_INVALID) {
        return DtsmTcl_Fail(interp, "INVALID MODE", NULL, Tcl_ObjPrintf(
                "couldn't open map \"%s\": bad mode", name));
    }
    if (status != DTSM_SYSTEM) {
        return DtsmTcl_Status(interp, status, NULL, name);
    }
    DtsmTcl_Posix(interp, error, "couldn't open map", name);
    Tcl_AppendResult(interp,
            error == EPERM ? ": a map must be yours or root's,"
            " and only its owner may write it"
            : error == EINVAL ? ": a map is a regular file"
            : error == ENOENT && (mode & DTSM_CREATE) == 0
            ? ": make it with -create 1"
            : error == ENOMEM ? ": raise the limit on address space"
            : error == EFBIG ? ": raise the limit on the size of files"
            : "", NULL);
    return TCL_ERROR;
}

/*
 * MapDeleted --
 *
 *      The map's command is gone, by close, by rename, or with its
 *      interpreter.
 */

static void
MapDeleted(void *data)
{
    DtsmTcl_Map *mapPtr = data;

    mapPtr->token = NULL;
    DtsmTcl_Close(mapPtr);
    DtsmTcl_Release(mapPtr);            /* the command's reference */
}

Tcl_Obj *
DtsmTcl_CommandName(DtsmTcl_Map *mapPtr)
{
    Tcl_Obj *nameObj = Tcl_NewObj();

    if (mapPtr->token != NULL) {
        Tcl_GetCommandFullName(mapPtr->state->interp, mapPtr->token, nameObj);
    }
    return nameObj;
}
