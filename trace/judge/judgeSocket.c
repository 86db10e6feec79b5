/*
 * judgeSocket.c --
 *
 *      The address of a Unix socket, whatever the length of its name.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judge.h"
#include "judgeScratch.h"
#include "judgeSocket.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SUN_PATH sizeof(((struct sockaddr_un *) 0)->sun_path)

/*
 * ShortName --
 *
 *      Write a name below an open directory; brief has SUN_PATH bytes, tail
 *      begins with a slash.
 *
 * Returns:
 *      1, or 0 when the name is too long for that, too.
 */

static int
ShortName(int directory, const char *tail, char *brief)
{
    static const char head[] = "/proc/self/fd/";
    char digits[12];
    size_t at = sizeof(digits), used = sizeof(head) - 1;
    unsigned number = (unsigned) directory;

    if (strlen(tail) >= SUN_PATH - sizeof(head) - sizeof(digits)) {
        return 0;
    }
    do {
        digits[--at] = (char) ('0' + number % 10);
        number /= 10;
    } while (number != 0);
    memcpy(brief, head, used);
    memcpy(brief + used, digits + at, sizeof(digits) - at);
    used += sizeof(digits) - at;
    memcpy(brief + used, tail, strlen(tail) + 1);
    return 1;
}

int
DtsmTraceSocketName(const char *name, struct sockaddr_un *address)
{
    const char *tail = strrchr(name, '/');
    size_t len = strlen(name);
    char *directory;
    int fd;

    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    if (len < SUN_PATH) {
        memcpy(address->sun_path, name, len + 1);
        return TRACE_WHOLE_NAME;
    }
    if (tail == NULL || tail == name || len >= DTSM_SCRATCH_SIZE) {
        return -ENAMETOOLONG;
    }
    directory = DtsmTraceBorrow();
    if (directory == NULL) {
        return -ENOMEM;
    }
    memcpy(directory, name, (size_t) (tail - name));
    directory[tail - name] = '\0';
    fd = DtsmpSysOpen(directory, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    DtsmTraceReturn(directory);
    if (fd >= 0 && !ShortName(fd, tail, address->sun_path)) {
        DtsmpSysClose(fd);
        fd = -ENAMETOOLONG;
    }
    return fd;
}
