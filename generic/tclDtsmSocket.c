/*
 * tclDtsmSocket.c --
 *
 *      A listening socket that has a name in the file system.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "superviseSocket.h"
#include "tclDtsmInherit.h"
#include "tclDtsmMemory.h"
#include "tclDtsmSocket.h"

int
DtsmTcl_BindSocket(const char *path, DtsmTcl_Socket *socketPtr)
{
    struct stat status;

    memset(socketPtr, 0, sizeof *socketPtr);
    socketPtr->fd = DtsmSuperviseListen(path, SOCK_STREAM);
    if (socketPtr->fd >= 0 && !DtsmTcl_CanWatch(socketPtr->fd)) {
        close(socketPtr->fd);
        unlink(path);
        errno = EMFILE;
        socketPtr->fd = -1;
    }
    if (socketPtr->fd < 0) {
        return -1;
    }
    socketPtr->path = DtsmTcl_Alloc(strlen(path) + 1);
    memcpy(socketPtr->path, path, strlen(path) + 1);
    if (lstat(path, &status) == 0) {
        socketPtr->device = status.st_dev;
        socketPtr->inode = status.st_ino;
    }
    return 0;
}

void
DtsmTcl_RemoveSocket(const DtsmTcl_Socket *socketPtr)
{
    struct stat status;

    if (lstat(socketPtr->path, &status) == 0
            && status.st_dev == socketPtr->device
            && status.st_ino == socketPtr->inode) {
        unlink(socketPtr->path);
    }
}
