/*
 * tclDtsmFollow.h --
 *
 *      What the name of a file that is to be written stands for.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_FOLLOW_H
#define TCL_DTSM_FOLLOW_H

/*
 * DtsmTcl_Follow --
 *
 *      Where a name leads, symlink by symlink, in place.
 *
 * Arguments:
 *      path     PATH_MAX bytes.
 *
 * Returns:
 *      The descriptor of ours that it stands for; -1 for a file; -2 with
 *      errno.
 */

int DtsmTcl_Follow(char *path);

/*
 * DtsmTcl_DirectoryOf --   The directory of a file's name, into PATH_MAX
 *                          bytes; the file's name there.
 */

const char *DtsmTcl_DirectoryOf(const char *path, char *directory);

#endif /* TCL_DTSM_FOLLOW_H */
