/*
 * tclDtsmFile.c --
 *
 *      Making and opening maps from Tcl.
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

#define SHM_DIRECTORY      "/dev/shm"
#define SHM_ROOM_MIN    (64u << 20)     /* bytes; less is a container's toy */
#define FILE_TEMPLATE   "/dtsm-XXXXXX"

static int DirectoryHasRoom(const char *directory);
static const char *DefaultDirectory(Tcl_Interp *interp);
static int GetMode(Tcl_Interp *interp, Tcl_Obj *objPtr, mode_t *modePtr);

static int
DirectoryHasRoom(const char *directory)
{
    struct statvfs st;

    return access(directory, W_OK | X_OK) == 0 && statvfs(directory, &st) == 0
            && st.f_bavail >= SHM_ROOM_MIN / (st.f_frsize ? st.f_frsize : 1);
}

static const char *
DefaultDirectory(Tcl_Interp *interp)
{
    const char *directory;

    if (DirectoryHasRoom(SHM_DIRECTORY)) {
        return SHM_DIRECTORY;
    }
    directory = Tcl_GetVar2(interp, "env", "TMPDIR", TCL_GLOBAL_ONLY);
    return directory != NULL && *directory != '\0' ? directory : "/tmp";
}

int
DtsmTcl_MakeTemporary(Tcl_Interp *interp, Tcl_Obj *directoryObj,
    Tcl_Obj **fileObjPtr)
{
    DtsmTcl_Path path;
    Tcl_Obj *ownObj = NULL;
    int fd, error;

    if (directoryObj == NULL) {
        directoryObj = ownObj = Tcl_NewStringObj(DefaultDirectory(interp), -1);
        Tcl_IncrRefCount(ownObj);
    }
    if (DtsmTcl_FileName(interp, directoryObj, &path) == NULL) {
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
                Tcl_GetString(directoryObj));
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
    Tcl_Obj *directoryObj;         /* NULL: the default one; borrowed */
    Tcl_Obj *fileObj;           /* NULL: a new name; borrowed */
    mode_t mode;
    int noCase;
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
        "-dir", "-expect", "-file", "-mode", "-nocase", NULL
    };
    enum { OPT_DIR, OPT_EXPECT, OPT_FILE, OPT_MODE, OPT_NOCASE };
    int i, option;

    for (i = 1; i < objc; i += 2) {
        if (Tcl_GetIndexFromObj(interp, objv[i], options, "option",
                TCL_EXACT, &option) != TCL_OK) {
            return TCL_ERROR;
        }
        switch (option) {
        case OPT_DIR:
            wanted->directoryObj = objv[i + 1];
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
        case OPT_NOCASE:
            if (Tcl_GetBooleanFromObj(interp, objv[i + 1], &wanted->noCase)
                    != TCL_OK) {
                return TCL_ERROR;
            }
            break;
        }
    }
    if (wanted->directoryObj != NULL && wanted->fileObj != NULL) {
        return DtsmTcl_Fail(interp, "INVALID OPTIONS", NULL, Tcl_NewStringObj(
                "-dir and -file exclude each other:"
                " give the file's whole name with -file", -1));
    }
    return TCL_OK;
}

/*
 * DtsmTcl_CreateCmd --
 *
 *      dtsm::create ?-dir directory? ?-expect paths? ?-file file? ?-mode mode?
 *              ?-nocase bool?
 */

int
DtsmTcl_CreateCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    Creation wanted = {0, NULL, NULL, 0600, 0};
    Tcl_Obj *fileObj, *nameObj;
    DtsmTcl_Path path;
    DtsmTcl_Map *mapPtr;
    int result, openMode = DTSM_CREATE;

    if (objc % 2 == 0) {
        Tcl_WrongNumArgs(interp, 1, objv, "?-dir directory? ?-expect paths?"
                " ?-file file? ?-mode mode? ?-nocase bool?");
        return TCL_ERROR;
    }
    if (ReadCreation(interp, objc, objv, &wanted) != TCL_OK) {
        return TCL_ERROR;
    }
    openMode |= wanted.noCase ? DTSM_NOCASE : 0;
    fileObj = wanted.fileObj;
    if (fileObj != NULL) {
        openMode |= DTSM_EXCL;
        Tcl_IncrRefCount(fileObj);
    } else if (DtsmTcl_MakeTemporary(interp, wanted.directoryObj,
            &fileObj) != TCL_OK) {
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
 *      dtsm::open file ?-readonly bool? ?-create bool? ?-nocase bool?
 */

int
DtsmTcl_OpenCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    static const char *const options[] = {
        "-create", "-readonly", "-nocase", NULL
    };
    int flags[3] = {0, 0, 0};
    int i, option, result, mode;
    Tcl_Obj *nameObj;
    DtsmTcl_Path path;
    DtsmTcl_Map *mapPtr;

    if (objc < 2 || objc % 2 != 0) {
        Tcl_WrongNumArgs(interp, 1, objv, "file ?-readonly bool?"
                " ?-create bool? ?-nocase bool?");
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
    if (flags[2] && !flags[0]) {
        return DtsmTcl_Fail(interp, "INVALID OPTIONS", NULL, Tcl_NewStringObj(
                "-nocase is for -create: a map says itself whether it folds"
                " case", -1));
    }
    nameObj = DtsmTcl_FileName(interp, objv[1], &path);
    if (nameObj == NULL) {
        return TCL_ERROR;
    }
    mode = flags[0] ? DTSM_CREATE : flags[1] ? DTSM_RDONLY : DTSM_RDWR;
    mode |= flags[2] ? DTSM_NOCASE : 0;
    result = DtsmTcl_OpenMap(data, nameObj, path.bytes, mode, 0, &mapPtr);
    if (result == TCL_OK) {
        Tcl_SetObjResult(interp, DtsmTcl_CommandName(mapPtr));
    }
    DtsmTcl_FreePath(&path);
    return result;
}
