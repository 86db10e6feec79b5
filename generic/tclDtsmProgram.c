/*
 * tclDtsmProgram.c --
 *
 *      The command dtsm::program: what the judge of programs (dtsmProgram.c)
 *      says, and under which key a start is counted (dtsmStarts.h).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef _GNU_SOURCE
#   define _GNU_SOURCE 1
#endif

#include <string.h>
#include <sys/prctl.h>

#include "tclDtsmSpawn.h"
#include "../unix/dtsmProgram.h"
#include "../unix/dtsmStarts.h"

static int
NoNewPrivs(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

/*
 * DtsmTclJudge --
 *
 *      The program that a file, which may be a script, comes to.
 */

void
DtsmTclJudge(
    const char *file,
    DtsmProgram *program)
{
    static const DtsmStarter starter = {NoNewPrivs, NULL};
    char script[256];
    int depth = 0;

    while (DtsmProgramJudge(file, &starter, program, script, sizeof script)
            == DTSM_PROGRAM_SCRIPT && depth++ < DTSM_PROGRAM_SCRIPTS) {
        file = script;
    }
}

static void
Put(
    Tcl_Obj *dictPtr,
    const char *key,
    Tcl_Obj *valuePtr)
{
    Tcl_DictObjPut(NULL, dictPtr, Tcl_NewStringObj(key, -1), valuePtr);
}

static Tcl_Obj *
Bytes(
    const char *bytes,
    size_t length)
{
    return Tcl_NewByteArrayObj((const unsigned char *) bytes,
            (Tcl_Size) length);
}

/*
 * Loaded --
 *
 *      What the loader, started by hand, is told to run, judged as well.
 *
 * Results:
 *      One of the words, or NULL when it runs none.
 */

static const char *
Loaded(
    const char *file,
    DtsmTclStrings *argvPtr,
    DtsmProgram *program)
{
    int at = DtsmProgramOperand(argvPtr->items);

    if (at > 0) {
        DtsmProgramJudgeLoaded(file, argvPtr->items[at], program);
    }
    return at > 0 ? argvPtr->items[at] : NULL;
}

int
DtsmTclProgramCmd(
    void *data,
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[])
{
    DtsmTclStrings argv = {NULL, 0, 0};
    Tcl_Obj **words, *dictPtr;
    Tcl_Size count = 0, w;
    DtsmProgram program;
    char *file, key[START_KEY_LEN];
    const char *name;
    int result = TCL_ERROR;

    (void) data;
    if (objc != 2 && objc != 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "file ?argv?");
        return TCL_ERROR;
    }
    if ((file = DtsmTclBytes(interp, objv[1])) == NULL || (objc == 3
            && Tcl_ListObjGetElements(interp, objv[2], &count, &words)
                    != TCL_OK)) {
        goto done;
    }
    for (w = 0; w < count; w++) {
        char *word = DtsmTclBytes(interp, words[w]);

        if (word == NULL) {
            goto done;
        }
        DtsmTclAppend(&argv, word);
    }
    DtsmTclJudge(file, &program);
    name = program.loader && count > 0 ? Loaded(file, &argv, &program) : file;
    DtsmStartKey("", name != NULL ? name : "", key);
    dictPtr = Tcl_NewDictObj();
    Put(dictPtr, "why", Tcl_NewStringObj(program.why != NULL ? program.why
            : "", -1));
    Put(dictPtr, "mapped", Tcl_NewBooleanObj(program.mapped));
    Put(dictPtr, "image", Tcl_NewBooleanObj(program.image));
    Put(dictPtr, "proved", Tcl_NewBooleanObj(program.image
            && !program.foreign));
    Put(dictPtr, "loads", Tcl_NewBooleanObj(program.loader && count > 0));
    Put(dictPtr, "name", name == NULL ? Tcl_NewObj()
            : Bytes(name, strlen(name)));
    Put(dictPtr, "key", Bytes(key, sizeof key));
    Tcl_SetObjResult(interp, dictPtr);
    result = TCL_OK;

  done:
    if (file != NULL) {
        ckfree(file);
    }
    DtsmTclFreeStrings(&argv);
    return result;
}
