/*
 * tclDtsmSystem.c --
 *
 *      The command dtsm::system: questions about files that Tcl cannot ask,
 *      or cannot ask about names that are not text.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <termios.h>
#include <unistd.h>

#include "judgeSearch.h"
#include "tclDtsmEnviron.h"
#include "tclDtsmError.h"
#include "tclDtsmInherit.h"
#include "tclDtsmMemory.h"
#include "tclDtsmSystem.h"
#include "tclDtsmValue.h"

static int
LinkOf(
    Tcl_Interp *interp,
    char *path)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);

    target[length > 0 ? length : 0] = '\0';
    Tcl_SetObjResult(interp, DtsmTcl_NewBytes(target));
    return TCL_OK;
}

/*
 * Which --
 *
 *      The first of the files that name may mean that we may execute.
 */

static int
Which(
    Tcl_Interp *interp,
    char *name)
{
    char **candidates = DtsmTcl_Candidates(name, DtsmTraceSearchPath());
    struct stat status;
    int i;

    for (i = 0; candidates[i] != NULL; i++) {
        if (access(candidates[i], X_OK) == 0
                && stat(candidates[i], &status) == 0
                && S_ISREG(status.st_mode)) {
            Tcl_SetObjResult(interp, DtsmTcl_NewBytes(candidates[i]));
            break;
        }
    }
    ckfree((char *) candidates);
    return TCL_OK;
}

static int
Room(
    Tcl_Interp *interp,
    char *directory)
{
    struct statvfs volume;
    Tcl_WideInt bytes = 0;

    if (access(directory, W_OK | X_OK) == 0
            && statvfs(directory, &volume) == 0) {
        bytes = (Tcl_WideInt) volume.f_bavail
                * (Tcl_WideInt) volume.f_frsize;
    }
    Tcl_SetObjResult(interp, Tcl_NewWideIntObj(bytes));
    return TCL_OK;
}

static int
Environ(
    Tcl_Interp *interp,
    char *name)
{
    const char *value = getenv(name);

    Tcl_SetObjResult(interp, DtsmTcl_NewBytes(value ? value : ""));
    return TCL_OK;
}

static int
MakeDirectory(
    Tcl_Interp *interp,
    char *template)
{
    if (mkdtemp(template) == NULL) {
        return DtsmTcl_Errno(interp, template);
    }
    Tcl_SetObjResult(interp, DtsmTcl_NewBytes(template));
    return TCL_OK;
}

static int
Heap(
    Tcl_Interp *interp,
    char *bytes)
{
    (void) interp;
    DtsmTcl_Heap((size_t) atoi(bytes));
    return TCL_OK;
}

static int
Resolve(
    Tcl_Interp *interp,
    char *path)
{
    char *resolved = realpath(path, NULL);

    if (resolved == NULL) {
        return DtsmTcl_Errno(interp, path);
    }
    Tcl_SetObjResult(interp, DtsmTcl_NewBytes(resolved));
    free(resolved);
    return TCL_OK;
}

/*
 * Terminal --
 *
 *      The rows and columns of a descriptor's terminal.  Empty if it has none,
 *      if this process is in the background there, or while a program reads
 *      keys one by one, as an editor does.
 */

static int
Terminal(
    Tcl_Interp *interp,
    char *number)
{
    int fd = atoi(number);
    struct termios modes;
    struct winsize size;
    Tcl_Obj *pair[2];

    if (tcgetattr(fd, &modes) == 0 && (modes.c_lflag & ICANON) != 0
            && tcgetpgrp(fd) == getpgrp()
            && ioctl(fd, TIOCGWINSZ, &size) == 0
            && size.ws_row > 0 && size.ws_col > 0) {
        pair[0] = Tcl_NewIntObj(size.ws_row);
        pair[1] = Tcl_NewIntObj(size.ws_col);
        Tcl_SetObjResult(interp, Tcl_NewListObj(2, pair));
    }
    return TCL_OK;
}

static int
Words(
    Tcl_Interp *interp,
    char *count)
{
    DtsmTcl_Words(interp, atoi(count));
    return TCL_OK;
}

int
DtsmTcl_SystemCmd(
    void *data,
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[])
{
    static const struct {
        const char *name;
        int (*proc)(Tcl_Interp *interp, char *argument);
    } verbs[] = {
        {"environ", Environ}, {"directory", MakeDirectory}, {"heap", Heap},
        {"link", LinkOf}, {"resolve", Resolve}, {"room", Room},
        {"terminal", Terminal},
        {"which", Which}, {"words", Words}, {NULL, NULL}
    };
    char *argument;
    int verb, result;

    (void) data;
    if (objc != 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "subcommand arg");
        return TCL_ERROR;
    }
    if (Tcl_GetIndexFromObjStruct(interp, objv[1], verbs, sizeof verbs[0],
            "subcommand", 0, &verb) != TCL_OK
            || (argument = DtsmTcl_Bytes(interp, objv[2])) == NULL) {
        return TCL_ERROR;
    }
    result = verbs[verb].proc(interp, argument);
    ckfree(argument);
    return result;
}
