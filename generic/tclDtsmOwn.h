/*
 * tclDtsmOwn.h --
 *
 *      What this process has in the file system that goes with its owner, or
 *      at the latest when the process ends by itself.
 *
 * DtsmTcl_OwnFile --   Remember a file.
 * DtsmTcl_GiveUp --    Remove the file and forget it.  NULL: nothing.
 * DtsmTcl_OwnSession --
 *                      Remember a session's directory, with the descriptor
 *                      that DtsmTcl_SessionMake gave, in its owner's list.  It
 *                      goes with its map, whose fence is opened first, so that
 *                      programs which still run are left alone.
 * DtsmTcl_ForgetSession --
 *                      Forget that of a descriptor, if it is in the list.
 * DtsmTcl_GiveUpSessions --
 *                      Remove and forget all of the list, and close their
 *                      descriptors.
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
void DtsmTcl_OwnSession(DtsmTcl_Own **listPtr, const char *directory,
        int held);
void DtsmTcl_ForgetSession(DtsmTcl_Own **listPtr, int held);
void DtsmTcl_GiveUpSessions(DtsmTcl_Own **listPtr);

#endif /* TCL_DTSM_OWN_H */
