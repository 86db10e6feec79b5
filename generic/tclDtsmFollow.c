/*
 * tclDtsmFollow.c --
 *
 *      What the name of a file that is to be written stands for.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tclDtsmFollow.h"

#define LINKS_MAX 40            /* as the kernel */

const char *
DtsmTcl_DirectoryOf(
    const char *path,
    char *directory)
{
    const char *slash = strrchr(path, '/');

    (void) snprintf(directory, PATH_MAX, "%.*s",
            slash == NULL ? 1 : (int) (slash - path) + 1,
            slash == NULL ? "." : path);
    return slash == NULL ? path : slash + 1;
}

/*
 * MayFollow --
 *
 *      The kernel does not follow another user's symlink in a directory that
 *      all may write and none may clear (fs.protected_symlinks); we follow
 *      them one by one, so neither do we.
 */

static int
MayFollow(
    const char *path,
    const struct stat *linkPtr)
{
    char directory[PATH_MAX];
    struct stat status;

    (void) DtsmTcl_DirectoryOf(path, directory);
    if (linkPtr->st_uid == geteuid() || stat(directory, &status) != 0) {
        return 1;
    }
    return (status.st_mode & (S_ISVTX | S_IWOTH)) != (S_ISVTX | S_IWOTH)
            || status.st_uid == linkPtr->st_uid;
}

/*
 * DescriptorOf --
 *
 *      The descriptor of ours that a name stands for, or -1.
 */

static int
DescriptorOf(
    const char *path)
{
    static const char *const heads[] = {"/dev/fd/", "/proc/self/fd/", NULL};
    char own[48], *end;
    int i;
    long fd;

    if (!strcmp(path, "/dev/stdin") || !strcmp(path, "/dev/stdout")
            || !strcmp(path, "/dev/stderr")) {
        return path[8] == 'i' ? 0 : path[8] == 'o' ? 1 : 2;
    }
    (void) snprintf(own, sizeof own, "/proc/%ld/fd/", (long) getpid());
    for (i = 0; i < 3; i++) {
        const char *head = heads[i] == NULL ? own : heads[i];
        size_t len = strlen(head);

        if (!strncmp(path, head, len) && path[len] >= '0'
                && path[len] <= '9') {
            fd = strtol(path + len, &end, 10);
            return *end == '\0' && fd <= INT_MAX ? (int) fd : -1;
        }
    }
    return -1;
}

int
DtsmTcl_Follow(
    char *path)                 /* PATH_MAX bytes */
{
    char target[PATH_MAX], *slash;
    struct stat status;
    int i;

    for (i = 0; i < LINKS_MAX; i++) {
        ssize_t len;
        size_t head;
        int fd = DescriptorOf(path);

        if (fd >= 0) {
            return fd;
        }
        if (lstat(path, &status) != 0) {
            return errno == ENOENT ? -1 : -2;
        }
        if (!S_ISLNK(status.st_mode)) {
            return -1;
        }
        if (!MayFollow(path, &status)) {
            errno = EACCES;
            return -2;
        }
        len = readlink(path, target, sizeof target - 1);
        if (len < 0) {
            return -2;
        }
        target[len] = '\0';
        slash = strrchr(path, '/');
        head = target[0] == '/' || slash == NULL ? 0
                : (size_t) (slash - path) + 1;
        if (head + (size_t) len >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -2;
        }
        memcpy(path + head, target, (size_t) len + 1);
    }
    errno = ELOOP;
    return -2;
}
