/*
 * tclDtsmJudge.h --
 *
 *      The command dtsm::judge: which file a session's command is.
 *
 *      dtsm::judge map log ask caller directory argv
 *              Looks for the program of argv as a traced shell in directory
 *              would: along PATH, what is denied, absent or no program being
 *              passed over; recorded in the map and, what is refused, in the
 *              log.  ask is what DTSM_ASK says to traced programs, empty when
 *              the session asks nobody; else events are served meanwhile.
 *              caller is the program that the log names.  All are bytes.
 *
 *              A dictionary: file, what is to be started; when there is none,
 *              error, the name of an errno (ENOENT ...), and message, what it
 *              means; denied, what is there and was refused: path, why, path,
 *              why ...; why is rule, registry or silent.
 *
 *              Error codes: DTSM INTERRUPTED name; DTSM BUSY; POSIX ...
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_JUDGE_H
#define TCL_DTSM_JUDGE_H

#include "tclDtsmPort.h"

int DtsmTcl_JudgeCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_JUDGE_H */
