/*
 * wrapStat.c --
 *
 *      Wrappers that look at a path's properties.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "judgeCalls.h"

#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#undef stat
#undef stat64
#undef lstat
#undef lstat64
#undef fstatat
#undef fstatat64
#undef statfs
#undef statfs64
#undef statvfs
#undef statvfs64

/*
 * The entries that programs built before glibc 2.33 call.
 */

int __statfs(const char *path, struct statfs *st);
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstatat(int version, int dirfd, const char *path, struct stat *st,
        int atFlags);
int __xstat64(int version, const char *path, struct stat64 *st);
int __lxstat64(int version, const char *path, struct stat64 *st);
int __fxstatat64(int version, int dirfd, const char *path,
        struct stat64 *st, int atFlags);

#define STAT(name, type, how) \
    DTSM_EXPORT int \
    name(const char *path, type *st) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, how), -1); \
        return REAL(name)(path, st); \
    }

STAT(stat, struct stat, DTSM_STAT)
STAT(stat64, struct stat64, DTSM_STAT)
STAT(lstat, struct stat, DTSM_STAT | TRACE_NOFOLLOW)
STAT(lstat64, struct stat64, DTSM_STAT | TRACE_NOFOLLOW)
STAT(statfs, struct statfs, DTSM_STAT)
STAT(statfs64, struct statfs64, DTSM_STAT)
STAT(__statfs, struct statfs, DTSM_STAT)
STAT(statvfs, struct statvfs, DTSM_STAT)
STAT(statvfs64, struct statvfs64, DTSM_STAT)

#define FSTATAT(name, type) \
    DTSM_EXPORT int \
    name(int dirfd, const char *path, type *st, int atFlags) \
    { \
        REFUSE(CHECK(dirfd, path, HOW_OF(newfstatat, atFlags)), -1); \
        return REAL(name)(dirfd, path, st, atFlags); \
    }

FSTATAT(fstatat, struct stat)
FSTATAT(fstatat64, struct stat64)

#define XSTAT(name, type, how) \
    DTSM_EXPORT int \
    name(int version, const char *path, type *st) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, how), -1); \
        return REAL(name)(version, path, st); \
    }

XSTAT(__xstat, struct stat, DTSM_STAT)
XSTAT(__xstat64, struct stat64, DTSM_STAT)
XSTAT(__lxstat, struct stat, DTSM_STAT | TRACE_NOFOLLOW)
XSTAT(__lxstat64, struct stat64, DTSM_STAT | TRACE_NOFOLLOW)

#define FXSTATAT(name, type) \
    DTSM_EXPORT int \
    name(int version, int dirfd, const char *path, type *st, int atFlags) \
    { \
        REFUSE(CHECK(dirfd, path, HOW_OF(newfstatat, atFlags)), -1); \
        return REAL(name)(version, dirfd, path, st, atFlags); \
    }

FXSTATAT(__fxstatat, struct stat)
FXSTATAT(__fxstatat64, struct stat64)

DTSM_EXPORT int
statx(int dirfd, const char *path, int atFlags, unsigned mask,
        struct statx *st)
{
    REFUSE(CHECK(dirfd, path, HOW_OF(statx, atFlags)), -1);
    return REAL(statx)(dirfd, path, atFlags, mask, st);
}

DTSM_EXPORT long
pathconf(const char *path, int name)
{
    REFUSE(CHECK(AT_FDCWD, path, DTSM_STAT), -1);
    return REAL(pathconf)(path, name);
}

#define ACCESS(name) \
    DTSM_EXPORT int \
    name(const char *path, int mode) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, DTSM_STAT), -1); \
        return REAL(name)(path, mode); \
    }

ACCESS(access)
ACCESS(eaccess)
ACCESS(euidaccess)

DTSM_EXPORT int
faccessat(int dirfd, const char *path, int mode, int atFlags)
{
    REFUSE(CHECK(dirfd, path, HOW_OF(faccessat2, atFlags)), -1);
    return REAL(faccessat)(dirfd, path, mode, atFlags);
}

/*
 * Extended attributes.
 */

#define GETXATTR(name, how) \
    DTSM_EXPORT ssize_t \
    name(const char *path, const char *attr, void *value, size_t size) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, how), -1); \
        return REAL(name)(path, attr, value, size); \
    }

GETXATTR(getxattr, DTSM_STAT)
GETXATTR(lgetxattr, DTSM_STAT | TRACE_NOFOLLOW)

#define LISTXATTR(name, how) \
    DTSM_EXPORT ssize_t \
    name(const char *path, char *list, size_t size) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, how), -1); \
        return REAL(name)(path, list, size); \
    }

LISTXATTR(listxattr, DTSM_STAT)
LISTXATTR(llistxattr, DTSM_STAT | TRACE_NOFOLLOW)

#define SETXATTR(name, how) \
    DTSM_EXPORT int \
    name(const char *path, const char *attr, const void *value, size_t size, \
            int flags) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, how), -1); \
        return REAL(name)(path, attr, value, size, flags); \
    }

SETXATTR(setxattr, DTSM_WRITE | TRACE_CHANGE)
SETXATTR(lsetxattr, DTSM_WRITE | TRACE_CHANGE | TRACE_NOFOLLOW)

#define REMOVEXATTR(name, how) \
    DTSM_EXPORT int \
    name(const char *path, const char *attr) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, how), -1); \
        return REAL(name)(path, attr); \
    }

REMOVEXATTR(removexattr, DTSM_WRITE | TRACE_CHANGE)
REMOVEXATTR(lremovexattr, DTSM_WRITE | TRACE_CHANGE | TRACE_NOFOLLOW)
