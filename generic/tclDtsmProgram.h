/*
 * tclDtsmProgram.h --
 *
 *      The command dtsm::program: what the judge of programs says.
 *
 *      dtsm::program file ?argv?
 *              What a file comes to that is started with these words.  A
 *              dictionary: why, for which a preload does not reach it (static,
 *              refused, direct, setuid, setgid, capabilities), empty if it
 *              does; mapped (1: the kernel places it among the mappings, as a
 *              library); image (1: an ELF file); proved (1: its loader is that
 *              of this process); loads (1: it is the loader, started by hand,
 *              and all else is about the program that it runs); name, by which
 *              the program finds itself started, empty when none runs; key, the
 *              start key of that name (judgeStarts.h).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_PROGRAM_H
#define TCL_DTSM_PROGRAM_H

#include "tclDtsmPort.h"

int DtsmTcl_ProgramCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_PROGRAM_H */
