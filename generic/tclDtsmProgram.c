/*
 * tclDtsmProgram.c --
 *
 *      The command dtsm::program: what the judge of programs (judgeProgram.c)
 *      says, and under which key a start is counted (judgeStarts.h).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef _GNU_SOURCE
#   define _GNU_SOURCE 1
#endif

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "tclDtsmSpawn.h"
#include "../trace/judge/judgeProgram.h"
#include "../trace/judge/judgeStarts.h"

static int
NoNewPrivs(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

/*
 * Judge --
 *
 *      The program that a file, which may be a script, comes to.
 *
 * Arguments:
 *      argv            Its arguments, or NULL.
 *      name, nameSize  Receive the name by which the program finds itself
 *                      started, "" when none runs.
 */

static void
Judge(
    const char *file,
    char *const *argv,
    DtsmProgram *program,
    char *name,
    size_t nameSize)
{
    static const DtsmStarter starter = {NoNewPrivs, NULL};
    char lines[2][DTSM_PROGRAM_LINE], *words[4];
    int depth, at;

    snprintf(name, nameSize, "%s", file);
    for (depth = 0; depth <= DTSM_PROGRAM_SCRIPTS
            && DtsmProgramJudge(file, &starter, program, lines[depth % 2])
                    == DTSM_PROGRAM_SCRIPT; depth++) {
        DtsmProgramWords(lines[depth % 2], (char *) (intptr_t) file, words);
        file = lines[depth % 2];
        argv = words;
    }
    if (program->loader && argv != NULL) {
        at = DtsmProgramOperand(argv);
        snprintf(name, nameSize, "%s", at > 0 ? argv[at] : "");
        if (at > 0) {
            DtsmProgramJudgeLoaded(file, argv[at], program);
        }
    }
}

void
DtsmTclJudge(
    const char *file,
    DtsmProgram *program)
{
    char name[PATH_MAX];

    Judge(file, NULL, program, name, sizeof name);
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
    char *file, name[PATH_MAX], key[START_KEY_LEN];
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
    Judge(file, count > 0 ? argv.items : NULL, &program, name, sizeof name);
    DtsmStartKey("", name, key);
    dictPtr = Tcl_NewDictObj();
    Put(dictPtr, "why", Tcl_NewStringObj(program.why != NULL ? program.why
            : "", -1));
    Put(dictPtr, "mapped", Tcl_NewBooleanObj(program.mapped));
    Put(dictPtr, "image", Tcl_NewBooleanObj(program.image));
    Put(dictPtr, "proved", Tcl_NewBooleanObj(program.image
            && !program.foreign));
    Put(dictPtr, "loads", Tcl_NewBooleanObj(program.loader));
    Put(dictPtr, "name", Bytes(name, strlen(name)));
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
