/*
 * tclDtsmStrings.h --
 *
 *      Strings for exec: an array of C strings that can grow.  A zeroed one is
 *      empty.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_STRINGS_H
#define TCL_DTSM_STRINGS_H

#include <stddef.h>

#include "tclDtsmPort.h"

typedef struct DtsmTcl_Strings {
    char **items;               /* count of them, then NULL; NULL: none yet */
    size_t count;
    size_t room;                /* of items */
} DtsmTcl_Strings;

/*
 * DtsmTcl_Append --        Add one of ckalloc's, which is taken over.
 * DtsmTcl_AppendList --    Add the words of a list of bytes; TCL_OK, or
 *                          TCL_ERROR with a message in interp.
 * DtsmTcl_FreeStrings --   Free all; to be called after an error, too.
 */

void DtsmTcl_Append(DtsmTcl_Strings *strings, char *item);
int DtsmTcl_AppendList(Tcl_Interp *interp, Tcl_Obj *listPtr,
        DtsmTcl_Strings *strings);
void DtsmTcl_FreeStrings(DtsmTcl_Strings *strings);

#endif /* TCL_DTSM_STRINGS_H */
