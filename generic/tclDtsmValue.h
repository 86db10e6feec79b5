/*
 * tclDtsmValue.h --
 *
 *      Bytes and dictionaries for scripts of our own.  Paths, words and values
 *      travel as byte strings: a build's file names need not be text in any
 *      encoding.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_VALUE_H
#define TCL_DTSM_VALUE_H

#include "tclDtsmPort.h"

/*
 * DtsmTcl_Bytes --     The bytes of an object, NUL-terminated, in memory to be
 *                      given to ckfree; NULL with a message in interp when
 *                      they are not bytes or hold a NUL.
 * DtsmTcl_NewBytes --  A new byte array of a string, without its NUL.
 * DtsmTcl_Put --       Set a key of an unshared dictionary.
 */

char *DtsmTcl_Bytes(Tcl_Interp *interp, Tcl_Obj *objPtr);
Tcl_Obj *DtsmTcl_NewBytes(const char *string);
void DtsmTcl_Put(Tcl_Obj *dictPtr, const char *key, Tcl_Obj *valuePtr);

#endif /* TCL_DTSM_VALUE_H */
