/*
 * wrapSocket.c --
 *
 *      Wrappers of calls that take a Unix socket's path.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * Not every header declares it.
 */

int __connect(int fd, const struct sockaddr *address, socklen_t len);

/*
 * SocketPath --
 *
 *      The path of a socket's address; NULL when it has none.
 */

static const char *
SocketPath(const struct sockaddr *address, socklen_t len, char *buf)
{
    const struct sockaddr_un *name = (const void *) address;
    size_t head = offsetof(struct sockaddr_un, sun_path), max;

    if (TRACE_NO_POINTER(address) || len <= head
            || address->sa_family != AF_UNIX
            || name->sun_path[0] == '\0') {
        return NULL;
    }
    max = len - head < sizeof(name->sun_path) ? len - head
            : sizeof(name->sun_path);
    memcpy(buf, name->sun_path, max);
    buf[max] = '\0';
    return buf;
}

#define SOCKET_ROOM (sizeof(((struct sockaddr_un *) 0)->sun_path) + 1)

static int
CheckSocket(const struct sockaddr *address, socklen_t len, unsigned how)
{
    char buf[SOCKET_ROOM];
    const char *path = SocketPath(address, len, buf);

    return path == NULL ? 0 : CHECK(AT_FDCWD, path, how);
}

DTSM_EXPORT int
bind(int fd, const struct sockaddr *address, socklen_t len)
{
    REFUSE(CheckSocket(address, len, DTSM_WRITE | TRACE_MAKE
            | TRACE_NOFOLLOW), -1);
    return REAL(bind)(fd, address, len);
}

#define CONNECT(name) \
    DTSM_EXPORT int \
    name(int fd, const struct sockaddr *address, socklen_t len) \
    { \
        REFUSE(CheckSocket(address, len, DTSM_WRITE), -1); \
        return REAL(name)(fd, address, len); \
    }

CONNECT(connect)
CONNECT(__connect)

DTSM_EXPORT ssize_t
sendto(int fd, const void *data, size_t dataLen, int flags,
        const struct sockaddr *address, socklen_t len)
{
    if (address != NULL) {
        REFUSE(CheckSocket(address, len, DTSM_WRITE), -1);
    }
    return REAL(sendto)(fd, data, dataLen, flags, address, len);
}

DTSM_EXPORT ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (!TRACE_NO_POINTER(message) && message->msg_name != NULL) {
        REFUSE(CheckSocket(message->msg_name, message->msg_namelen,
                DTSM_WRITE), -1);
    }
    return REAL(sendmsg)(fd, message, flags);
}

DTSM_EXPORT int
sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    unsigned i;

    for (i = 0; !TRACE_NO_POINTER(messages) && i < count; i++) {
        const struct msghdr *message = &messages[i].msg_hdr;

        if (message->msg_name != NULL) {
            int err = CheckSocket(message->msg_name, message->msg_namelen,
                    DTSM_WRITE);

            if (err != 0 && i > 0) {
                count = i;              /* those before it are sent */
                break;
            }
            REFUSE(err, -1);
        }
    }
    return REAL(sendmmsg)(fd, messages, count, flags);
}
