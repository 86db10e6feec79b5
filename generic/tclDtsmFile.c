/*
 * tclDtsmFile.c --
 *
 *      Making and opening maps from Tcl, and the default map.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef _GNU_SOURCE
#   define _GNU_SOURCE          /* mkostemp */
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tclDtsmError.h"
#include "tclDtsmFile.h"
#include "tclDtsmMap.h"
#include "tclDtsmMemory.h"
#include "tclDtsmPath.h"

#define SHM_FOLDER      "/dev/shm"
#define SHM_ROOM_MIN    (64u << 20)     /* bytes; less is a container's toy */
#define FILE_TEMPLATE   "/dtsm-XXXXXX"

#if TCL_MAJOR_VERSION < 9 && !defined(Tcl_GetChild)
#   define Tcl_GetChild Tcl_GetSlave    /* its name until 8.6.10 */
#endif

static Tcl_Obj *FileName(Tcl_Interp *interp, Tcl_Obj *nameObj,
        DtsmTcl_Path *pathPtr);
static int OpenMap(DtsmTcl_State *state, Tcl_Obj *fileObj, const char *file,
        int mode, Tcl_WideInt pathCount, DtsmTcl_Map **mapPtrPtr);
static int OpenFailed(Tcl_Interp *interp, int status, int error, int mode,
        const char *name, const char *file);
static void MapDeleted(void *data);
static DtsmTcl_Map *FindMap(Tcl_Interp *interp, Tcl_Obj *nameObj);
static int FolderHasRoom(const char *folder);
static const char *DefaultFolder(Tcl_Interp *interp);
static int MakeTemporary(Tcl_Interp *interp, Tcl_Obj *folderObj,
        Tcl_Obj **fileObjPtr);
static int GetMode(Tcl_Interp *interp, Tcl_Obj *objPtr, mode_t *modePtr);
static int SetNewDefault(DtsmTcl_State *state, DtsmTcl_Map *mapPtr);
static Tcl_Obj *CommandName(DtsmTcl_Map *mapPtr);

/*
 * FileName --
 *
 *      The absolute name of a file that Tcl names, so that it means the same
 *      after a cd and in a child.
 *
 * Results:
 *      An object that belongs to nameObj, and the system's bytes for it in
 *      pathPtr; NULL with a message on failure.
 */

static Tcl_Obj *
FileName(Tcl_Interp *interp, Tcl_Obj *nameObj, DtsmTcl_Path *pathPtr)
{
    Tcl_Obj *fileObj;

    if (DtsmTcl_GetPath(interp, nameObj, 0, pathPtr) != TCL_OK) {
        return NULL;
    }
    DtsmTcl_FreePath(pathPtr);
    fileObj = Tcl_FSGetNormalizedPath(interp, nameObj);
    if (fileObj == NULL || DtsmTcl_GetPath(interp, fileObj, 0, pathPtr)
            != TCL_OK) {
        return NULL;
    }
    if (pathPtr->bytes != Tcl_DStringValue(&pathPtr->space)) {
        Tcl_DStringAppend(&pathPtr->space, pathPtr->bytes,
                (Tcl_Size) pathPtr->len);
        pathPtr->bytes = Tcl_DStringValue(&pathPtr->space);
    }
    return fileObj;
}

/*
 * OpenMap --
 *
 *      Attach to the map in file and make its command.
 *
 * Results:
 *      TCL_OK with the map, or TCL_ERROR with a message.
 */

static int
OpenMap(DtsmTcl_State *state, Tcl_Obj *fileObj, const char *file, int mode,
    Tcl_WideInt pathCount, DtsmTcl_Map **mapPtrPtr)
{
    Tcl_Interp *interp = state->interp;
    DtsmTcl_Map *mapPtr;
    Dtsm_Map *map;
    Tcl_CmdInfo info;
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

static Tcl_Obj *
CommandName(DtsmTcl_Map *mapPtr)
{
    Tcl_Obj *nameObj = Tcl_NewObj();

    if (mapPtr->token != NULL) {
        Tcl_GetCommandFullName(mapPtr->state->interp, mapPtr->token, nameObj);
    }
    return nameObj;
}

static DtsmTcl_Map *
FindMap(Tcl_Interp *interp, Tcl_Obj *nameObj)
{
    Tcl_CmdInfo info;

    if (Tcl_GetCommandInfo(interp, Tcl_GetString(nameObj), &info)
            && info.objProc == DtsmTcl_MapCmd) {
        return info.objClientData;
    }
    DtsmTcl_Fail(interp, "INVALID MAP", Tcl_GetString(nameObj),
            Tcl_ObjPrintf("\"%s\" is not an open map:"
            " give what dtsm::create or dtsm::open returned",
            Tcl_GetString(nameObj)));
    return NULL;
}

static int
FolderHasRoom(const char *folder)
{
    struct statvfs st;

    return access(folder, W_OK | X_OK) == 0 && statvfs(folder, &st) == 0
            && st.f_bavail >= SHM_ROOM_MIN / (st.f_frsize ? st.f_frsize : 1);
}

static const char *
DefaultFolder(Tcl_Interp *interp)
{
    const char *folder;

    if (FolderHasRoom(SHM_FOLDER)) {
        return SHM_FOLDER;
    }
    folder = Tcl_GetVar2(interp, "env", "TMPDIR", TCL_GLOBAL_ONLY);
    return folder != NULL && *folder != '\0' ? folder : "/tmp";
}

/*
 * MakeTemporary --
 *
 *      An empty file of a new name in a folder (NULL: the default one), mode
 *      0600.
 *
 * Results:
 *      TCL_OK with its name in a new object of reference count 1.
 */

static int
MakeTemporary(Tcl_Interp *interp, Tcl_Obj *folderObj, Tcl_Obj **fileObjPtr)
{
    DtsmTcl_Path path;
    Tcl_Obj *ownObj = NULL;
    int fd, error;

    if (folderObj == NULL) {
        folderObj = ownObj = Tcl_NewStringObj(DefaultFolder(interp), -1);
        Tcl_IncrRefCount(ownObj);
    }
    if (FileName(interp, folderObj, &path) == NULL) {
        if (ownObj != NULL) {
            Tcl_DecrRefCount(ownObj);
        }
        return TCL_ERROR;
    }
    Tcl_DStringAppend(&path.space, FILE_TEMPLATE, -1);
    fd = mkostemp(Tcl_DStringValue(&path.space), O_CLOEXEC);
    error = errno;
    if (fd >= 0) {
        close(fd);
        path.len = (size_t) Tcl_DStringLength(&path.space);
        *fileObjPtr = DtsmTcl_NewPath(interp, Tcl_DStringValue(&path.space),
                path.len, 0);
        if (*fileObjPtr != NULL) {
            Tcl_IncrRefCount(*fileObjPtr);
        } else {
            (void) unlink(Tcl_DStringValue(&path.space));
        }
    } else {
        *fileObjPtr = NULL;
        DtsmTcl_Posix(interp, error, "couldn't make a map in",
                Tcl_GetString(folderObj));
    }
    if (ownObj != NULL) {
        Tcl_DecrRefCount(ownObj);
    }
    DtsmTcl_FreePath(&path);
    return *fileObjPtr != NULL ? TCL_OK : TCL_ERROR;
}

/*
 * GetMode --
 *
 *      A file mode in octal, however it is prefixed: Tcl 8.6 and 9 read 0600
 *      as different numbers.
 */

static int
GetMode(Tcl_Interp *interp, Tcl_Obj *objPtr, mode_t *modePtr)
{
    const char *text = Tcl_GetString(objPtr), *digits = text;
    unsigned long mode = 0;
    size_t len;

    if (digits[0] == '0' && (digits[1] == 'o' || digits[1] == 'O')) {
        digits += 2;
    }
    len = strspn(digits, "01234567");
    if (len > 0 && len < 6 && digits[len] == '\0') {
        mode = strtoul(digits, NULL, 8);
    }
    if ((mode & ~0644ul) != 0 || (mode & 0600) != 0600) {
        return DtsmTcl_Fail(interp, "INVALID MODE", NULL, Tcl_ObjPrintf(
                "bad mode \"%s\": must be octal, 0600 or with read permission"
                " for others up to 0644", text));
    }
    *modePtr = (mode_t) mode;
    return TCL_OK;
}

/*
 * DtsmTcl_CreateCmd --
 *
 *      dtsm::create ?-dir folder? ?-expect paths? ?-file file? ?-mode mode?
 */

int
DtsmTcl_CreateCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    static const char *const options[] = {
        "-dir", "-expect", "-file", "-mode", NULL
    };
    enum { OPT_DIR, OPT_EXPECT, OPT_FILE, OPT_MODE };
    Tcl_WideInt pathCount = 0;
    Tcl_Obj *folderObj = NULL, *fileObj = NULL, *nameObj;
    DtsmTcl_Path path;
    DtsmTcl_Map *mapPtr;
    mode_t mode = 0600;
    int i, option, result, openMode = DTSM_CREATE;

    if (objc % 2 == 0) {
        Tcl_WrongNumArgs(interp, 1, objv, "?-dir folder? ?-expect paths?"
                " ?-file file? ?-mode mode?");
        return TCL_ERROR;
    }
    for (i = 1; i < objc; i += 2) {
        if (Tcl_GetIndexFromObj(interp, objv[i], options, "option",
                TCL_EXACT, &option) != TCL_OK) {
            return TCL_ERROR;
        }
        switch (option) {
        case OPT_DIR:
            folderObj = objv[i + 1];
            break;
        case OPT_EXPECT:
            if (Tcl_GetWideIntFromObj(interp, objv[i + 1], &pathCount)
                    != TCL_OK) {
                return TCL_ERROR;
            }
            if (pathCount < 0) {
                return DtsmTcl_Fail(interp, "INVALID EXPECT", NULL,
                        Tcl_ObjPrintf("bad number of paths \"%s\": must be"
                        " 0, for unknown, or more",
                        Tcl_GetString(objv[i + 1])));
            }
            break;
        case OPT_FILE:
            fileObj = objv[i + 1];
            break;
        case OPT_MODE:
            if (GetMode(interp, objv[i + 1], &mode) != TCL_OK) {
                return TCL_ERROR;
            }
            break;
        }
    }
    if (folderObj != NULL && fileObj != NULL) {
        return DtsmTcl_Fail(interp, "INVALID OPTIONS", NULL, Tcl_NewStringObj(
                "-dir and -file exclude each other:"
                " give the file's whole name with -file", -1));
    }
    if (fileObj != NULL) {
        openMode |= DTSM_EXCL;
        Tcl_IncrRefCount(fileObj);
    } else if (MakeTemporary(interp, folderObj, &fileObj) != TCL_OK) {
        return TCL_ERROR;
    }
    nameObj = FileName(interp, fileObj, &path);
    if (nameObj == NULL) {
        Tcl_DecrRefCount(fileObj);
        return TCL_ERROR;
    }
    result = OpenMap(data, nameObj, path.bytes, openMode, pathCount, &mapPtr);
    if (result == TCL_OK && mode != 0600 && chmod(path.bytes, mode) != 0) {
        result = DtsmTcl_Posix(interp, errno, "couldn't set the mode of",
                Tcl_GetString(nameObj));
        (void) unlink(path.bytes);
        DtsmTcl_Close(mapPtr);
    } else if (result == TCL_OK) {
        Tcl_SetObjResult(interp, CommandName(mapPtr));
    } else if ((openMode & DTSM_EXCL) == 0) {
        (void) unlink(path.bytes);
    }
    DtsmTcl_FreePath(&path);
    Tcl_DecrRefCount(fileObj);
    return result;
}

/*
 * DtsmTcl_OpenCmd --
 *
 *      dtsm::open file ?-readonly bool? ?-create bool?
 */

int
DtsmTcl_OpenCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    static const char *const options[] = {"-create", "-readonly", NULL};
    int flags[2] = {0, 0};
    int i, option, result, mode;
    Tcl_Obj *nameObj;
    DtsmTcl_Path path;
    DtsmTcl_Map *mapPtr;

    if (objc < 2 || objc % 2 != 0) {
        Tcl_WrongNumArgs(interp, 1, objv, "file ?-readonly bool?"
                " ?-create bool?");
        return TCL_ERROR;
    }
    for (i = 2; i < objc; i += 2) {
        if (Tcl_GetIndexFromObj(interp, objv[i], options, "option",
                TCL_EXACT, &option) != TCL_OK || Tcl_GetBooleanFromObj(
                interp, objv[i + 1], &flags[option]) != TCL_OK) {
            return TCL_ERROR;
        }
    }
    if (flags[0] && flags[1]) {
        return DtsmTcl_Fail(interp, "INVALID OPTIONS", NULL, Tcl_NewStringObj(
                "-create and -readonly exclude each other:"
                " a new map has to be written", -1));
    }
    nameObj = FileName(interp, objv[1], &path);
    if (nameObj == NULL) {
        return TCL_ERROR;
    }
    mode = flags[0] ? DTSM_CREATE : flags[1] ? DTSM_RDONLY : DTSM_RDWR;
    result = OpenMap(data, nameObj, path.bytes, mode, 0, &mapPtr);
    if (result == TCL_OK) {
        Tcl_SetObjResult(interp, CommandName(mapPtr));
    }
    DtsmTcl_FreePath(&path);
    return result;
}

static int
SetNewDefault(DtsmTcl_State *state, DtsmTcl_Map *mapPtr)
{
    DtsmTcl_SetDefault(state, mapPtr);
    Tcl_SetObjResult(state->interp, CommandName(mapPtr));
    return TCL_OK;
}

/*
 * DtsmTcl_SetManagerCmd --
 *
 *      dtsm::set_manager statusFile sharedMemoryFile
 *
 *      As the original's __dtsharedmemory_set_manager.  The status file's
 *      content lives in the map; a given one is made, so that scripts that
 *      delete it go on working.
 */

int
DtsmTcl_SetManagerCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_State *state = data;
    DtsmTcl_Map *mapPtr;
    DtsmTcl_Path path;
    Tcl_Obj *nameObj;
    int result;

    if (objc != 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "statusFile sharedMemoryFile");
        return TCL_ERROR;
    }
    if (state->defaultMap != NULL && state->defaultMap->map != NULL) {
        Tcl_SetObjResult(interp, CommandName(state->defaultMap));
        return TCL_OK;
    }
    if (Tcl_GetString(objv[1])[0] != '\0') {
        int fd;

        nameObj = FileName(interp, objv[1], &path);
        if (nameObj == NULL) {
            return TCL_ERROR;
        }
        fd = open(path.bytes, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
        if (fd < 0) {
            result = DtsmTcl_Posix(interp, errno, "couldn't make status file",
                    Tcl_GetString(nameObj));
            DtsmTcl_FreePath(&path);
            return result;
        }
        close(fd);
        DtsmTcl_FreePath(&path);
    }
    nameObj = FileName(interp, objv[2], &path);
    if (nameObj == NULL) {
        return TCL_ERROR;
    }
    result = OpenMap(state, nameObj, path.bytes, DTSM_CREATE, 0, &mapPtr);
    DtsmTcl_FreePath(&path);
    return result == TCL_OK ? SetNewDefault(state, mapPtr) : TCL_ERROR;
}

/*
 * DtsmTcl_DefaultCmd --
 *
 *      dtsm::default ?map? ?interp?
 *
 *      With interp, map becomes the default map of that child interpreter:
 *      the way in which a safe interpreter gets a map to search in.
 */

int
DtsmTcl_DefaultCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_State *state = data;
    DtsmTcl_Map *mapPtr = NULL;

    if (objc > 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "?map? ?interp?");
        return TCL_ERROR;
    }
    if (objc == 1) {
        if (state->defaultMap != NULL && state->defaultMap->map != NULL) {
            Tcl_SetObjResult(interp, CommandName(state->defaultMap));
        }
        return TCL_OK;
    }
    if (objc == 3) {
        Tcl_Interp *child = Tcl_GetChild(interp, Tcl_GetString(objv[2]));

        if (child == NULL) {
            return DtsmTcl_Fail(interp, "INVALID INTERP",
                    Tcl_GetString(objv[2]), Tcl_ObjPrintf(
                    "couldn't find interpreter \"%s\"",
                    Tcl_GetString(objv[2])));
        }
        state = Tcl_GetAssocData(child, "dtsm", NULL);
        if (state == NULL) {
            return DtsmTcl_Fail(interp, "INVALID INTERP",
                    Tcl_GetString(objv[2]), Tcl_ObjPrintf(
                    "interpreter \"%s\" has not loaded the package dtsm",
                    Tcl_GetString(objv[2])));
        }
    }
    if (Tcl_GetString(objv[1])[0] != '\0') {
        mapPtr = FindMap(interp, objv[1]);
        if (mapPtr == NULL) {
            return TCL_ERROR;
        }
    }
    DtsmTcl_SetDefault(state, mapPtr);
    Tcl_SetObjResult(interp, objv[1]);
    return TCL_OK;
}
