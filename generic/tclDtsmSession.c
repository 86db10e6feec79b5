/*
 * tclDtsmSession.c --
 *
 *      A session's directory, and the directory in which its map lies.
 *
 *      BASE/dtsm-XXXXXX/       mode 0700
 *          owner               locked while the session lives (fcntl)
 *          map                 the map; or a symlink to DIR/dtsm-map-XXXXXX/map
 *          place               then a symlink to "DEVICE:INODE" of the latter's
 *                              directory, mode 0700; its name is not that of
 *                              a session's, which would go while it is empty
 *          ...                 log, sockets
 *
 * A session can be killed between any two calls, and what it leaves is found:
 *
 * L1  A directory without `owner' is empty: it was just made, or is about to
 *     go.  So an empty one is nobody's loss, and a session that loses it so
 *     before it has the lock takes another.
 * L2  The lock is proof of the name: after taking it the holder looks whether
 *     `owner' is still the file that it has locked.  A session and a cleaner,
 *     or two cleaners, never both have it.
 * L3  `map' is there before the map's directory is made, `place' before there
 *     is anything in that.  Without `place' it is empty, and rmdir is all that
 *     it takes.
 * L4  `owner' goes last, but for the directory.
 *
 * What is removed is reached through descriptors of directories that only our
 * user may change, compared with what the session noted; by a name that others
 * may change only rmdir is called, which takes nothing but an empty directory.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tclDtsmOwnDir.h"
#include "tclDtsmPlace.h"
#include "tclDtsmSession.h"

#define OWNER "owner"
#define ATTEMPTS 100

/*
 * Lock --
 *
 *      Lock the owner file (L2).
 *
 * Arguments:
 *      at       The directory.
 *      flags    O_CREAT | O_EXCL to make it, or 0.
 *
 * Returns:
 *      A descriptor, which holds the lock until it is closed; no other of that
 *      file may be closed in this process.  -1 with errno: EBUSY when another
 *      process has it, ENOENT when the file is gone.
 */

static int
Lock(
    int at,
    int flags)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat mine, named;
    int fd = openat(at, OWNER, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);

    if (fd < 0) {
        return -1;
    }
    if (fcntl(fd, F_SETLK, &lock) != 0) {
        errno = errno == EACCES || errno == EAGAIN ? EBUSY : errno;
    } else if (fstat(fd, &mine) == 0
            && fstatat(at, OWNER, &named, AT_SYMLINK_NOFOLLOW) == 0) {
        if (mine.st_dev == named.st_dev && mine.st_ino == named.st_ino) {
            return fd;
        }
        errno = ENOENT;
    }
    DtsmTcl_CloseKeeping(fd);
    return -1;
}

int
DtsmTcl_SessionMake(
    char *template)
{
    size_t len = strlen(template);
    struct stat status;
    int tries, at, fd;

    if (len < 6) {
        errno = EINVAL;
        return -1;
    }
    for (tries = 0; tries < ATTEMPTS; tries++) {
        memcpy(template + len - 6, "XXXXXX", 6);
        if (mkdtemp(template) == NULL) {
            return -1;
        }
        at = DtsmTcl_OpenOwn(template, &status);
        if (at < 0) {
            if (errno != ENOENT) {
                int error = errno;

                (void) rmdir(template);
                errno = error;
                return -1;
            }
            continue;                                           /* L1 */
        }
        fd = Lock(at, O_CREAT | O_EXCL);
        if (fd < 0 && errno != EBUSY && errno != ENOENT) {
            int error = errno;

            (void) unlinkat(at, OWNER, 0);
            (void) rmdir(template);
            errno = error;
            DtsmTcl_CloseKeeping(at);
            return -1;
        }
        close(at);
        if (fd >= 0) {
            return fd;
        }
    }
    errno = EBUSY;
    return -1;
}

int
DtsmTcl_SessionHeld(
    const char *name)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat status;
    int at = DtsmTcl_OpenOwn(name, &status), fd, held = -1;

    if (at < 0) {
        return -1;
    }
    fd = openat(at, OWNER, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
        if (fcntl(fd, F_GETLK, &lock) == 0) {
            held = lock.l_type != F_UNLCK;
        }
        DtsmTcl_CloseKeeping(fd);
    } else if (errno == ENOENT) {
        held = DtsmTcl_IsEmpty(at) ? 0 : -1;                            /* L1 */
        errno = ENOENT;
    }
    DtsmTcl_CloseKeeping(at);
    return held;
}

int
DtsmTcl_SessionRemove(
    const char *session,
    int owner)
{
    struct stat mine, named;
    int at, failure = 0;

    if (owner < 0) {
        return rmdir(session);
    }
    at = DtsmTcl_OpenOwn(session, &named);
    if (at < 0) {
        return -1;
    }
    if (fstat(owner, &mine) != 0
            || fstatat(at, OWNER, &named, AT_SYMLINK_NOFOLLOW) != 0
            || mine.st_dev != named.st_dev || mine.st_ino != named.st_ino) {
        errno = ENOENT;                                         /* L2 */
        DtsmTcl_CloseKeeping(at);
        return -1;
    }
    if (DtsmTcl_Unplace(at) != 0 || DtsmTcl_Empty(at, OWNER) != 0) {
        failure = errno;
    }
    if (failure == 0 && (unlinkat(at, OWNER, 0) != 0            /* L4 */
            || rmdir(session) != 0)) {
        failure = errno;
    }
    DtsmTcl_CloseKeeping(at);
    errno = failure;
    return failure ? -1 : 0;
}

int
DtsmTcl_SessionTake(
    const char *session)
{
    struct stat status;
    int at = DtsmTcl_OpenOwn(session, &status), fd;

    if (at < 0) {
        return -1;
    }
    fd = Lock(at, 0);
    if (fd < 0 && errno == ENOENT && DtsmTcl_IsEmpty(at)) {
        errno = ENODATA;
    }
    DtsmTcl_CloseKeeping(at);
    return fd;
}
