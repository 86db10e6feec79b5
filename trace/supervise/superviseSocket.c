/*
 * superviseSocket.c --
 *
 *      A listening socket with a name in the file system.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeSocket.h"
#include "superviseSocket.h"

#include <sys/socket.h>
#include <sys/un.h>

int
DtsmSuperviseListen(const char *file, int type)
{
    struct sockaddr_un address;
    int directory = DtsmTraceSocketName(file, &address), fd, err;

    if (directory < TRACE_WHOLE_NAME) {
        errno = -directory;
        return -1;
    }
    fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && (fchmod(fd, 0600) != 0
            || bind(fd, (void *) &address, sizeof(address)) != 0
            || listen(fd, SOMAXCONN) != 0)) {
        err = errno;
        close(fd);
        errno = err;
        fd = -1;
    }
    err = errno;
    if (directory >= 0) {
        close(directory);
    }
    errno = err;
    return fd;
}
