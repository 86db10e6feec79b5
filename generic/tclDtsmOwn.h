/*
 * tclDtsmOwn.h --
 *
 *      Files of this process that go with their owner, or at the latest when
 *      the process ends by itself.
 *
 * DtsmTcl_OwnFile --   Remember a file.  The caller gives it up again.
 * DtsmTcl_GiveUp --    Remove the file and forget it.  NULL: nothing.
 *
 * The end of a forked child removes nothing.
 *
 * Threads:  any; each owner for itself.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_OWN_H
#define TCL_DTSM_OWN_H

typedef struct DtsmTcl_Own DtsmTcl_Own;

DtsmTcl_Own *DtsmTcl_OwnFile(const char *file);
void DtsmTcl_GiveUp(DtsmTcl_Own *own);

#endif /* TCL_DTSM_OWN_H */
