/*
 * tclDtsmSystem.c --
 *
 *      The command dtsm::system: questions about files that Tcl cannot ask,
 *      or cannot ask about names that are not text.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

#include "tclDtsmEnviron.h"
#include "tclDtsmError.h"
#include "tclDtsmInherit.h"
#include "tclDtsmMemory.h"
#include "tclDtsmProgram.h"
#include "tclDtsmSystem.h"
#include "tclDtsmValue.h"

/*
 * ReadAt --
 *
 *      As pread(2), but reads on after a short count.
 */

static size_t
ReadAt(
    int fd,
    void *buffer,
    size_t size,
    off_t offset)
{
    size_t have = 0;

    while (have < size) {
        ssize_t got = pread(fd, (char *) buffer + have, size - have,
                offset + (off_t) have);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        have += (size_t) got;
    }
    return have;
}

/*
 * Interpreter --
 *
 *      What a script's first bytes, NUL-terminated, name behind #!, cut out
 *      in place; NULL when it is no script.
 */

static char *
Interpreter(
    unsigned char *head,
    size_t have)
{
    char *name;

    if (have < 3 || head[0] != '#' || head[1] != '!') {
        return NULL;
    }
    name = (char *) head + 2;
    name += strspn(name, " \t");
    name[strcspn(name, " \t\n")] = '\0';
    return name;
}

/*
 * ScriptOf --
 *
 *      The interpreter that a file names, if any.
 */

static void
ScriptOf(
    Tcl_Interp *interp,
    const char *path)
{
    unsigned char head[256];
    char *name = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd >= 0) {
        memset(head, 0, sizeof head);
        name = Interpreter(head, ReadAt(fd, head, sizeof head - 1, 0));
        close(fd);
    }
    Tcl_SetObjResult(interp, DtsmTcl_NewBytes(name ? name : ""));
}

static void
LinkOf(
    Tcl_Interp *interp,
    const char *path)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);

    target[length > 0 ? length : 0] = '\0';
    Tcl_SetObjResult(interp, DtsmTcl_NewBytes(target));
}

static char **
CandidatesOf(
    const char *name)
{
    const char *path = getenv("PATH");

    return DtsmTcl_Candidates(name, path ? path : "/bin:/usr/bin");
}

static void
Candidates(
    Tcl_Interp *interp,
    const char *name)
{
    char **candidates = CandidatesOf(name);
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);
    int i;

    for (i = 0; candidates[i] != NULL; i++) {
        Tcl_ListObjAppendElement(NULL, listPtr,
                DtsmTcl_NewBytes(candidates[i]));
    }
    ckfree((char *) candidates);
    Tcl_SetObjResult(interp, listPtr);
}

/*
 * Which --
 *
 *      The first of the files that name may mean that we may execute.
 */

static void
Which(
    Tcl_Interp *interp,
    const char *name)
{
    char **candidates = CandidatesOf(name);
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
}

static Tcl_WideInt
Room(
    const char *folder)
{
    struct statvfs volume;

    if (access(folder, W_OK | X_OK) != 0 || statvfs(folder, &volume) != 0) {
        return 0;
    }
    return (Tcl_WideInt) volume.f_bavail * (Tcl_WideInt) volume.f_frsize;
}

int
DtsmTcl_SystemCmd(
    void *data,
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[])
{
    static const char *const verbs[] = {
        "candidates", "environ", "folder", "heap", "interpreter", "kind",
        "link", "mapped", "resolve", "room", "which", "words", NULL
    };
    enum {
        VERB_CANDIDATES, VERB_ENVIRON, VERB_FOLDER, VERB_HEAP,
        VERB_INTERPRETER, VERB_KIND, VERB_LINK, VERB_MAPPED, VERB_RESOLVE,
        VERB_ROOM, VERB_WHICH, VERB_WORDS
    };
    const char *value;
    char *argument, *resolved;
    DtsmProgram program;
    int verb, result = TCL_OK;

    (void) data;
    if (objc != 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "subcommand arg");
        return TCL_ERROR;
    }
    if (Tcl_GetIndexFromObj(interp, objv[1], verbs, "subcommand", 0, &verb)
            != TCL_OK
            || (argument = DtsmTcl_Bytes(interp, objv[2])) == NULL) {
        return TCL_ERROR;
    }
    switch (verb) {
    case VERB_CANDIDATES:
        Candidates(interp, argument);
        break;
    case VERB_INTERPRETER:
        ScriptOf(interp, argument);
        break;
    case VERB_LINK:
        LinkOf(interp, argument);
        break;
    case VERB_ENVIRON:
        value = getenv(argument);
        Tcl_SetObjResult(interp, DtsmTcl_NewBytes(value ? value : ""));
        break;
    case VERB_FOLDER:
        if (mkdtemp(argument) == NULL) {
            result = DtsmTcl_Errno(interp, argument);
        } else {
            Tcl_SetObjResult(interp, DtsmTcl_NewBytes(argument));
        }
        break;
    case VERB_HEAP:
        DtsmTcl_Heap((size_t) atoi(argument));
        break;
    case VERB_KIND:
        DtsmTcl_Judge(argument, &program);
        Tcl_SetObjResult(interp, Tcl_NewStringObj(program.why != NULL
                ? program.why : "", -1));
        break;
    case VERB_MAPPED:
        DtsmTcl_Judge(argument, &program);
        Tcl_SetObjResult(interp, Tcl_NewBooleanObj(program.mapped));
        break;
    case VERB_RESOLVE:
        resolved = realpath(argument, NULL);
        if (resolved == NULL) {
            result = DtsmTcl_Errno(interp, argument);
        } else {
            Tcl_SetObjResult(interp, DtsmTcl_NewBytes(resolved));
            free(resolved);
        }
        break;
    case VERB_ROOM:
        Tcl_SetObjResult(interp, Tcl_NewWideIntObj(Room(argument)));
        break;
    case VERB_WORDS:
        DtsmTcl_Words(interp, atoi(argument));
        break;
    default:
        Which(interp, argument);
        break;
    }
    ckfree(argument);
    return result;
}
