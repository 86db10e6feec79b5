/*
 * tclDtsmFlags.h --
 *
 *      Flags between Tcl's lists of names and the core's bits.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_FLAGS_H
#define TCL_DTSM_FLAGS_H

#include "tclDtsmPort.h"

/*
 * DtsmTcl_GetFlags --  The flags of a list of names; never 0 after TCL_OK.
 * DtsmTcl_GetFlag --   The bit of one flag's exact name; objPtr (or NULL) is
 *                      the word that the name stands in, for the message.
 * DtsmTcl_NewFlags --  A new list of names in canonical order.
 */

int DtsmTcl_GetFlags(Tcl_Interp *interp, Tcl_Obj *objPtr, unsigned *flagsPtr);
int DtsmTcl_GetFlag(Tcl_Interp *interp, const char *name, Tcl_Obj *objPtr,
        unsigned *bitPtr);
Tcl_Obj *DtsmTcl_NewFlags(unsigned flags);

#endif /* TCL_DTSM_FLAGS_H */
