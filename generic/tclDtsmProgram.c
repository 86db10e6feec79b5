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

#include "judgeProgram.h"
#include "judgeStarts.h"
#include "tclDtsmProgram.h"
#include "tclDtsmStrings.h"
#include "tclDtsmValue.h"

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

int
DtsmTcl_ProgramCmd(
    void *data,
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_Strings argv = {NULL, 0, 0};
    Tcl_Obj *dictPtr;
    DtsmProgram program;
    char *file, name[PATH_MAX], key[START_KEY_LEN];
    int result = TCL_ERROR;

    (void) data;
    if (objc != 2 && objc != 3) {
        Tcl_WrongNumArgs(interp, 1, objv, "file ?argv?");
        return TCL_ERROR;
    }
    if ((file = DtsmTcl_Bytes(interp, objv[1])) == NULL || (objc == 3
            && DtsmTcl_AppendList(interp, objv[2], &argv) != TCL_OK)) {
        goto done;
    }
    Judge(file, argv.items, &program, name, sizeof name);
    DtsmTraceKeyStart("", name, key);
    dictPtr = Tcl_NewDictObj();
    DtsmTcl_Put(dictPtr, "why", Tcl_NewStringObj(
            program.why != NULL ? program.why : "", -1));
    DtsmTcl_Put(dictPtr, "mapped", Tcl_NewBooleanObj(program.mapped));
    DtsmTcl_Put(dictPtr, "image", Tcl_NewBooleanObj(program.image));
    DtsmTcl_Put(dictPtr, "proved", Tcl_NewBooleanObj(program.image
            && !program.foreign));
    DtsmTcl_Put(dictPtr, "loads", Tcl_NewBooleanObj(program.loader));
    DtsmTcl_Put(dictPtr, "name", DtsmTcl_NewBytes(name));
    DtsmTcl_Put(dictPtr, "key", Tcl_NewByteArrayObj(
            (const unsigned char *) key, sizeof key));
    Tcl_SetObjResult(interp, dictPtr);
    result = TCL_OK;

  done:
    if (file != NULL) {
        ckfree(file);
    }
    DtsmTcl_FreeStrings(&argv);
    return result;
}
