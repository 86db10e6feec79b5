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
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "tclDtsmSession.h"

#define OWNER "owner"
#define MAP "map"
#define PLACE "place"
#define ATTEMPTS 100
#define DEPTH_MAX 64            /* of directories that somebody made in ours */
#define ID_SIZE 48              /* DEVICE:INODE */

static void
CloseKeeping(int fd)
{
    int error = errno;

    if (fd >= 0) {
        close(fd);
    }
    errno = error;
}

/*
 * OpenOwn --
 *
 *      Open a directory that only our user may change.
 *
 * Returns:
 *      The descriptor; -1 with errno: EPERM for another directory.
 */

static int
OpenOwn(
    const char *name,
    struct stat *statusPtr)
{
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 && fstat(fd, statusPtr) == 0) {
        if (statusPtr->st_uid == geteuid()
                && (statusPtr->st_mode & 077) == 0) {
            return fd;
        }
        errno = EPERM;
    }
    CloseKeeping(fd);
    return -1;
}

static void
Identify(
    const struct stat *statusPtr,
    char *id)                   /* ID_SIZE bytes */
{
    (void) snprintf(id, ID_SIZE, "%llx:%llx",
            (unsigned long long) statusPtr->st_dev,
            (unsigned long long) statusPtr->st_ino);
}

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
    CloseKeeping(fd);
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
        at = OpenOwn(template, &status);
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
            CloseKeeping(at);
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

static int
IsEmpty(int at)
{
    int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    int empty = stream != NULL;

    while (empty && (entry = readdir(stream)) != NULL) {
        empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
    }
    if (stream != NULL) {
        closedir(stream);
    } else {
        CloseKeeping(fd);
    }
    return empty;
}

int
DtsmTcl_SessionHeld(
    const char *name)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat status;
    int at = OpenOwn(name, &status), fd, held = -1;

    if (at < 0) {
        return -1;
    }
    fd = openat(at, OWNER, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
        if (fcntl(fd, F_GETLK, &lock) == 0) {
            held = lock.l_type != F_UNLCK;
        }
        CloseKeeping(fd);
    } else if (errno == ENOENT) {
        held = IsEmpty(at) ? 0 : -1;                            /* L1 */
        errno = ENOENT;
    }
    CloseKeeping(at);
    return held;
}

/*
 * NoteOf --
 *
 *      What a symlink in a session's directory says; 0 when there is none.
 */

static int
NoteOf(
    int at,
    const char *name,
    char *note,
    size_t size)
{
    ssize_t len = readlinkat(at, name, note, size);

    if (len <= 0 || (size_t) len >= size) {
        return 0;
    }
    note[len] = '\0';
    return 1;
}

/*
 * MapFolder --
 *
 *      Open the directory of a session's map.
 *
 * Arguments:
 *      at       The session's directory.
 *      name     Receives its name, if it has one of its own, else "".
 *
 * Returns:
 *      The descriptor; -1 when it is not there, or another one is.
 */

static int
MapFolder(
    int at,
    char *name)                 /* PATH_MAX bytes */
{
    char noted[ID_SIZE], id[ID_SIZE], *slash;
    struct stat status;
    int own;

    if (!NoteOf(at, MAP, name, PATH_MAX)
            || (slash = strrchr(name, '/')) == NULL) {
        name[0] = '\0';
        return openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    *slash = '\0';
    own = OpenOwn(name, &status);
    if (own >= 0) {
        Identify(&status, id);
        if (!NoteOf(at, PLACE, noted, sizeof noted)
                || strcmp(id, noted) != 0) {
            close(own);
            own = -1;
        }
    }
    return own;
}

/*
 * Empty --
 *
 *      Remove what is in a directory; with spare all but the file of that
 *      name.
 *
 * Returns:
 *      0; -1 with errno when something stays.
 */

static int
Empty(
    int at,
    const char *spare,
    int depth)
{
    int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), failure = 0;
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (stream == NULL) {
        CloseKeeping(fd);
        return -1;
    }
    while ((entry = readdir(stream)) != NULL) {
        const char *name = entry->d_name;
        int inner;

        if (!strcmp(name, ".") || !strcmp(name, "..")
                || (spare != NULL && !strcmp(name, spare))
                || unlinkat(at, name, 0) == 0) {
            continue;
        }
        failure = errno;
        inner = depth < DEPTH_MAX ? openat(at, name,
                O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (inner >= 0) {
            failure = Empty(inner, NULL, depth + 1) == 0
                    && unlinkat(at, name, AT_REMOVEDIR) == 0 ? 0 : errno;
            close(inner);
        }
    }
    closedir(stream);
    errno = failure;
    return failure ? -1 : 0;
}

/*
 * Unplace --
 *
 *      Remove a session's map, and the directory that it has of its own.  The
 *      notes of both stay.
 *
 * Returns:
 *      0; -1 with errno when something stays.
 */

static int
Unplace(int at)
{
    char map[PATH_MAX];
    int own = MapFolder(at, map), failure = 0;

    if (map[0] != '\0') {
        if (own >= 0 && Empty(own, NULL, 0) != 0) {
            failure = errno;
        }
        if (rmdir(map) != 0 && own >= 0) {                      /* L3 */
            failure = failure ? failure : errno;
        }
    }
    CloseKeeping(own);
    errno = failure;
    return failure ? -1 : 0;
}

/*
 * NameMap --
 *
 *      A new name below parent for a map in a directory of its own.
 *
 * Arguments:
 *      map      Receives it; PATH_MAX bytes.
 *
 * Returns:
 *      The slash before the map's own name; NULL with errno.
 */

static char *
NameMap(
    const char *parent,
    char *map)
{
    static const char letters[] =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    unsigned char noise[6];
    char *slash;
    int i, used;

    if (getentropy(noise, sizeof noise) != 0) {
        return NULL;
    }
    used = snprintf(map, PATH_MAX, "%s/dtsm-map-XXXXXX/" MAP, parent);
    if (used < 0 || used >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    slash = map + used - sizeof MAP;
    for (i = 0; i < 6; i++) {
        slash[i - 6] = letters[noise[i] % (sizeof letters - 1)];
    }
    return slash;
}

/*
 * MakeNamed --
 *
 *      Make the directory of the map that NameMap has named (L3).
 *
 * Returns:
 *      0; -1 with errno, and nothing is left: EEXIST when another name will do.
 */

static int
MakeNamed(
    int at,                     /* the session's directory */
    char *map,
    char *slash)
{
    struct stat status;
    char id[ID_SIZE];
    int own, error;

    if (symlinkat(map, at, MAP) != 0) {
        return -1;
    }
    *slash = '\0';
    if (mkdir(map, 0700) != 0) {
        error = errno;
        (void) unlinkat(at, MAP, 0);
        errno = error;
        return -1;
    }
    own = OpenOwn(map, &status);
    if (own >= 0) {
        Identify(&status, id);
        if (symlinkat(id, at, PLACE) == 0) {
            *slash = '/';
            CloseKeeping(own);
            return 0;
        }
    }
    error = errno;
    (void) rmdir(map);
    (void) unlinkat(at, MAP, 0);
    CloseKeeping(own);
    errno = error == EEXIST ? EIO : error;
    return -1;
}

int
DtsmTcl_SessionPlaceMap(
    const char *session,
    const char *parent,
    char *map)
{
    struct stat status;
    char *slash;
    int at = OpenOwn(session, &status), tries, made = -1;

    if (at < 0) {
        return -1;
    }
    if (Unplace(at) != 0) {
        CloseKeeping(at);
        return -1;
    }
    (void) unlinkat(at, PLACE, 0);
    (void) unlinkat(at, MAP, 0);
    errno = EEXIST;
    for (tries = 0; tries < ATTEMPTS && made != 0 && errno == EEXIST;
            tries++) {
        slash = NameMap(parent, map);
        if (slash == NULL) {
            break;
        }
        made = MakeNamed(at, map, slash);
    }
    CloseKeeping(at);
    return made;
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
    at = OpenOwn(session, &named);
    if (at < 0) {
        return -1;
    }
    if (fstat(owner, &mine) != 0
            || fstatat(at, OWNER, &named, AT_SYMLINK_NOFOLLOW) != 0
            || mine.st_dev != named.st_dev || mine.st_ino != named.st_ino) {
        errno = ENOENT;                                         /* L2 */
        CloseKeeping(at);
        return -1;
    }
    if (Unplace(at) != 0 || Empty(at, OWNER, 0) != 0) {
        failure = errno;
    }
    if (failure == 0 && (unlinkat(at, OWNER, 0) != 0            /* L4 */
            || rmdir(session) != 0)) {
        failure = errno;
    }
    CloseKeeping(at);
    errno = failure;
    return failure ? -1 : 0;
}

int
DtsmTcl_SessionTake(
    const char *session)
{
    struct stat status;
    int at = OpenOwn(session, &status), fd;

    if (at < 0) {
        return -1;
    }
    fd = Lock(at, 0);
    if (fd < 0 && errno == ENOENT && IsEmpty(at)) {
        errno = ENODATA;
    }
    CloseKeeping(at);
    return fd;
}

int
DtsmTcl_SessionOpenMap(
    const char *session)
{
    char map[PATH_MAX];
    struct stat status;
    int at = OpenOwn(session, &status), own;

    if (at < 0) {
        return -1;
    }
    own = MapFolder(at, map);
    close(at);
    errno = ENOENT;
    return own;
}
