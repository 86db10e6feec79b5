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
    int folder = DtsmTraceSocketName(file, &address), fd, err;

    if (folder < TRACE_WHOLE_NAME) {
        errno = -folder;
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
    if (folder >= 0) {
        close(folder);
    }
    errno = err;
    return fd;
}
