/*
 * tclDtsmTest.h --
 *
 *      What the files of the package dtsm::test share.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_TEST_H
#define TCL_DTSM_TEST_H

#include <limits.h>
#include <tcl.h>

#include "dtsm.h"

#ifndef TCL_SIZE_MAX
#   define TCL_SIZE_MAX INT_MAX
    typedef int Tcl_Size;
#endif

/*
 * The commands of each file, after dtsm::test::.
 */

typedef struct DtsmTestCommand {
    const char *name;           /* NULL: the end */
    Tcl_ObjCmdProc *proc;
} DtsmTestCommand;

extern const DtsmTestCommand dtsmTestPaths[], dtsmTestState[];
extern const DtsmTestCommand dtsmTestStress[], dtsmTestFlags[];
extern const DtsmTestCommand dtsmTestProcess[];

/*
 * Arguments and results.  DtsmTest_GetMap gives NULL for a handle that is not
 * open; DtsmTest_Arguments checks their count, the command included.
 */

Dtsm_Map *DtsmTest_GetMap(Tcl_Interp *interp, Tcl_Obj *objPtr);
int DtsmTest_GetUnsigned(Tcl_Interp *interp, Tcl_Obj *objPtr,
        unsigned *valuePtr);
const char *DtsmTest_GetBytes(Tcl_Obj *objPtr, size_t *lenPtr);
Tcl_Obj *DtsmTest_NewBytes(const char *bytes, size_t len);
int DtsmTest_Arguments(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[],
        int count, const char *usage);
int DtsmTest_ReturnInt(Tcl_Interp *interp, int value);
int DtsmTest_ReturnFound(Tcl_Interp *interp, int status, unsigned flags,
        Tcl_Obj *morePtr);

#endif /* TCL_DTSM_TEST_H */
