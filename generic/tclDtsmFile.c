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
#include "tclDtsmOpen.h"
#include "tclDtsmPath.h"

#define SHM_FOLDER      "/dev/shm"
#define SHM_ROOM_MIN    (64u << 20)     /* bytes; less is a container's toy */
#define FILE_TEMPLATE   "/dtsm-XXXXXX"

#if TCL_MAJOR_VERSION < 9 && !defined(Tcl_GetChild)
#   define Tcl_GetChild Tcl_GetSlave    /* its name until 8.6.10 */
#endif

static int FolderHasRoom(const char *folder);
static const char *DefaultFolder(Tcl_Interp *interp);
static int MakeTemporary(Tcl_Interp *interp, Tcl_Obj *folderObj,
        Tcl_Obj **fileObjPtr);
static int GetMode(Tcl_Interp *interp, Tcl_Obj *objPtr, mode_t *modePtr);
static int SetNewDefault(DtsmTcl_State *state, DtsmTcl_Map *mapPtr);

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
    if (DtsmTcl_FileName(interp, folderObj, &path) == NULL) {
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
 * What dtsm::create is asked for.
 */

typedef struct Creation {
    Tcl_WideInt pathCount;      /* 0: unknown */
    Tcl_Obj *folderObj;         /* NULL: the default one; borrowed */
    Tcl_Obj *fileObj;           /* NULL: a new name; borrowed */
    mode_t mode;
} Creation;

/*
 * ReadCreation --
 *
 *      The options of dtsm::create.
 */

static int
ReadCreation(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[],
    Creation *wanted)
{
    static const char *const options[] = {
        "-dir", "-expect", "-file", "-mode", NULL
    };
    enum { OPT_DIR, OPT_EXPECT, OPT_FILE, OPT_MODE };
    int i, option;

    for (i = 1; i < objc; i += 2) {
        if (Tcl_GetIndexFromObj(interp, objv[i], options, "option",
                TCL_EXACT, &option) != TCL_OK) {
            return TCL_ERROR;
        }
        switch (option) {
        case OPT_DIR:
            wanted->folderObj = objv[i + 1];
            break;
        case OPT_EXPECT:
            if (Tcl_GetWideIntFromObj(interp, objv[i + 1],
                    &wanted->pathCount) != TCL_OK) {
                return TCL_ERROR;
            }
            if (wanted->pathCount < 0) {
                return DtsmTcl_Fail(interp, "INVALID EXPECT", NULL,
                        Tcl_ObjPrintf("bad number of paths \"%s\": must be"
                        " 0, for unknown, or more",
                        Tcl_GetString(objv[i + 1])));
            }
            break;
        case OPT_FILE:
            wanted->fileObj = objv[i + 1];
            break;
        case OPT_MODE:
            if (GetMode(interp, objv[i + 1], &wanted->mode) != TCL_OK) {
                return TCL_ERROR;
            }
            break;
        }
    }
    if (wanted->folderObj != NULL && wanted->fileObj != NULL) {
        return DtsmTcl_Fail(interp, "INVALID OPTIONS", NULL, Tcl_NewStringObj(
                "-dir and -file exclude each other:"
                " give the file's whole name with -file", -1));
    }
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
    Creation wanted = {0, NULL, NULL, 0600};
    Tcl_Obj *fileObj, *nameObj;
    DtsmTcl_Path path;
    DtsmTcl_Map *mapPtr;
    int result, openMode = DTSM_CREATE;

    if (objc % 2 == 0) {
        Tcl_WrongNumArgs(interp, 1, objv, "?-dir folder? ?-expect paths?"
                " ?-file file? ?-mode mode?");
        return TCL_ERROR;
    }
    if (ReadCreation(interp, objc, objv, &wanted) != TCL_OK) {
        return TCL_ERROR;
    }
    fileObj = wanted.fileObj;
    if (fileObj != NULL) {
        openMode |= DTSM_EXCL;
        Tcl_IncrRefCount(fileObj);
    } else if (MakeTemporary(interp, wanted.folderObj, &fileObj) != TCL_OK) {
        return TCL_ERROR;
    }
    nameObj = DtsmTcl_FileName(interp, fileObj, &path);
    if (nameObj == NULL) {
        Tcl_DecrRefCount(fileObj);
        return TCL_ERROR;
    }
    result = DtsmTcl_OpenMap(data, nameObj, path.bytes, openMode,
            wanted.pathCount, &mapPtr);
    if (result == TCL_OK && wanted.mode != 0600
            && chmod(path.bytes, wanted.mode) != 0) {
        result = DtsmTcl_Posix(interp, errno, "couldn't set the mode of",
                Tcl_GetString(nameObj));
        (void) unlink(path.bytes);
        DtsmTcl_Close(mapPtr);
    } else if (result == TCL_OK) {
        Tcl_SetObjResult(interp, DtsmTcl_CommandName(mapPtr));
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
    nameObj = DtsmTcl_FileName(interp, objv[1], &path);
    if (nameObj == NULL) {
        return TCL_ERROR;
    }
    mode = flags[0] ? DTSM_CREATE : flags[1] ? DTSM_RDONLY : DTSM_RDWR;
    result = DtsmTcl_OpenMap(data, nameObj, path.bytes, mode, 0, &mapPtr);
    if (result == TCL_OK) {
        Tcl_SetObjResult(interp, DtsmTcl_CommandName(mapPtr));
    }
    DtsmTcl_FreePath(&path);
    return result;
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
SetNewDefault(DtsmTcl_State *state, DtsmTcl_Map *mapPtr)
{
    DtsmTcl_SetDefault(state, mapPtr);
    state->hadDefault = 1;
    Tcl_SetObjResult(state->interp, DtsmTcl_CommandName(mapPtr));
    return TCL_OK;
}

int
DtsmTcl_NeedDefault(DtsmTcl_State *state)
{
    Tcl_Interp *interp = state->interp;
    Tcl_Obj *fileObj, *nameObj;
    DtsmTcl_Map *mapPtr;
    DtsmTcl_Path path;
    int result;

    if ((state->defaultMap != NULL && state->defaultMap->map != NULL)
            || state->hadDefault || Tcl_IsSafe(interp)) {
        return TCL_OK;
    }
    if (MakeTemporary(interp, NULL, &fileObj) != TCL_OK) {
        return TCL_ERROR;
    }
    nameObj = DtsmTcl_FileName(interp, fileObj, &path);
    result = nameObj == NULL ? TCL_ERROR : DtsmTcl_OpenMap(state, nameObj,
            path.bytes, DTSM_CREATE, 0, &mapPtr);
    if (result == TCL_OK) {
        mapPtr->own = DtsmTcl_OwnFile(path.bytes);
        state->hadDefault = 1;
        DtsmTcl_SetDefault(state, mapPtr);
    } else if (nameObj != NULL) {
        (void) unlink(path.bytes);
    }
    if (nameObj != NULL) {
        DtsmTcl_FreePath(&path);
    }
    Tcl_DecrRefCount(fileObj);
    return result;
}

/*
 * DtsmTcl_SetManagerCmd --
 *
 *      dtsm::set_manager statusFile sharedMemoryFile
 *
 *      As the original's __dtsharedmemory_set_manager.  The status file's
 *      content lives in the map; a given one is made, so that scripts that
 *      delete it go on working.  A default map that was made because there
 *      was none gives way.
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
    if (state->defaultMap != NULL && state->defaultMap->map != NULL
            && state->defaultMap->own == NULL) {
        Tcl_SetObjResult(interp, DtsmTcl_CommandName(state->defaultMap));
        return TCL_OK;
    }
    if (Tcl_GetString(objv[1])[0] != '\0') {
        int fd;

        nameObj = DtsmTcl_FileName(interp, objv[1], &path);
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
    nameObj = DtsmTcl_FileName(interp, objv[2], &path);
    if (nameObj == NULL) {
        return TCL_ERROR;
    }
    result = DtsmTcl_OpenMap(state, nameObj, path.bytes, DTSM_CREATE, 0,
            &mapPtr);
    DtsmTcl_FreePath(&path);
    if (result != TCL_OK) {
        return TCL_ERROR;
    }
    if (state->defaultMap != NULL && state->defaultMap->own != NULL) {
        DtsmTcl_Close(state->defaultMap);
    }
    return SetNewDefault(state, mapPtr);
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
            Tcl_SetObjResult(interp, DtsmTcl_CommandName(state->defaultMap));
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
    state->hadDefault = 1;
    Tcl_SetObjResult(interp, objv[1]);
    return TCL_OK;
}
