/*
 * tclDtsmFlags.c --
 *
 *      Flags between Tcl and the core.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "dtsm.h"
#include "tclDtsmError.h"
#include "tclDtsmFlags.h"

/*
 * DtsmTcl_GetFlag --
 *
 *      The bit of one flag's exact name.  objPtr, when given, is the object
 *      that name comes from, and goes into the error message.
 */

int
DtsmTcl_GetFlag(Tcl_Interp *interp, const char *name, Tcl_Obj *objPtr,
    unsigned *bitPtr)
{
    static const struct {
        const char *name;
        unsigned bit;
    } flags[] = {
#define DTSM_ROW(id, text) {text, DTSM_##id},
        DTSM_FLAG_TABLE(DTSM_ROW)
#undef DTSM_ROW
    };
    Tcl_Obj *messagePtr;
    size_t i, count = sizeof(flags) / sizeof(flags[0]);

    for (i = 0; i < count; i++) {
        if (strcmp(name, flags[i].name) == 0) {
            *bitPtr = flags[i].bit;
            return TCL_OK;
        }
    }
    messagePtr = Tcl_ObjPrintf("unknown flag \"%s\": must be ",
            objPtr != NULL ? Tcl_GetString(objPtr) : name);
    for (i = 0; i < count; i++) {
        Tcl_AppendStringsToObj(messagePtr, i == 0 ? "" : i + 1 < count
                ? ", " : ", or ", flags[i].name, NULL);
    }
    return DtsmTcl_Fail(interp, "BADFLAG", name, messagePtr);
}

int
DtsmTcl_GetFlags(Tcl_Interp *interp, Tcl_Obj *objPtr, unsigned *flagsPtr)
{
    Tcl_Size count, i;
    Tcl_Obj **words;

    *flagsPtr = 0;
    if (Tcl_ListObjGetElements(interp, objPtr, &count, &words) != TCL_OK) {
        return TCL_ERROR;
    }
    for (i = 0; i < count; i++) {
        unsigned bit;

        if (DtsmTcl_GetFlag(interp, Tcl_GetString(words[i]), NULL, &bit)
                != TCL_OK) {
            return TCL_ERROR;
        }
        *flagsPtr |= bit;
    }
    if (*flagsPtr == 0) {
        return DtsmTcl_Fail(interp, "INVALID FLAGS", NULL, Tcl_NewStringObj(
                "no flags: give at least one, such as allow", -1));
    }
    return TCL_OK;
}

Tcl_Obj *
DtsmTcl_NewFlags(unsigned flags)
{
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);

#define DTSM_ROW(id, text) \
    if (flags & DTSM_##id) { \
        Tcl_ListObjAppendElement(NULL, listPtr, Tcl_NewStringObj(text, -1)); \
    }
    DTSM_FLAG_TABLE(DTSM_ROW)
#undef DTSM_ROW
    return listPtr;
}
