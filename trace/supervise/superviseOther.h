/*
 * superviseOther.h --
 *
 *      System calls of an x86-64 kernel by its other conventions: those of
 *      i386 (int 0x80, which a 64-bit program may use as well, and 32-bit
 *      programs) and of x32 (the same numbers with a bit).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_SUPERVISE_OTHER_H
#define DTSM_SUPERVISE_OTHER_H

#include "supervise.h"

#ifdef DTSM_SUPERVISES

/*
 * The numbers of i386, and the calls of supervise.h that they are.
 * Several differ only in what lies in memory.
 */

#define SUPERVISE_CALLS_I386(X) \
    X(5, open) X(8, creat) X(9, link) X(10, unlink) X(11, execve) \
    X(12, chdir) X(14, mknod) X(15, chmod) X(16, lchown) X(18, stat) \
    X(30, utime) X(33, access) X(38, rename) X(39, mkdir) X(40, rmdir) \
    X(51, acct) X(61, chroot) X(83, symlink) X(84, lstat) X(85, readlink) \
    X(87, swapon) X(92, truncate) X(99, statfs) X(106, stat) \
    X(107, lstat) X(115, swapoff) X(131, quotactl) X(182, chown) \
    X(193, truncate) X(195, stat) X(196, lstat) X(198, lchown) \
    X(212, chown) X(220, getdents64) X(226, setxattr) X(227, lsetxattr) \
    X(229, getxattr) X(230, lgetxattr) X(232, listxattr) \
    X(233, llistxattr) X(235, removexattr) X(236, lremovexattr) \
    X(268, statfs) X(271, utimes) X(292, inotify_add_watch) \
    X(295, openat) X(296, mkdirat) X(297, mknodat) X(298, fchownat) \
    X(299, futimesat) X(300, newfstatat) X(301, unlinkat) \
    X(302, renameat) X(303, linkat) X(304, symlinkat) X(305, readlinkat) \
    X(306, fchmodat) X(307, faccessat) X(320, utimensat) \
    X(339, fanotify_mark) X(341, name_to_handle_at) X(353, renameat2) \
    X(358, execveat) X(361, bind) X(362, connect) X(383, statx) \
    X(412, utimensat) X(425, io_uring_setup) X(428, open_tree) \
    X(433, fspick) X(437, openat2) X(439, faccessat2) \
    X(442, mount_setattr) X(452, fchmodat2) X(463, setxattrat) \
    X(464, getxattrat) X(465, listxattrat) X(466, removexattrat) \
    X(467, open_tree_attr) X(468, file_getattr) X(469, file_setattr)

#define SUPERVISE_SOCKETCALL 102        /* connect and bind among others */

#define SUPERVISE_X32_BIT 0x40000000u
#define SUPERVISE_X32_EXECVE 520        /* those with numbers of their own */
#define SUPERVISE_X32_EXECVEAT 545

/*
 * DtsmSuperviseTranslate --
 *
 *      A call by another convention as the x86-64 call that it is.
 *
 * Arguments:
 *      room        Receives it.
 *      widthPtr    Receives the bytes of a pointer in its arguments' arrays.
 *
 * Returns:
 *      room; its itself where nothing is to be translated; NULL when it is
 *      none of ours.
 */

const struct seccomp_notif *DtsmSuperviseTranslate(
        const struct seccomp_notif *its, struct seccomp_notif *room,
        size_t *widthPtr);

#endif /* DTSM_SUPERVISES */

#endif /* DTSM_SUPERVISE_OTHER_H */
