/*
 * injectReach.c --
 *
 *      Where an open directory lies, and where a path of it leads, as the
 *      kernel tells: asked when nothing remembered answers.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeProc.h"
#include "judgeSubject.h"

#include <string.h>

size_t
DtsmTraceFdPath(int fd, char *buf, size_t size)
{
    return DtsmTraceFdText("/proc/self/fd/", fd, buf, size);
}

size_t
DtsmTraceGonePath(int dirfd, char *buf, size_t size)
{
    char name[48];

    if (dirfd == AT_FDCWD) {
        return DtsmTraceGoneText("/proc/self/cwd", buf, size);
    }
    return DtsmTraceFdName("/proc/self/fd/", dirfd, name, sizeof(name)) == 0
            ? 0 : DtsmTraceGoneText(name, buf, size);
}

/*
 * ReachMissing --
 *
 *      DtsmTraceReach of a name in an open directory that is not there, or that
 *      is a symlink to what is not there.
 */

static size_t
ReachMissing(int directory, const char *name, size_t nameLen, int flags,
        char *buf, size_t size)
{
    char text[NAME_MAX + 1];
    size_t len;
    long got = 0;

    memcpy(text, name, nameLen);
    text[nameLen] = '\0';
    if (!(flags & O_NOFOLLOW)) {
        got = DtsmpSyscall4(SYS_readlinkat, directory, (long) (intptr_t) text,
                (long) (intptr_t) buf, (long) size - 1);
    }
    if (got > 0 && buf[0] == '/') {
        buf[got] = '\0';
        return (size_t) got;
    }
    len = DtsmTraceFdPath(directory, buf, size - nameLen - 1);
    if (len > 0) {
        len -= len == 1;                /* "/" */
        buf[len++] = '/';
        memcpy(buf + len, text, nameLen + 1);
        len += nameLen;
    }
    return len;
}

size_t
DtsmTraceReach(int dirfd, const char *path, int flags, char *buf, size_t size)
{
    size_t len = strlen(path), at;
    long fd = DtsmpSyscall4(SYS_openat, dirfd, (long) (intptr_t) path,
            O_PATH | O_CLOEXEC | flags, 0);
    int missing = fd == -ENOENT;

    if (fd == -DTSMP_HELD) {
        DtsmTraceUndecided();
    }

    if (missing) {
        while (len > 0 && path[len - 1] == '/') {
            len--;
        }
        for (at = len; at > 0 && path[at - 1] != '/'; at--) {
            ;
        }
        if (at == len || len - at > NAME_MAX || at + 2 > size) {
            return 0;
        }
        memcpy(buf, path, at);
        memcpy(buf + at, ".", 2);
        path += at;
        len -= at;
        fd = DtsmpSyscall4(SYS_openat, dirfd, (long) (intptr_t) buf,
                O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    }
    if (fd < 0) {
        return 0;
    }
    len = missing ? ReachMissing((int) fd, path, len, flags, buf, size)
            : DtsmTraceFdPath((int) fd, buf, size);
    DtsmpSysClose((int) fd);
    return len;
}
