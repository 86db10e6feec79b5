/*
 * wrapCall.c --
 *
 *      The wrapper of syscall(): numbers that take a path go to the wrapper
 *      of the function of that name.
 *
 * All other numbers go on by a jump, because syscall(SYS_vfork) must return
 * to its caller's frame and not to one of ours: the entry is in assembly and
 * only asks where to jump to.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectCwd.h"
#include "injectFilter.h"
#include "judgeCalls.h"
#include "wrapDir.h"
#include "wrapTree.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

int pivot_root(const char *newRoot, const char *oldRoot);

/*
 * What openat2 takes begins so.
 */

typedef struct OpenHow {
    uint64_t flags, mode, resolve;
} OpenHow;

/*
 * BeforeOpen, AfterOpen --
 *
 *      openat2, whose dirfd may be the root for this call: then the path is
 *      relative to it, and where a symlink leads is known only afterwards.
 */

static int
BeforeOpen(int dirfd, const char *path, const OpenHow *how, size_t size)
{
    if (TRACE_NO_POINTER(how) || size < sizeof(*how)) {
        return 0;
    }
    if (how->resolve & RESOLVE_IN_DIRECTORY) {
        path = DtsmTraceBelowRoot(path);
    }
    return CHECK(dirfd, path, DtsmTraceOpen2How(how->flags, how->resolve));
}

static int
AfterOpen(int fd, const OpenHow *how)
{
    if (fd < 0 || !(how->resolve & RESOLVE_IN_DIRECTORY)
            || !DtsmTraceFenced()) {
        return fd;
    }
    return DtsmTraceOpened(fd, DtsmTraceOpen2How(how->flags, how->resolve));
}

int openat2(int dirfd, const char *path, const void *how, size_t size);

DTSM_EXPORT int
openat2(int dirfd, const char *path, const void *how, size_t size)
{
    REFUSE(BeforeOpen(dirfd, path, how, size), -1);
    return AfterOpen(REAL(openat2)(dirfd, path, how, size), how);
}

#if (defined(__x86_64__) && !defined(__ILP32__)) || defined(__aarch64__)

#define P(x) ((const char *) (intptr_t) (x))
#define V(x) ((void *) (intptr_t) (x))
#define I(x) ((int) (x))
#define U(x) ((unsigned) (x))
#define Z(x) ((size_t) (x))

/*
 * The numbers whose wrappers do more than a check: X1 has its path first, X2
 * a descriptor and then its path.  Each is followed by the call that stands
 * for it.
 */

#define CALLS_AT(X1, X2) \
    X2(openat, openat(I(a), P(b), I(c), (mode_t) d)) \
    X2(unlinkat, unlinkat(I(a), P(b), I(c))) \
    X2(mkdirat, mkdirat(I(a), P(b), (mode_t) c)) \
    X2(fchmodat, fchmodat(I(a), P(b), (mode_t) c, 0)) \
    X2(linkat, linkat(I(a), P(b), I(c), P(d), I(e))) \
    X2(renameat2, renameat2(I(a), P(b), I(c), P(d), U(e))) \
    X2(execveat, execveat(I(a), P(b), V(c), V(d), I(e))) \
    X2(connect, connect(I(a), V(b), (socklen_t) c)) \
    X2(bind, bind(I(a), V(b), (socklen_t) c)) \
    X2(getdents64, getdents64(I(a), V(b), Z(c))) \
    X2(mount, mount(P(a), P(b), P(c), (unsigned long) d, V(e))) \
    X2(sendto, sendto(I(a), V(b), Z(c), I(d), V(e), (socklen_t) f)) \
    X2(sendmsg, sendmsg(I(a), V(b), I(c))) \
    X2(sendmmsg, sendmmsg(I(a), V(b), U(c), I(d))) \
    X2(open_by_handle_at, open_by_handle_at(I(a), V(b), I(c))) \
    X2(prlimit64, prlimit64(I(a), U(b), V(c), V(d))) \
    X1(setrlimit, setrlimit(U(a), V(b))) \
    X1(symlinkat, symlinkat(P(a), I(b), P(c))) \
    X1(umount2, umount2(P(a), I(b))) \
    X1(pivot_root, pivot_root(P(a), P(b))) \
    X1(unshare, unshare(I(a))) \
    X1(mlockall, mlockall(I(a))) \
    X1(execve, execve(P(a), V(b), V(c))) \
    X1(chdir, chdir(P(a))) \
    X1(chroot, chroot(P(a)))

/*
 * The others of the table are checked and then made as they are.
 */

#define ON_PLAIN(X, name) X(name)
#define ON_OPEN(X, name)
#define ON_OPEN2 ON_OPEN
#define ON_WRAPPED ON_OPEN
#define ON_MKDIR ON_OPEN
#define ON_RMDIR ON_OPEN
#define ON_UNLINK ON_OPEN
#define ON_RENAME ON_OPEN
#define ON_LINK ON_OPEN
#define ON_SYMLINK ON_OPEN
#define ON_EXEC ON_OPEN
#define ON_CONNECT ON_OPEN
#define ON_BIND ON_OPEN
#define ON_LIST ON_OPEN
#define ON_MOUNT ON_OPEN

#ifdef SYS_open
#   define CALLS_HERE(X) DTSM_CALLS(X)
#else
#   define CALLS_HERE(X) DTSM_CALLS_ANY(X)
#endif

#ifdef SYS_renameat
#   define CALLS_RENAMEAT(X1, X2) \
    X2(renameat, renameat(I(a), P(b), I(c), P(d)))
#else
#   define CALLS_RENAMEAT(X1, X2)
#endif

#ifdef SYS_open
#   define CALLS_OLD(X1, X2) \
    X1(open, open(P(a), I(b), (mode_t) c)) \
    X1(unlink, unlink(P(a))) \
    X1(rmdir, rmdir(P(a))) \
    X1(mkdir, mkdir(P(a), (mode_t) b)) \
    X1(chmod, chmod(P(a), (mode_t) b)) \
    X1(link, link(P(a), P(b))) \
    X1(symlink, symlink(P(a), P(b))) \
    X1(rename, rename(P(a), P(b)))
#else
#   define CALLS_OLD(X1, X2)
#endif

#define CALLS(X1, X2) \
    CALLS_AT(X1, X2) CALLS_RENAMEAT(X1, X2) CALLS_OLD(X1, X2)

/*
 * CheckOlder --
 *
 *      Those for which libc's function makes a call of another number, in a
 *      process whose filter may not know that.
 *
 * Returns:
 *      0 or an errno; -1 for other numbers.
 */

static int
CheckOlder(long number, long a, long b)
{
    const unsigned change = DTSM_WRITE | TRACE_CHANGE;

    switch (number) {
#ifdef SYS_open
        case SYS_open:
            return CHECK(AT_FDCWD, P(a), DtsmTraceOpenHow(I(b)));
        case SYS_creat:
            return CHECK(AT_FDCWD, P(a), DTSM_WRITE | TRACE_MAKE);
        case SYS_stat:
            return CHECK(AT_FDCWD, P(a), DTSM_STAT);
        case SYS_lstat:
            return CHECK(AT_FDCWD, P(a), DTSM_STAT | TRACE_NOFOLLOW);
        case SYS_mknod:
            return CHECK(AT_FDCWD, P(a), DTSM_WRITE | TRACE_MAKE
                    | TRACE_NOFOLLOW);
        case SYS_utime:
        case SYS_utimes:
            return CHECK(AT_FDCWD, P(a), change);
        case SYS_futimesat:
            return b == 0 ? -1 : CHECK(I(a), P(b), change);
#endif
        case SYS_faccessat:
            return CHECK(I(a), P(b), DTSM_STAT);
        default:
            return -1;
    }
}

/*
 * CheckRow --
 *
 *      Those that go on as they are once their path was judged.
 *
 * Returns:
 *      0 or an errno.
 */

static int
CheckRow(long number, const long *args)
{
    switch (number) {
#define CHECK_FIRST(name) \
        case SYS_##name: \
            return CHECK(CALL_DIR_##name < 0 ? AT_FDCWD \
                    : I(args[CALL_DIR_##name]), \
                    P(args[CALL_PATH_##name]), HOW_OF(name, \
                    CALL_FLAGS_##name < 0 ? 0 : args[CALL_FLAGS_##name]));
#define X(name, act, how, link, dir, path, flags) \
        ON_##act(CHECK_FIRST, name)
        CALLS_HERE(X)
#undef X
        default:
            return 0;
    }
}

/*
 * MoveMount --
 *
 *      move_mount, for which not every libc has a function.
 */

static int
MoveMount(const long *args)
{
    REFUSE(CHECK(I(args[0]), P(args[1]), HOW_OF(move_mount, args[4])), -1);
    REFUSE(CHECK(I(args[2]), P(args[3]), DTSM_STAT | DtsmTraceLinkHow(
            FOLLOWED_IF(MOVE_FOLLOW_TO), U(args[4]))), -1);
    DtsmTraceMounts(0);
    CHANGING(AT_FDCWD, "/", (int) REAL(syscall)(429, args[0], args[1],
            args[2], args[3], args[4]));
}

/*
 * PathCall --
 *
 *      A number that takes a path.  The kernel takes NULL for some of them
 *      where libc does not.
 */

static long
PathCall(long number, long a, long b, long c, long d, long e, long f)
{
    const long args[] = { a, b, c, d, e, f };

    if (DtsmTraceIsFiltered()) {
        int err = CheckOlder(number, a, b);

        if (err >= 0) {
            REFUSE(err, -1);
            return REAL(syscall)(number, a, b, c, d, e, f);
        }
    }
    switch (number) {
#define X1(name, call) \
        case SYS_##name: \
            if (a == 0) { \
                break; \
            } \
            return call;
#define X2(name, call) \
        case SYS_##name: \
            if (b == 0) { \
                break; \
            } \
            return call;
        CALLS(X1, X2)
#undef X1
#undef X2
        case SYS_fchdir:
            return fchdir(I(a));
        case SYS_setns:
            return setns(I(a), I(b));
        case 429 /* move_mount */:
            return MoveMount(args);
        case SYS_prctl:
            return prctl(I(a), b, c, d, e);
        case SYS_seccomp:
            return DtsmTraceSeccomp(a, b, c);
        case SYS_landlock_restrict_self:
            return DtsmTraceLandlock(a, b);
        case SYS_io_uring_setup:        /* what goes that way is not seen */
            errno = ENOSYS;
            return -1;
        case SYS_openat2:
            REFUSE(BeforeOpen(I(a), P(b), V(c), Z(d)), -1);
            return AfterOpen((int) REAL(syscall)(number, a, b, c, d), V(c));
#ifdef SYS_getdents
        case SYS_getdents:
            return DtsmTreeListOld(I(a), V(b), Z(c));
#endif
        default:
            REFUSE(CheckRow(number, args), -1);
            break;
    }
    return REAL(syscall)(number, a, b, c, d, e, f);
}

/*
 * What clone3 takes begins so.
 */

typedef struct CloneHow {
    uint64_t flags, pidfd, child, parent, signal, stack;
} CloneHow;

/*
 * CopyCall --
 *
 *      A number that makes a copy of this process, on a copy of this stack.
 */

static long
CopyCall(long number, long a, long b, long c, long d, long e, long f)
{
    long child = REAL(syscall)(number, a, b, c, d, e, f);

    if (child == 0) {
        DtsmTraceForked();
    }
    return child;
}

/*
 * Copies --
 *
 *      Does a copy, made with these flags and this stack, come back by
 *      CopyCall?  One with a stack of its own cannot.
 */

static int
Copies(unsigned long flags, uint64_t stack)
{
    return DtsmTraceCloning(flags) && stack == 0;
}

/*
 * CopiesBy --
 *
 *      The same for a number that makes a copy.
 */

static int
CopiesBy(long number, long a, long b)
{
    const CloneHow *how = (const void *) (intptr_t) a;

    switch (number) {
#ifdef SYS_fork
        case SYS_fork:
            return Copies(0, 0);
        case SYS_vfork:
            return Copies(CLONE_VM | CLONE_VFORK, 0);
#endif
        case SYS_clone:
            return Copies((unsigned long) a, (uint64_t) b);
        default /* clone3 */:
            return !TRACE_NO_POINTER(how)
                    && Copies((unsigned long) how->flags, how->stack);
    }
}

/*
 * DtsmTraceSyscall --
 *
 *      Where the entry jumps to, of which this has the first arguments.
 */

__attribute__((visibility("hidden"), used)) void *DtsmTraceSyscall(
        long number, long a, long b);

__attribute__((visibility("hidden"), used)) void *
DtsmTraceSyscall(long number, long a, long b)
{
    switch (number) {
#ifdef SYS_fork
        case SYS_fork:
        case SYS_vfork:
#endif
        case SYS_clone:
        case 435 /* clone3 */:
            if (CopiesBy(number, a, b)) {
                return (void *) (intptr_t) CopyCall;
            }
            break;
#define X(name, call) case SYS_##name:
        CALLS(X, X)
#undef X
#define CASE(name) case SYS_##name:
#define X(name, act, how, link, dir, path, flags) ON_##act(CASE, name)
        CALLS_HERE(X)
#undef X
#ifdef SYS_getdents
        case SYS_getdents:
#endif
        case SYS_fchdir:
        case SYS_setns:
        case 429 /* move_mount */:
        case SYS_openat2:
        case SYS_io_uring_setup:
        case SYS_landlock_restrict_self:
            if (DtsmSubjectMap() != NULL) {
                return (void *) (intptr_t) PathCall;
            }
            break;
        case SYS_prctl:
            if (a != PR_SET_SECCOMP) {
                break;
            }
            return (void *) (intptr_t) PathCall;
        case SYS_seccomp:
            return (void *) (intptr_t) PathCall;
        default:
            break;
    }
    return DtsmTraceReal(TRACE_SYM_syscall);
}

#if defined(__x86_64__)
__asm__ (
        ".text\n"
        ".globl syscall\n"
        ".type syscall, @function\n"
        "syscall:\n"
        "   .cfi_startproc\n"
        "   endbr64\n"
        "   sub $56, %rsp\n"
        "   .cfi_adjust_cfa_offset 56\n"
        "   mov %rdi, (%rsp)\n"
        "   mov %rsi, 8(%rsp)\n"
        "   mov %rdx, 16(%rsp)\n"
        "   mov %rcx, 24(%rsp)\n"
        "   mov %r8, 32(%rsp)\n"
        "   mov %r9, 40(%rsp)\n"
        "   call DtsmTraceSyscall\n"
        "   mov (%rsp), %rdi\n"
        "   mov 8(%rsp), %rsi\n"
        "   mov 16(%rsp), %rdx\n"
        "   mov 24(%rsp), %rcx\n"
        "   mov 32(%rsp), %r8\n"
        "   mov 40(%rsp), %r9\n"
        "   add $56, %rsp\n"
        "   .cfi_adjust_cfa_offset -56\n"
        "   jmp *%rax\n"
        "   .cfi_endproc\n"
        ".size syscall, .-syscall\n");
#else
__asm__ (
        ".text\n"
        ".globl syscall\n"
        ".type syscall, %function\n"
        "syscall:\n"
        "   .cfi_startproc\n"
        "   hint #34\n"                        /* bti c */
        "   stp x29, x30, [sp, #-80]!\n"
        "   .cfi_adjust_cfa_offset 80\n"
        "   stp x0, x1, [sp, #16]\n"
        "   stp x2, x3, [sp, #32]\n"
        "   stp x4, x5, [sp, #48]\n"
        "   str x6, [sp, #64]\n"
        "   bl DtsmTraceSyscall\n"
        "   mov x16, x0\n"
        "   ldp x0, x1, [sp, #16]\n"
        "   ldp x2, x3, [sp, #32]\n"
        "   ldp x4, x5, [sp, #48]\n"
        "   ldr x6, [sp, #64]\n"
        "   ldp x29, x30, [sp], #80\n"
        "   .cfi_adjust_cfa_offset -80\n"
        "   br x16\n"
        "   .cfi_endproc\n"
        ".size syscall, .-syscall\n");
#endif

#endif /* an entry in assembly */
