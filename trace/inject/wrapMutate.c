/*
 * wrapMutate.c --
 *
 *      Wrappers that change names and properties, and correct the map when
 *      that changes what a cached answer rests on.
 *
 * A plain file that comes or goes under an ALLOW rule changes no answer, so
 * it costs nothing: its verdict says ALLOW before and after.  What does:
 *
 *      a symlink that comes or goes, a directory that gets another name:
 *              whatever is below resolves elsewhere
 *      a directory that comes or goes where a rule denies:
 *              it is visible and a file is not
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "judgeCalls.h"
#include "judgeStat.h"

#include <stdio.h>
#include <sys/time.h>
#include <utime.h>

#undef truncate
#undef truncate64

#define MAKE (DTSM_WRITE | TRACE_MAKE | TRACE_NOFOLLOW)
#define CHANGE (DTSM_WRITE | TRACE_CHANGE)
#define CHANGE_SELF (CHANGE | TRACE_NOFOLLOW)

#ifndef RENAME_EXCHANGE
#   define RENAME_EXCHANGE 2
#endif

/*
 * MAKING --
 *
 *      The result of call, which makes or removes path.
 */

#define MAKING(saw, dirfd, path, call) \
    do { \
        if (((saw) & (TRACE_SAW_DENY | TRACE_SAW_LINK)) == 0) { \
            return (call); \
        } \
        CHANGING(dirfd, path, call); \
    } while (0)

/*
 * Renaming.
 */

/*
 * CheckRename --
 *
 *      The new name is made, unless it is exchanged: then it must be there.
 */

static int
CheckRename(int oldFd, const char *oldPath, int newFd, const char *newPath,
        unsigned flags, unsigned *sawPtr)
{
    unsigned saw;
    int err = DtsmTraceCheck(oldFd, oldPath, CHANGE_SELF, &saw);

    if (err == 0) {
        err = DtsmTraceCheck(newFd, newPath,
                flags & RENAME_EXCHANGE ? CHANGE_SELF : MAKE, sawPtr);
        *sawPtr |= saw & TRACE_SAW_DENY;
    }
    return err;
}

/*
 * MovesMore --
 *
 *      Is it more than a plain file that is, or was, given another name?
 */

static int
MovesMore(int fromFd, const char *from, int toFd, const char *to,
        unsigned atFlags)
{
    int type = DtsmTraceType(fromFd, from, AT_SYMLINK_NOFOLLOW);

    if ((atFlags & RENAME_EXCHANGE) && type == TRACE_IS_OTHER) {
        type = DtsmTraceType(toFd, to, AT_SYMLINK_NOFOLLOW);
    }
    return type != TRACE_IS_OTHER && type != TRACE_IS_MISSING;
}

/*
 * RENAME --
 *
 *      The result of call.  That another process puts a directory in the file's
 *      place just then is seen afterwards.
 */

#define RENAME(saw, oldFd, oldPath, newFd, newPath, atFlags, call) \
    do { \
        DtsmTraceChange change; \
        int outcome; \
        if (dtsmTraceMap == NULL) { \
            return (call); \
        } \
        if (!((saw) & (TRACE_SAW_LINK | TRACE_SAW_DENY)) && !MovesMore(oldFd, \
                oldPath, newFd, newPath, atFlags)) { \
            outcome = (call); \
            if (outcome == 0 && MovesMore(newFd, newPath, oldFd, oldPath, \
                    atFlags)) { \
                DtsmTraceForget(oldFd, oldPath); \
                DtsmTraceForget(newFd, newPath); \
            } \
            return outcome; \
        } \
        DtsmTraceBegin(&change, oldFd, oldPath, newFd, newPath); \
        outcome = (call); \
        DtsmTraceEnd(&change, outcome != 0); \
        return outcome; \
    } while (0)

DTSM_EXPORT int
rename(const char *oldPath, const char *newPath)
{
    unsigned saw;

    REFUSE(CheckRename(AT_FDCWD, oldPath, AT_FDCWD, newPath, 0, &saw), -1);
    RENAME(saw, AT_FDCWD, oldPath, AT_FDCWD, newPath, 0,
            REAL(rename)(oldPath, newPath));
}

DTSM_EXPORT int
renameat(int oldFd, const char *oldPath, int newFd, const char *newPath)
{
    unsigned saw;

    REFUSE(CheckRename(oldFd, oldPath, newFd, newPath, 0, &saw), -1);
    RENAME(saw, oldFd, oldPath, newFd, newPath, 0,
            REAL(renameat)(oldFd, oldPath, newFd, newPath));
}

DTSM_EXPORT int
renameat2(int oldFd, const char *oldPath, int newFd, const char *newPath,
        unsigned flags)
{
    unsigned saw;

    REFUSE(CheckRename(oldFd, oldPath, newFd, newPath, flags, &saw), -1);
    RENAME(saw, oldFd, oldPath, newFd, newPath, flags,
            REAL(renameat2)(oldFd, oldPath, newFd, newPath, flags));
}

/*
 * Removing.
 */

#define REMOVE(name) \
    DTSM_EXPORT int \
    name(const char *path) \
    { \
        unsigned saw; \
        REFUSE(DtsmTraceCheck(AT_FDCWD, path, CHANGE_SELF, &saw), -1); \
        MAKING(saw, AT_FDCWD, path, REAL(name)(path)); \
    }

REMOVE(unlink)
REMOVE(rmdir)
REMOVE(remove)

DTSM_EXPORT int
unlinkat(int dirfd, const char *path, int atFlags)
{
    unsigned saw;

    REFUSE(DtsmTraceCheck(dirfd, path, CHANGE_SELF, &saw), -1);
    MAKING(saw, dirfd, path, REAL(unlinkat)(dirfd, path, atFlags));
}

/*
 * Making.  A denied directory that is there already is what the caller wants.
 */

static int
MakeDirectory(int dirfd, const char *path, unsigned *sawPtr)
{
    int err = DtsmTraceCheck(dirfd, path, MAKE, sawPtr);

    if (err != 0 && DtsmTraceType(dirfd, path, 0) == TRACE_IS_DIR) {
        return -1;
    }
    return err;
}

DTSM_EXPORT int
mkdir(const char *path, mode_t mode)
{
    unsigned saw;
    int err = MakeDirectory(AT_FDCWD, path, &saw);

    if (err < 0) {
        return 0;
    }
    REFUSE(err, -1);
    MAKING(saw, AT_FDCWD, path, REAL(mkdir)(path, mode));
}

DTSM_EXPORT int
mkdirat(int dirfd, const char *path, mode_t mode)
{
    unsigned saw;
    int err = MakeDirectory(dirfd, path, &saw);

    if (err < 0) {
        return 0;
    }
    REFUSE(err, -1);
    MAKING(saw, dirfd, path, REAL(mkdirat)(dirfd, path, mode));
}

DTSM_EXPORT int
mkfifo(const char *path, mode_t mode)
{
    REFUSE(CHECK(AT_FDCWD, path, MAKE), -1);
    return REAL(mkfifo)(path, mode);
}

DTSM_EXPORT int
mkfifoat(int dirfd, const char *path, mode_t mode)
{
    REFUSE(CHECK(dirfd, path, MAKE), -1);
    return REAL(mkfifoat)(dirfd, path, mode);
}

DTSM_EXPORT int
mknod(const char *path, mode_t mode, dev_t device)
{
    REFUSE(CHECK(AT_FDCWD, path, MAKE), -1);
    return REAL(mknod)(path, mode, device);
}

DTSM_EXPORT int
mknodat(int dirfd, const char *path, mode_t mode, dev_t device)
{
    REFUSE(CHECK(dirfd, path, MAKE), -1);
    return REAL(mknodat)(dirfd, path, mode, device);
}

int __xmknod(int version, const char *path, mode_t mode, dev_t *device);
int __xmknodat(int version, int dirfd, const char *path, mode_t mode,
        dev_t *device);

DTSM_EXPORT int
__xmknod(int version, const char *path, mode_t mode, dev_t *device)
{
    REFUSE(CHECK(AT_FDCWD, path, MAKE), -1);
    return REAL(__xmknod)(version, path, mode, device);
}

DTSM_EXPORT int
__xmknodat(int version, int dirfd, const char *path, mode_t mode,
        dev_t *device)
{
    REFUSE(CHECK(dirfd, path, MAKE), -1);
    return REAL(__xmknodat)(version, dirfd, path, mode, device);
}

/*
 * Changing properties.
 */

DTSM_EXPORT int
truncate(const char *path, off_t length)
{
    REFUSE(CHECK(AT_FDCWD, path, CHANGE), -1);
    return REAL(truncate)(path, length);
}

DTSM_EXPORT int
truncate64(const char *path, off64_t length)
{
    REFUSE(CHECK(AT_FDCWD, path, CHANGE), -1);
    return REAL(truncate64)(path, length);
}

/*
 * Changed --
 *
 *      What was refused below a directory that its owner may no longer search
 *      is refused in other words (D5 of judgeDecide.c).  Nothing keeps
 *      user 0 from searching it.
 */

static int
Changed(int dirfd, const char *path, mode_t mode, int result)
{
    if (result == 0 && dtsmTraceUser != 0 && !(mode & S_IXUSR)
            && DtsmSubjectMap() != NULL
            && DtsmTraceType(dirfd, path, 0) == TRACE_IS_DIR) {
        DtsmTraceForget(dirfd, path);
    }
    return result;
}

DTSM_EXPORT int
chmod(const char *path, mode_t mode)
{
    REFUSE(CHECK(AT_FDCWD, path, CHANGE), -1);
    return Changed(AT_FDCWD, path, mode, REAL(chmod)(path, mode));
}

DTSM_EXPORT int
lchmod(const char *path, mode_t mode)
{
    REFUSE(CHECK(AT_FDCWD, path, CHANGE_SELF), -1);
    return REAL(lchmod)(path, mode);
}

DTSM_EXPORT int
fchmodat(int dirfd, const char *path, mode_t mode, int atFlags)
{
    REFUSE(CHECK(dirfd, path, HOW_OF(fchmodat2, atFlags)), -1);
    return Changed(dirfd, path, mode,
            REAL(fchmodat)(dirfd, path, mode, atFlags));
}

DTSM_EXPORT int
chown(const char *path, uid_t user, gid_t group)
{
    REFUSE(CHECK(AT_FDCWD, path, CHANGE), -1);
    return REAL(chown)(path, user, group);
}

DTSM_EXPORT int
lchown(const char *path, uid_t user, gid_t group)
{
    REFUSE(CHECK(AT_FDCWD, path, CHANGE_SELF), -1);
    return REAL(lchown)(path, user, group);
}

DTSM_EXPORT int
fchownat(int dirfd, const char *path, uid_t user, gid_t group, int atFlags)
{
    REFUSE(CHECK(dirfd, path, HOW_OF(fchownat, atFlags)), -1);
    return REAL(fchownat)(dirfd, path, user, group, atFlags);
}

DTSM_EXPORT int
utime(const char *path, const struct utimbuf *times)
{
    REFUSE(CHECK(AT_FDCWD, path, CHANGE), -1);
    return REAL(utime)(path, times);
}

DTSM_EXPORT int
utimes(const char *path, const struct timeval times[2])
{
    REFUSE(CHECK(AT_FDCWD, path, CHANGE), -1);
    return REAL(utimes)(path, times);
}

DTSM_EXPORT int
lutimes(const char *path, const struct timeval times[2])
{
    REFUSE(CHECK(AT_FDCWD, path, CHANGE_SELF), -1);
    return REAL(lutimes)(path, times);
}

DTSM_EXPORT int
futimesat(int dirfd, const char *path, const struct timeval times[2])
{
    REFUSE(CHECK(dirfd, path, CHANGE), -1);
    return REAL(futimesat)(dirfd, path, times);
}

DTSM_EXPORT int
utimensat(int dirfd, const char *path, const struct timespec times[2],
        int atFlags)
{
    REFUSE(CHECK(dirfd, path, HOW_OF(utimensat, atFlags)), -1);
    return REAL(utimensat)(dirfd, path, times, atFlags);
}
