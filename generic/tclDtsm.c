/*
 * tclDtsm.c --
 *
 *      The Tcl package dtsm: paths and flags in a file that processes share.
 *
 *      dtsm::create, open, set_manager, default, flags, listen
 *                                      see doc/dtsm.n
 *      dtsm::insert, search, ...       a map's commands, on the default map
 *      dtsm insert, ...                all of them, as an ensemble
 *
 * Safe interpreters get search, match and flags; their parent gives them a
 * map with dtsm::default.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdio.h>
#include <string.h>

#include "supervise.h"
#include "tclDtsmDefault.h"
#include "tclDtsmError.h"
#include "tclDtsmFile.h"
#include "tclDtsmFlags.h"
#include "tclDtsmDirectory.h"
#include "tclDtsmJudge.h"
#include "tclDtsmListen.h"
#include "tclDtsmMap.h"
#include "tclDtsmMemory.h"
#include "tclDtsmProcess.h"
#include "tclDtsmProgram.h"
#include "tclDtsmReplace.h"
#include "tclDtsmServer.h"
#include "tclDtsmState.h"
#include "tclDtsmSupervise.h"
#include "tclDtsmSystem.h"
#include "tclDtsmWorker.h"

static int FlagsCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
static int DefaultMapCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
static int NRDefaultMapCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
static void CommandDeleted(void *data);
static void EnsembleDeleted(void *data, Tcl_Interp *interp,
        const char *oldName, const char *newName, int flags);
static void StateDeleted(void *data, Tcl_Interp *interp);
static DtsmTcl_Command *NewCommand(DtsmTcl_State *state);
static int Init(Tcl_Interp *interp, int safe);
static void MakeCommands(DtsmTcl_State *state, Tcl_Namespace *nsPtr,
        int safe);

/*
 * The functions that `load' and `unload' look for.
 */

DLLEXPORT int Dtsm_Init(Tcl_Interp *interp);
DLLEXPORT int Dtsm_SafeInit(Tcl_Interp *interp);
DLLEXPORT int Dtsm_Unload(Tcl_Interp *interp, int flags);
DLLEXPORT int Dtsm_SafeUnload(Tcl_Interp *interp, int flags);

/*
 * FlagsCmd --
 *
 *      dtsm::flags
 */

static int
FlagsCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    (void) data;
    if (objc != 1) {
        Tcl_WrongNumArgs(interp, 1, objv, NULL);
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp, DtsmTcl_NewFlags(DTSM_FLAGS));
    return TCL_OK;
}

static int
DefaultMapCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    return Tcl_NRCallObjProc(interp, NRDefaultMapCmd, data, objc, objv);
}

static int
NRDefaultMapCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_Command *command = data;

    if (DtsmTcl_UsesMap(command->method)
            && DtsmTcl_NeedDefault(command->state) != TCL_OK) {
        return TCL_ERROR;
    }
    return DtsmTcl_Method(command->state->defaultMap, interp,
            command->method, 1, objc, objv);
}

static DtsmTcl_Command *
NewCommand(DtsmTcl_State *state)
{
    DtsmTcl_Command *command;

    if (state->commandCount >= DTSM_TCL_COMMANDS) {
        Tcl_Panic("dtsm: more than %d commands", DTSM_TCL_COMMANDS);
    }
    command = &state->commands[state->commandCount++];
    command->state = state;
    state->refCount++;
    return command;
}

static void
CommandDeleted(void *data)
{
    DtsmTcl_Command *command = data;

    command->token = NULL;
    DtsmTcl_ReleaseState(command->state);
}

/*
 * StateDeleted --
 *
 *      The interpreter goes, or the package is unloaded from it: close what
 *      it opened, and remove sessions that its scripts did not end, for their
 *      destructors find no commands any more.
 */

static void
StateDeleted(void *data, Tcl_Interp *interp)
{
    DtsmTcl_State *state = data;

    (void) interp;
    DtsmTcl_SetDefault(state, NULL);
    while (state->listeners != NULL) {
        DtsmTcl_CloseListener(state->listeners);
    }
    while (state->maps != NULL) {
        DtsmTcl_Close(state->maps);
    }
    if (state->supervises) {
        (void) DtsmSuperviseStop();     /* nobody answers it any more */
    }
    DtsmTcl_GiveUpSessions(&state->sessions);
    DtsmTcl_ReleaseState(state);
}

/*
 * The commands that take the package's state, beside a map's own.
 */

static const struct {
    const char *name;
    Tcl_ObjCmdProc *proc;
    int safe;
} packageCommands[] = {
    {"create", DtsmTcl_CreateCmd, 0},
    {"default", DtsmTcl_DefaultCmd, 0},
    {"flags", FlagsCmd, 1},
    {"listen", DtsmTcl_ListenCmd, 0},
    {"open", DtsmTcl_OpenCmd, 0},
    {"set_manager", DtsmTcl_SetManagerCmd, 0}
};

/*
 * Those of scripts of our own, which take no state; not for safe interpreters.
 */

static const struct {
    const char *name;
    Tcl_ObjCmdProc *proc;
} systemCommands[] = {
    {"::dtsm::directory", DtsmTcl_DirectoryCmd},
    {"::dtsm::judge", DtsmTcl_JudgeCmd},
    {"::dtsm::process", DtsmTcl_ProcessCmd},
    {"::dtsm::program", DtsmTcl_ProgramCmd},
    {"::dtsm::replace", DtsmTcl_ReplaceCmd},
    {"::dtsm::supervise", DtsmTcl_SuperviseCmd},
    {"::dtsm::system", DtsmTcl_SystemCmd},
    {"::dtsm::worker", DtsmTcl_WorkerCmd}
};

enum { SYSTEM_COMMANDS = sizeof systemCommands / sizeof systemCommands[0] };

static int PackageCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

static int
PackageCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    DtsmTcl_Command *command = data;

    return packageCommands[command->method].proc(command->state, interp,
            objc, objv);
}

static void
MakeCommands(DtsmTcl_State *state, Tcl_Namespace *nsPtr, int safe)
{
    Tcl_Interp *interp = state->interp;
    DtsmTcl_Command *command;
    char name[64];
    size_t i;
    int method;

    for (i = 0; i < sizeof packageCommands / sizeof packageCommands[0]; i++) {
        if (safe && !packageCommands[i].safe) {
            continue;
        }
        command = NewCommand(state);
        command->method = (int) i;
        (void) snprintf(name, sizeof name, "::dtsm::%s",
                packageCommands[i].name);
        command->token = Tcl_CreateObjCommand(interp, name, PackageCmd,
                command, CommandDeleted);
        Tcl_Export(interp, nsPtr, packageCommands[i].name, 0);
    }
    for (method = 0; DtsmTcl_Methods[method] != NULL; method++) {
        if (safe && !DtsmTcl_IsSafe(method)) {
            continue;
        }
        command = NewCommand(state);
        command->method = method;
        (void) snprintf(name, sizeof name, "::dtsm::%s",
                DtsmTcl_Methods[method]);
        command->token = Tcl_NRCreateCommand(interp, name, DefaultMapCmd,
                NRDefaultMapCmd, command, CommandDeleted);
        Tcl_Export(interp, nsPtr, DtsmTcl_Methods[method], 0);
    }
}

static void
EnsembleDeleted(void *data, Tcl_Interp *interp, const char *oldName,
    const char *newName, int flags)
{
    DtsmTcl_Command *command = data;

    (void) interp;
    (void) oldName;
    (void) newName;
    if (flags & TCL_TRACE_DELETE) {
        CommandDeleted(command);
    }
}

static int
Init(Tcl_Interp *interp, int safe)
{
    DtsmTcl_State *state;
    DtsmTcl_Command *ensemble;
    Tcl_Namespace *nsPtr;
    unsigned i;

    if (Tcl_InitStubs(interp, "8.6-10", 0) == NULL) {
        return TCL_ERROR;
    }
    if (Tcl_GetAssocData(interp, "dtsm", NULL) != NULL) {
        return Tcl_PkgProvide(interp, "dtsm", DTSM_VERSION_STRING);
    }
    nsPtr = Tcl_FindNamespace(interp, "::dtsm", NULL, TCL_GLOBAL_ONLY);
    if (nsPtr == NULL) {
        nsPtr = Tcl_CreateNamespace(interp, "::dtsm", NULL, NULL);
    }
    if (nsPtr == NULL) {
        return TCL_ERROR;
    }
    state = DtsmTcl_Alloc(sizeof *state);
    memset(state, 0, sizeof *state);
    state->interp = interp;
    state->refCount = 1;
    Tcl_SetAssocData(interp, "dtsm", StateDeleted, state);
    MakeCommands(state, nsPtr, safe);
    for (i = 0; !safe && i < SYSTEM_COMMANDS; i++) {
        Tcl_CreateObjCommand(interp, systemCommands[i].name,
                systemCommands[i].proc, NULL, NULL);
    }
    ensemble = NewCommand(state);
    ensemble->token = Tcl_CreateEnsemble(interp, "::dtsm", nsPtr, 0);
    if (ensemble->token == NULL || Tcl_TraceCommand(interp, "::dtsm",
            TCL_TRACE_DELETE, EnsembleDeleted, ensemble) != TCL_OK) {
        return TCL_ERROR;
    }
    return Tcl_PkgProvide(interp, "dtsm", DTSM_VERSION_STRING);
}

int
Dtsm_Init(Tcl_Interp *interp)
{
    return Init(interp, 0);
}

int
Dtsm_SafeInit(Tcl_Interp *interp)
{
    return Init(interp, 1);
}

/*
 * Dtsm_Unload, Dtsm_SafeUnload --
 *
 *      Take the package out of interp: its commands go, its maps are closed.
 *
 * Results:
 *      TCL_ERROR while one of its loops or callbacks runs: there would be no
 *      code to return to.
 */

int
Dtsm_Unload(Tcl_Interp *interp, int flags)
{
    DtsmTcl_State *state = Tcl_GetAssocData(interp, "dtsm", NULL);
    unsigned i;

    (void) flags;
    if (state == NULL) {
        return TCL_OK;
    }
    if (state->walks > 0) {
        return DtsmTcl_Fail(interp, "BUSY", NULL, Tcl_NewStringObj(
                "couldn't unload dtsm: a dtsm foreach or a callback of"
                " dtsm listen is running", -1));
    }
    state->refCount++;
    if (!Tcl_IsSafe(interp)) {
        (void) Tcl_EvalEx(interp, "::dtsm::process release", -1,
                TCL_EVAL_GLOBAL);
        (void) Tcl_EvalEx(interp, "::dtsm::supervise stop", -1,
                TCL_EVAL_GLOBAL);
        for (i = 0; i < SYSTEM_COMMANDS; i++) {
            (void) Tcl_DeleteCommand(interp, systemCommands[i].name);
        }
    }
    for (i = state->commandCount; i-- > 0;) {
        if (state->commands[i].token != NULL) {
            Tcl_DeleteCommandFromToken(interp, state->commands[i].token);
        }
    }
    Tcl_DeleteAssocData(interp, "dtsm");
    DtsmTcl_ReleaseState(state);
    (void) Tcl_EvalEx(interp, "package forget dtsm", -1, TCL_EVAL_GLOBAL);
    Tcl_ResetResult(interp);
    return TCL_OK;
}

int
Dtsm_SafeUnload(Tcl_Interp *interp, int flags)
{
    return Dtsm_Unload(interp, flags);
}
