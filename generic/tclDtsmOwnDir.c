/*
 * tclDtsmOwnDir.c --
 *
 *      Directories that only our user may change.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tclDtsmOwnDir.h"

#define DEPTH_MAX 64            /* of directories that somebody made in ours */

void
DtsmTcl_CloseKeeping(int fd)
{
    int error = errno;

    if (fd >= 0) {
        close(fd);
    }
    errno = error;
}

int
DtsmTcl_OpenOwn(
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
    DtsmTcl_CloseKeeping(fd);
    return -1;
}

int
DtsmTcl_IsEmpty(int at)
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
        DtsmTcl_CloseKeeping(fd);
    }
    return empty;
}

/*
 * Empty --
 *
 *      DtsmTcl_Empty of a directory that is so deep below the first.
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
        DtsmTcl_CloseKeeping(fd);
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

int
DtsmTcl_Empty(
    int at,
    const char *spare)
{
    return Empty(at, spare, 0);
}
