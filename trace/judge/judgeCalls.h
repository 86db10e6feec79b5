/*
 * judgeCalls.h --
 *
 *      The one table of the system calls that take a path: what each does to
 *      it, and where its arguments are.  The wrappers of libc's functions, the
 *      wrapper of syscall() and the supervisor all read it, so that a program
 *      gets the same answer in whichever way it makes a call.
 *
 * X(name, act, how, link, dir, path, flags)
 *
 *      act     What comes beside the check: PLAIN is nothing, WRAPPED is
 *              nothing for the supervisor while a wrapper does more; the
 *              others have code of their own (superviseCall.c, and the
 *              list of wrappers in wrapCall.c).
 *      how     How it touches its path; 0 where its act says that.
 *      link    Whether a last symlink is followed (FOLLOWED, FOLLOWED_IF a
 *              flag is set) or meant itself (ITSELF, ITSELF_IF).
 *      dir     The argument that is its directory's descriptor; -1: none.
 *      path    The argument that is its path; -1: none.
 *      flags   The argument that has its flags; -1: none.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_TRACE_CALLS_H
#define DTSM_TRACE_CALLS_H

#include "judgeHow.h"

#define CALL_LOOKS DTSM_STAT
#define CALL_CHANGES (DTSM_WRITE | TRACE_CHANGE)
#define CALL_MAKES (DTSM_WRITE | TRACE_MAKE)

/*
 * The flags that decide about a last symlink, by the kernel's numbers: not
 * all of them are in every header.
 */

#define FOLLOWED 0u
#define ITSELF 1u
#define FOLLOWED_IF(flag) (2u | (flag) << 2)
#define ITSELF_IF(flag) (3u | (flag) << 2)

#define AT_NOFOLLOW 0x100u              /* AT_SYMLINK_NOFOLLOW */
#define AT_FOLLOW 0x400u                /* AT_SYMLINK_FOLLOW */
#define WATCH_NOFOLLOW 0x02000000u      /* IN_DONT_FOLLOW */
#define MARK_NOFOLLOW 0x4u              /* FAN_MARK_DONT_FOLLOW */
#define UMOUNT_ITSELF 0x8u              /* UMOUNT_NOFOLLOW */
#define PICK_NOFOLLOW 0x2u              /* FSPICK_SYMLINK_NOFOLLOW */
#define MOVE_FOLLOW 0x1u                /* MOVE_MOUNT_F_SYMLINKS */
#define MOVE_FOLLOW_TO 0x10u            /* MOVE_MOUNT_T_SYMLINKS */

/*
 * Those that older machines have beside the newer ones.
 */

#define DTSM_CALLS_OLD(X) \
    X(open, OPEN, 0, FOLLOWED, -1, 0, 1) \
    X(creat, PLAIN, CALL_MAKES, FOLLOWED, -1, 0, -1) \
    X(stat, PLAIN, CALL_LOOKS, FOLLOWED, -1, 0, -1) \
    X(lstat, PLAIN, CALL_LOOKS, ITSELF, -1, 0, -1) \
    X(access, PLAIN, CALL_LOOKS, FOLLOWED, -1, 0, -1) \
    X(readlink, PLAIN, CALL_LOOKS, ITSELF, -1, 0, -1) \
    X(rename, RENAME, 0, ITSELF, -1, 0, -1) \
    X(mkdir, MKDIR, 0, ITSELF, -1, 0, 1) \
    X(rmdir, RMDIR, 0, ITSELF, -1, 0, -1) \
    X(link, LINK, 0, ITSELF, -1, 0, -1) \
    X(unlink, UNLINK, 0, ITSELF, -1, 0, -1) \
    X(symlink, SYMLINK, 0, ITSELF, -1, 1, -1) \
    X(mknod, PLAIN, CALL_MAKES, ITSELF, -1, 0, -1) \
    X(chmod, WRAPPED, CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(chown, PLAIN, CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(lchown, PLAIN, CALL_CHANGES, ITSELF, -1, 0, -1) \
    X(utime, PLAIN, CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(utimes, PLAIN, CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(futimesat, PLAIN, CALL_CHANGES, FOLLOWED, 0, 1, -1)

#define DTSM_CALLS_ANY(X) \
    X(connect, CONNECT, 0, FOLLOWED, -1, 1, 2) \
    X(bind, BIND, 0, ITSELF, -1, 1, 2) \
    X(execve, EXEC, 0, FOLLOWED, -1, 0, -1) \
    X(truncate, PLAIN, CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(chdir, WRAPPED, CALL_LOOKS, FOLLOWED, -1, 0, -1) \
    X(chroot, WRAPPED, CALL_LOOKS, FOLLOWED, -1, 0, -1) \
    X(statfs, PLAIN, CALL_LOOKS, FOLLOWED, -1, 0, -1) \
    X(setxattr, PLAIN, CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(lsetxattr, PLAIN, CALL_CHANGES, ITSELF, -1, 0, -1) \
    X(getxattr, PLAIN, CALL_LOOKS, FOLLOWED, -1, 0, -1) \
    X(lgetxattr, PLAIN, CALL_LOOKS, ITSELF, -1, 0, -1) \
    X(listxattr, PLAIN, CALL_LOOKS, FOLLOWED, -1, 0, -1) \
    X(llistxattr, PLAIN, CALL_LOOKS, ITSELF, -1, 0, -1) \
    X(removexattr, PLAIN, CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(lremovexattr, PLAIN, CALL_CHANGES, ITSELF, -1, 0, -1) \
    X(getdents64, LIST, 0, FOLLOWED, -1, 1, 2) \
    X(inotify_add_watch, PLAIN, CALL_LOOKS, ITSELF_IF(WATCH_NOFOLLOW), \
            -1, 1, 2) \
    X(openat, OPEN, 0, FOLLOWED, 0, 1, 2) \
    X(openat2, OPEN2, 0, FOLLOWED, 0, 1, 2) \
    X(mkdirat, MKDIR, 0, ITSELF, 0, 1, 2) \
    X(mknodat, PLAIN, CALL_MAKES, ITSELF, 0, 1, -1) \
    X(fchownat, PLAIN, CALL_CHANGES, ITSELF_IF(AT_NOFOLLOW), 0, 1, 4) \
    X(newfstatat, PLAIN, CALL_LOOKS, ITSELF_IF(AT_NOFOLLOW), 0, 1, 3) \
    X(unlinkat, UNLINK, 0, ITSELF, 0, 1, 2) \
    X(renameat, RENAME, 0, ITSELF, 0, 1, -1) \
    X(renameat2, RENAME, 0, ITSELF, 0, 1, 4) \
    X(linkat, LINK, 0, FOLLOWED_IF(AT_FOLLOW), 0, 1, 4) \
    X(symlinkat, SYMLINK, 0, ITSELF, 1, 2, -1) \
    X(readlinkat, PLAIN, CALL_LOOKS, ITSELF, 0, 1, -1) \
    X(fchmodat, WRAPPED, CALL_CHANGES, FOLLOWED, 0, 1, -1) \
    X(fchmodat2, PLAIN, CALL_CHANGES, ITSELF_IF(AT_NOFOLLOW), 0, 1, 3) \
    X(faccessat, PLAIN, CALL_LOOKS, FOLLOWED, 0, 1, -1) \
    X(faccessat2, PLAIN, CALL_LOOKS, ITSELF_IF(AT_NOFOLLOW), 0, 1, 3) \
    X(utimensat, PLAIN, CALL_CHANGES, ITSELF_IF(AT_NOFOLLOW), 0, 1, 3) \
    X(statx, PLAIN, CALL_LOOKS, ITSELF_IF(AT_NOFOLLOW), 0, 1, 2) \
    X(execveat, EXEC, 0, ITSELF_IF(AT_NOFOLLOW), 0, 1, 4) \
    X(name_to_handle_at, PLAIN, CALL_LOOKS, FOLLOWED_IF(AT_FOLLOW), \
            0, 1, 4) \
    X(acct, PLAIN, CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(swapon, PLAIN, DTSM_READ | CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(swapoff, PLAIN, CALL_CHANGES, FOLLOWED, -1, 0, -1) \
    X(quotactl, PLAIN, CALL_LOOKS, FOLLOWED, -1, 1, -1) \
    X(fanotify_mark, PLAIN, CALL_LOOKS, ITSELF_IF(MARK_NOFOLLOW), 3, 4, 1) \
    X(open_tree, PLAIN, CALL_LOOKS, ITSELF_IF(AT_NOFOLLOW), 0, 1, 2) \
    X(open_tree_attr, PLAIN, CALL_LOOKS, ITSELF_IF(AT_NOFOLLOW), 0, 1, 2) \
    X(fspick, PLAIN, CALL_LOOKS, ITSELF_IF(PICK_NOFOLLOW), 0, 1, 2) \
    X(mount_setattr, PLAIN, CALL_LOOKS, ITSELF_IF(AT_NOFOLLOW), 0, 1, 2) \
    X(setxattrat, PLAIN, CALL_CHANGES, ITSELF_IF(AT_NOFOLLOW), 0, 1, 2) \
    X(getxattrat, PLAIN, CALL_LOOKS, ITSELF_IF(AT_NOFOLLOW), 0, 1, 2) \
    X(listxattrat, PLAIN, CALL_LOOKS, ITSELF_IF(AT_NOFOLLOW), 0, 1, 2) \
    X(removexattrat, PLAIN, CALL_CHANGES, ITSELF_IF(AT_NOFOLLOW), 0, 1, 2) \
    X(file_getattr, PLAIN, CALL_LOOKS, ITSELF_IF(AT_NOFOLLOW), 0, 1, 4) \
    X(file_setattr, PLAIN, CALL_CHANGES, ITSELF_IF(AT_NOFOLLOW), 0, 1, 4) \
    X(mount, MOUNT, CALL_LOOKS, FOLLOWED, -1, 1, 3) \
    X(umount2, MOUNT, CALL_LOOKS, ITSELF_IF(UMOUNT_ITSELF), -1, 0, 1) \
    X(pivot_root, MOUNT, CALL_LOOKS, FOLLOWED, -1, 0, -1) \
    X(move_mount, MOUNT, CALL_LOOKS, FOLLOWED_IF(MOVE_FOLLOW), 0, 1, 4)

#define DTSM_CALLS(X) DTSM_CALLS_OLD(X) DTSM_CALLS_ANY(X)

/*
 * What the table says of a call by name, for its wrapper: HOW_OF(statx, flags).
 */

enum {
#define X(name, act, how, link, dir, path, flags) \
    CALL_HOW_##name = (how), CALL_LINK_##name = (link), \
    CALL_DIR_##name = (dir), CALL_PATH_##name = (path), \
    CALL_FLAGS_##name = (flags),
    DTSM_CALLS(X)
#undef X
    CALL_NONE
};

#define HOW_OF(name, flags) \
    (CALL_HOW_##name | DtsmTraceLinkHow(CALL_LINK_##name, (unsigned) (flags)))

static inline unsigned
DtsmTraceLinkHow(unsigned link, unsigned flags)
{
    unsigned isSet = (flags & link >> 2) != 0;

    return link == ITSELF || (link & 3u) == 2u + isSet ? TRACE_NOFOLLOW : 0u;
}

/*
 * DtsmTraceOpen2How --
 *
 *      How openat2 touches its path.  Where no symlink may be on the way, a
 *      last one is met but not followed.
 */

#define RESOLVE_WITHOUT_LINKS 0x04      /* RESOLVE_NO_SYMLINKS */
#define RESOLVE_IN_DIRECTORY 0x10          /* RESOLVE_IN_ROOT */

static inline unsigned
DtsmTraceOpen2How(uint64_t flags, uint64_t resolve)
{
    return DtsmTraceOpenHow((int) flags)
            | (resolve & RESOLVE_WITHOUT_LINKS ? TRACE_NOFOLLOW : 0u);
}

/*
 * What mount(2)'s source is a path for.
 */

enum { MOUNT_REMOUNTS = 0x20, MOUNT_BINDS = 0x1000, MOUNT_MOVES = 0x2000 };

static inline int
DtsmTraceMountsPath(unsigned long flags)
{
    return (flags & (MOUNT_BINDS | MOUNT_MOVES)) && !(flags & MOUNT_REMOUNTS);
}

#endif /* DTSM_TRACE_CALLS_H */
