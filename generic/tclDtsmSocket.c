/*
 * tclDtsmSocket.c --
 *
 *      A listening socket that has a name in the file system.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tclDtsmInherit.h"
#include "tclDtsmMemory.h"
#include "tclDtsmSocket.h"

/*
 * Bind --
 *
 *      A listening socket at path.  The descriptor, or -1 with errno.
 */

static int
Bind(const char *path)
{
    struct sockaddr_un address;
    int folder = DtsmTraceSocketName(path, &address), fd, error;

    if (folder < TRACE_WHOLE_NAME) {
        errno = -folder;
        return -1;
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && (fchmod(fd, 0600) != 0
            || bind(fd, (struct sockaddr *) &address, sizeof address) != 0
            || listen(fd, SOMAXCONN) != 0)) {
        error = errno;
        close(fd);
        errno = error;
        fd = -1;
    }
    if (folder >= 0) {
        error = errno;
        close(folder);
        errno = error;
    }
    return fd;
}

int
DtsmTcl_BindSocket(const char *path, DtsmTcl_Socket *socketPtr)
{
    struct stat status;

    memset(socketPtr, 0, sizeof *socketPtr);
    socketPtr->fd = Bind(path);
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
