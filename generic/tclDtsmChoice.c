/*
 * tclDtsmChoice.c --
 *
 *      Which entries of a map a command is asked for: its options.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "tclDtsmChoice.h"
#include "tclDtsmFlags.h"
#include "tclDtsmMemory.h"
#include "tclDtsmRead.h"

/*
 * GetOutside --
 *
 *      A list of paths; those that were read so far are choice's to free.
 */

static int
GetOutside(Tcl_Interp *interp, Tcl_Obj *listPtr, DtsmTcl_Choice *choice)
{
    Tcl_Size count, i;
    Tcl_Obj **words;

    if (Tcl_ListObjGetElements(interp, listPtr, &count, &words) != TCL_OK) {
        return TCL_ERROR;
    }
    choice->outside = DtsmTcl_Alloc((size_t) count
            * sizeof *choice->outside + 1);
    for (i = 0; i < count; i++) {
        DtsmTcl_Path *top = &choice->outside[i];

        if (DtsmTcl_GetPath(interp, words[i], choice->raw, top) != TCL_OK) {
            return TCL_ERROR;
        }
        choice->outsideCount++;
        DtsmTcl_Fold(top);
    }
    return TCL_OK;
}

/*
 * Options of a choice, and those whose values wait until -bytes is known.
 */

static const char *const optionNames[] = {
    "-any", "-bytes", "-flags", "-outside", "-rules", "-under", "-void",
    "-without", "--", NULL
};

enum {
    OPT_ANY, OPT_BYTES, OPT_FLAGS, OPT_OUTSIDE, OPT_RULES, OPT_UNDER,
    OPT_VOID, OPT_WITHOUT
};

typedef struct Later {
    Tcl_Obj *underObj, *outsideObj;     /* NULL: not given */
} Later;

static int
SetOption(Tcl_Interp *interp, int option, Tcl_Obj *valueObj,
    DtsmTcl_Choice *choice, Later *later)
{
    int rules, result = TCL_OK;

    switch (option) {
    case OPT_ANY:
        return DtsmTcl_GetFlags(interp, valueObj, &choice->any);
    case OPT_BYTES:
        return Tcl_GetBooleanFromObj(interp, valueObj, &choice->raw);
    case OPT_FLAGS:
        return DtsmTcl_GetFlags(interp, valueObj, &choice->need);
    case OPT_OUTSIDE:
        later->outsideObj = valueObj;
        break;
    case OPT_RULES:
        result = Tcl_GetBooleanFromObj(interp, valueObj, &rules);
        choice->rules = result == TCL_OK && rules;
        choice->verdicts = !choice->rules;
        break;
    case OPT_UNDER:
        later->underObj = valueObj;
        break;
    case OPT_VOID:
        return Tcl_GetBooleanFromObj(interp, valueObj, &choice->voids);
    case OPT_WITHOUT:
        return DtsmTcl_GetFlags(interp, valueObj, &choice->without);
    }
    return result;
}

int
DtsmTcl_ReadChoice(Tcl_Interp *interp, int *iPtr, int objc,
    Tcl_Obj *const objv[], DtsmTcl_Choice *choice)
{
    Later later = {NULL, NULL};
    Tcl_Obj *valueObj;
    int option, result;

    memset(choice, 0, sizeof *choice);
    choice->rules = choice->verdicts = 1;
    while ((result = DtsmTcl_GetOption(interp, iPtr, objc, objv, optionNames,
            &option, &valueObj)) == TCL_OK) {
        if (SetOption(interp, option, valueObj, choice, &later) != TCL_OK) {
            return TCL_ERROR;
        }
    }
    if (result == TCL_ERROR) {
        return TCL_ERROR;
    }
    if (later.underObj != NULL) {
        if (DtsmTcl_GetPath(interp, later.underObj, choice->raw,
                &choice->under) != TCL_OK) {
            return TCL_ERROR;
        }
        choice->hasUnder = 1;
        DtsmTcl_Fold(&choice->under);
    }
    return later.outsideObj == NULL ? TCL_OK
            : GetOutside(interp, later.outsideObj, choice);
}

void
DtsmTcl_FreeChoice(DtsmTcl_Choice *choice)
{
    size_t i;

    if (choice->hasUnder) {
        DtsmTcl_FreePath(&choice->under);
    }
    for (i = 0; i < choice->outsideCount; i++) {
        DtsmTcl_FreePath(&choice->outside[i]);
    }
    if (choice->outside != NULL) {
        DtsmTcl_Free(choice->outside);
    }
}

/*
 * The head is compared as bytes: in every encoding of a Unix system ASCII's
 * characters are ASCII's bytes.
 */

void
DtsmTcl_SetGlob(DtsmTcl_Choice *choice, const char *glob)
{
    size_t len = strcspn(glob, "*?[\\"), i;

    for (i = 0; i < len && (glob[i] & 0x80) == 0; i++) {
        ;
    }
    choice->glob = glob;
    choice->headLen = i;
}
