/*
 * tclDtsmSystem.h --
 *
 *      The command dtsm::system: questions about files that Tcl cannot ask.
 *
 *      dtsm::system words count
 *              The last words of this process' own command line, as bytes.
 *      dtsm::system which name
 *              The file that spawn would start, or empty.
 *      dtsm::system link path
 *              readlink(2); empty for what is no symlink.
 *      dtsm::system resolve path
 *              realpath(3).
 *      dtsm::system directory template
 *              mkdtemp(3): makes a directory, mode 0700.
 *      dtsm::system room directory
 *              Bytes that we may still write there; 0 if we may not.
 *      dtsm::system environ name
 *              The value of a variable as bytes; empty if it is not set.
 *      dtsm::system heap bytes
 *              Have so many bytes of memory ready for what Tcl will make;
 *              for a program of our own, as it is the whole process's.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_SYSTEM_H
#define TCL_DTSM_SYSTEM_H

#include "tclDtsmPort.h"

int DtsmTcl_SystemCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_SYSTEM_H */
