/*
 * join.h --
 *
 *      How a process comes under the session's supervisor, for those that do
 *      (the injected library, and dtsm for its own command) and for the
 *      supervisor: the filter, and what both sides say.
 *
 * WHO IS ASKED ABOUT
 *
 * A filter is inherited by every program below, and most of those load the
 * library, which decides their calls already.  Nobody can take a filter away
 * and it sees nothing but numbers: the call, its arguments and the address
 * that it comes from.  That address tells the two apart:
 *
 *      below SUPERVISE_LIMIT_HI    programs with fixed addresses, as static
 *              ones mostly are; position-independent ones with a loader (from
 *              two thirds upward), whose own text makes no calls unless their
 *              language does so, as Go does; and all that the kernel maps
 *              when it is told to use its old layout of addresses (from a
 *              third upward)
 *      above it        position-independent static programs, and, in the
 *              usual layout, every shared library, libc and the loader too
 *
 * So the calls of libc in a traced program pass the filter after a few
 * comparisons.  A program that is mapped like a library (a position-
 * independent static one, or one of another libc) starts with the old layout
 * and is seen as well.  What it starts inherits that layout: a traced program
 * among it is asked about twice, but puts the layout back for its own
 * children.
 *
 * Our own looks at the world carry a mark (DTSMP_MARK) and pass anywhere.
 * Calls by the convention of i386 (superviseOther.h) are asked about
 * wherever they come from.
 *
 * JOINING
 *
 *      joiner                             supervisor's thread
 *      connects to the session's socket
 *                                         SUPERVISE_YES (or hangs up)
 *      installs the filter
 *      sends the listener's descriptor
 *                                         SUPERVISE_YES, then it serves;
 *                                         or SUPERVISE_NO, its calls pass
 *
 * The kernel allows one listener above a process, so who is under our filter
 * already stays under it; a call with the number SUPERVISE_PROBE tells.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JOIN_H
#define DTSM_JOIN_H

#include "judgeCalls.h"

/*
 * Where there is no support all of this answers that it cannot, and programs
 * stay untraced.  Another machine needs its table of calls, the name of its
 * architecture and its limit between the layouts.
 */

#if defined(__linux__) && defined(__x86_64__) && !defined(__ILP32__)
#   include <linux/seccomp.h>
#   ifdef SECCOMP_IOCTL_NOTIF_ADDFD
#       define DTSM_SUPERVISES 1
#   endif
#endif

#define SUPERVISE_LIMIT_HI 0x6000u      /* upper half of an address */
#define SUPERVISE_PROBE 25716           /* no system call's number */
#define SUPERVISE_PROBED 3237           /* the errno that it gets */
#define SUPERVISE_YES '1'
#define SUPERVISE_NO '0'                /* its calls pass unseen */
#define SUPERVISE_SOCKET "supervisor"   /* in the session's directory */

/*
 * The calls (judgeCalls.h), and one that is ABSENT: it could make the
 * others unseen, and programs know systems without it.
 */

#define SUPERVISE_CALLS(X) \
    DTSM_CALLS(X) \
    X(io_uring_setup, ABSENT, 0, FOLLOWED, -1, -1, -1)

/*
 * The numbers of i386, and the calls that they are.
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
 * DtsmSuperviseJoin --
 *
 *      Put the calling thread, and what it starts from now on, under the
 *      supervisor of the session whose socket this is.
 *
 * Arguments:
 *      socket   The socket's file; NULL when there is none.
 *      layout   1: the program that starts next is mapped like a library and
 *               needs the old layout of addresses.
 *
 * Returns:
 *      1, or 0 when that cannot be; then nothing is changed, but that
 *      no_new_privs may be set.
 *
 * Context:  async-signal-safe; usable in a vfork child; keeps errno.  About
 *           5 KiB of stack.  Waits for the supervisor, two seconds at most.
 */

int DtsmSuperviseJoin(const char *socket, int layout);

#endif /* DTSM_JOIN_H */
