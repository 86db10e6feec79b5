/*
 * wrapLink.c --
 *
 *      Wrappers that read and make links.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "judgeSpell.h"

#include <stdlib.h>
#include <string.h>

#define READ_LINK (DTSM_STAT | TRACE_NOFOLLOW)

ssize_t __readlink_chk(const char *path, char *buf, size_t len,
        size_t bufSize);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *buf, size_t len,
        size_t bufSize);
char *__realpath_chk(const char *path, char *resolved, size_t size);

DTSM_EXPORT ssize_t
readlink(const char *path, char *buf, size_t len)
{
    REFUSE(CHECK(AT_FDCWD, path, READ_LINK), -1);
    return REAL(readlink)(path, buf, len);
}

DTSM_EXPORT ssize_t
readlinkat(int dirfd, const char *path, char *buf, size_t len)
{
    REFUSE(CHECK(dirfd, path, READ_LINK), -1);
    return REAL(readlinkat)(dirfd, path, buf, len);
}

DTSM_EXPORT ssize_t
__readlink_chk(const char *path, char *buf, size_t len, size_t bufSize)
{
    REFUSE(CHECK(AT_FDCWD, path, READ_LINK), -1);
    return REAL(__readlink_chk)(path, buf, len, bufSize);
}

DTSM_EXPORT ssize_t
__readlinkat_chk(int dirfd, const char *path, char *buf, size_t len,
        size_t bufSize)
{
    REFUSE(CHECK(dirfd, path, READ_LINK), -1);
    return REAL(__readlinkat_chk)(dirfd, path, buf, len, bufSize);
}

static int
IsPlain(unsigned flags)
{
    return (flags & TRACE_KINDS) != 0 && !(flags & DTSM_ALIAS);
}

/*
 * CheckReal --
 *
 *      realpath looks at every component of its path.
 */

static int
CheckReal(const char *path)
{
    unsigned saw;
    int err = DtsmTraceCheck(AT_FDCWD, path, DTSM_STAT, &saw);
    char directory[TRACE_SPELL_MAX];
    size_t len;

    if (err != 0 || path == NULL || DtsmSubjectMap() == NULL) {
        return err;
    }

    /*
     * Where the path is no alias and its directory has a verdict, somebody
     * came this way before.
     */

    len = strlen(path);
    while (len > 0 && path[len - 1] != '/') {
        len--;
    }
    if (len > 1 && len <= sizeof(directory) && !(saw & TRACE_SAW_NEW)
            && IsPlain(DtsmTraceKnows(path))) {
        memcpy(directory, path, len - 1);
        directory[len - 1] = '\0';
        if (DtsmTraceKnows(directory) != 0) {
            return 0;
        }
    }
    DtsmTraceTouchHops(path);
    return 0;
}

DTSM_EXPORT char *
realpath(const char *path, char *resolved)
{
    REFUSE(CheckReal(path), NULL);
    return REAL(realpath)(path, resolved);
}

#ifdef DTSM_OLD_VERSION_realpath
char *dtsmOld_realpath(const char *path, char *resolved);

DTSM_EXPORT char *
dtsmOld_realpath(const char *path, char *resolved)
{
    REFUSE(CheckReal(path), NULL);
    return OLD_REAL(realpath)(path, resolved);
}

OLD_NAME(realpath)
#endif

DTSM_EXPORT char *
__realpath_chk(const char *path, char *resolved, size_t size)
{
    REFUSE(CheckReal(path), NULL);
    return REAL(__realpath_chk)(path, resolved, size);
}

DTSM_EXPORT char *
canonicalize_file_name(const char *path)
{
    REFUSE(CheckReal(path), NULL);
    return REAL(canonicalize_file_name)(path);
}

/*
 * A link to a symlink is a symlink.
 */

static int
CheckLink(int oldFd, const char *oldPath, int newFd, const char *newPath,
        int atFlags, unsigned *sawPtr)
{
    int err = DtsmTraceCheck(oldFd, oldPath, DTSM_READ | TRACE_CHANGE
            | (atFlags & AT_SYMLINK_FOLLOW ? 0u : TRACE_NOFOLLOW), sawPtr);

    return err != 0 ? err : CHECK(newFd, newPath,
            DTSM_WRITE | TRACE_MAKE | TRACE_NOFOLLOW);
}

DTSM_EXPORT int
link(const char *oldPath, const char *newPath)
{
    unsigned saw;

    REFUSE(CheckLink(AT_FDCWD, oldPath, AT_FDCWD, newPath, 0, &saw), -1);
    if (saw & TRACE_SAW_LINK) {
        CHANGING(AT_FDCWD, newPath, REAL(link)(oldPath, newPath));
    }
    return REAL(link)(oldPath, newPath);
}

DTSM_EXPORT int
linkat(int oldFd, const char *oldPath, int newFd, const char *newPath,
        int atFlags)
{
    unsigned saw;

    REFUSE(CheckLink(oldFd, oldPath, newFd, newPath, atFlags, &saw), -1);
    if (saw & TRACE_SAW_LINK) {
        CHANGING(newFd, newPath,
                REAL(linkat)(oldFd, oldPath, newFd, newPath, atFlags));
    }
    return REAL(linkat)(oldFd, oldPath, newFd, newPath, atFlags);
}

/*
 * Where a symlink is made, whatever lies below now lies elsewhere.  Its text
 * is no access to anything.
 */

DTSM_EXPORT int
symlink(const char *text, const char *path)
{
    REFUSE(CHECK(AT_FDCWD, path, DTSM_WRITE | TRACE_MAKE | TRACE_NOFOLLOW),
            -1);
    CHANGING(AT_FDCWD, path, REAL(symlink)(text, path));
}

DTSM_EXPORT int
symlinkat(const char *text, int dirfd, const char *path)
{
    REFUSE(CHECK(dirfd, path, DTSM_WRITE | TRACE_MAKE | TRACE_NOFOLLOW), -1);
    CHANGING(dirfd, path, REAL(symlinkat)(text, dirfd, path));
}
