/*
 * tclDtsmPlace.c --
 *
 *      The directory in which a session's map lies.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tclDtsmOwnDir.h"
#include "tclDtsmPlace.h"

#define MAP "map"
#define PLACE "place"
#define ATTEMPTS 100
#define ID_SIZE 48              /* DEVICE:INODE */

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
 * MapDirectory --
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
MapDirectory(
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
    own = DtsmTcl_OpenOwn(name, &status);
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

int
DtsmTcl_Unplace(int at)
{
    char map[PATH_MAX];
    int own = MapDirectory(at, map), failure = 0;

    if (map[0] != '\0') {
        if (own >= 0 && DtsmTcl_Empty(own, NULL) != 0) {
            failure = errno;
        }
        if (rmdir(map) != 0 && own >= 0) {                      /* L3 */
            failure = failure ? failure : errno;
        }
    }
    DtsmTcl_CloseKeeping(own);
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
    own = DtsmTcl_OpenOwn(map, &status);
    if (own >= 0) {
        Identify(&status, id);
        if (symlinkat(id, at, PLACE) == 0) {
            *slash = '/';
            DtsmTcl_CloseKeeping(own);
            return 0;
        }
    }
    error = errno;
    (void) rmdir(map);
    (void) unlinkat(at, MAP, 0);
    DtsmTcl_CloseKeeping(own);
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
    int at = DtsmTcl_OpenOwn(session, &status), tries, made = -1;

    if (at < 0) {
        return -1;
    }
    if (DtsmTcl_Unplace(at) != 0) {
        DtsmTcl_CloseKeeping(at);
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
    DtsmTcl_CloseKeeping(at);
    return made;
}

int
DtsmTcl_SessionOpenMap(
    const char *session)
{
    char map[PATH_MAX];
    struct stat status;
    int at = DtsmTcl_OpenOwn(session, &status), own;

    if (at < 0) {
        return -1;
    }
    own = MapDirectory(at, map);
    close(at);
    errno = ENOENT;
    return own;
}
