/*
 * tclDtsmSocket.h --
 *
 *      A listening socket that has a name in the file system.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_SOCKET_H
#define TCL_DTSM_SOCKET_H

#include <sys/types.h>

typedef struct DtsmTcl_Socket {
    char *path;                 /* absolute, for the system; DtsmTcl_Free */
    dev_t device;               /* the socket there is ours if it is these */
    ino_t inode;
    int fd;
} DtsmTcl_Socket;

/*
 * DtsmTcl_BindSocket --    Make one at an absolute path, mode 0600, that the
 *                          event loop takes.  0, or -1 with errno.
 * DtsmTcl_RemoveSocket --  Remove its name, unless something else took its
 *                          place.
 */

int DtsmTcl_BindSocket(const char *path, DtsmTcl_Socket *socketPtr);
void DtsmTcl_RemoveSocket(const DtsmTcl_Socket *socketPtr);

#endif /* TCL_DTSM_SOCKET_H */
