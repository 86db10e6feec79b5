/*
 * tclDtsmOwnDir.h --
 *
 *      Directories that only our user may change.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_OWN_DIR_H
#define TCL_DTSM_OWN_DIR_H

#include <sys/stat.h>

/*
 * DtsmTcl_OpenOwn --       Open one.  The descriptor; -1 with errno: EPERM for
 *                          another directory.
 * DtsmTcl_CloseKeeping --  Close a descriptor, if it is one; errno is kept.
 * DtsmTcl_IsEmpty --       Is there nothing in it?
 * DtsmTcl_Empty --         Remove what is in it; with spare all but the file
 *                          of that name.  0; -1 with errno when something
 *                          stays.
 */

int DtsmTcl_OpenOwn(const char *name, struct stat *statusPtr);
void DtsmTcl_CloseKeeping(int fd);
int DtsmTcl_IsEmpty(int at);
int DtsmTcl_Empty(int at, const char *spare);

#endif /* TCL_DTSM_OWN_DIR_H */
