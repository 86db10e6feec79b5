/*
 * superviseSocket.h --
 *
 *      A listening socket with a name in the file system: the supervisor's,
 *      and those of the Tcl package.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_SUPERVISE_SOCKET_H
#define DTSM_SUPERVISE_SOCKET_H

/*
 * DtsmSuperviseListen --
 *
 *      Listen at a new name, mode 0600, however long it is.
 *
 * Arguments:
 *      type     SOCK_STREAM or SOCK_SEQPACKET.
 *
 * Returns:
 *      A descriptor that does not block; -1 with errno.
 */

int DtsmSuperviseListen(const char *file, int type);

#endif /* DTSM_SUPERVISE_SOCKET_H */
