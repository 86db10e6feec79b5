/*
 * tclDtsmStrings.c --
 *
 *      Strings for exec.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmStrings.h"
#include "tclDtsmValue.h"

void
DtsmTcl_Append(
    DtsmTcl_Strings *strings,
    char *item)                 /* taken over */
{
    if (strings->count + 1 >= strings->room) {
        strings->room = strings->room ? 2 * strings->room : 64;
        strings->items = (char **) ckrealloc((char *) strings->items,
                (unsigned) (strings->room * sizeof(char *)));
    }
    strings->items[strings->count++] = item;
    strings->items[strings->count] = NULL;
}

int
DtsmTcl_AppendList(
    Tcl_Interp *interp,
    Tcl_Obj *listPtr,
    DtsmTcl_Strings *strings)
{
    Tcl_Obj **words;
    Tcl_Size count, i;

    if (Tcl_ListObjGetElements(interp, listPtr, &count, &words) != TCL_OK) {
        return TCL_ERROR;
    }
    for (i = 0; i < count; i++) {
        char *word = DtsmTcl_Bytes(interp, words[i]);

        if (word == NULL) {
            return TCL_ERROR;
        }
        DtsmTcl_Append(strings, word);
    }
    return TCL_OK;
}

void
DtsmTcl_FreeStrings(
    DtsmTcl_Strings *strings)
{
    size_t i;

    for (i = 0; i < strings->count; i++) {
        ckfree(strings->items[i]);
    }
    if (strings->items != NULL) {
        ckfree((char *) strings->items);
    }
}
