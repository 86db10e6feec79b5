/*
 * superviseCall.c --
 *
 *      Deciding one system call of a supervised process: as the injected
 *      library would, by the same map.
 *
 * A call that may be made goes on in the kernel (CONTINUE), which reads its
 * arguments again: a program whose other thread changes them meanwhile gets
 * around us.  The supervisor is for honest programs, as all of dtsm is.
 *
 * Nothing is done in a program's stead but listing a directory: what else it
 * may do is for the kernel to say.  What makes known answers wrong is handled
 * around the call (superviseChange.c).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeChange.h"
#include "judgeDecide.h"
#include "judgePath.h"
#include "superviseOther.h"

#ifdef DTSM_SUPERVISES

#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define P(text) ((long) (intptr_t) (text))
#define MAKE (DTSM_WRITE | TRACE_MAKE | TRACE_NOFOLLOW)
#define CHANGE_SELF (DTSM_WRITE | TRACE_CHANGE | TRACE_NOFOLLOW)
#define PAGE 4096u
#define OLD_LIMIT_HI 0x2000u    /* libraries in the old layout lie above */
#define TEXT_HI 0x5000u         /* and below the text of such programs */

#ifndef RENAME_EXCHANGE
#   define RENAME_EXCHANGE 2
#endif

static const DtsmSuperviseCall calls[] = {
#define X(name, act, how, link, dir, path, flags) \
    {SYS_##name, SUPERVISE_##act, dir, path, flags, how, link},
    SUPERVISE_CALLS(X)
#undef X
};

#define COUNT (sizeof(calls) / sizeof(calls[0]))

/*
 * The call under decision: one thread decides.
 */

static const struct seccomp_notif *notice;
static size_t width;            /* bytes of its pointers */
static int listener;
static DtsmSupervisePath one, two;

enum { GO_ON, GONE, UNSEEN, ANSWERED };

static unsigned long long
Arg(int i)
{
    return notice->data.args[i];
}

/*
 * Take --
 *
 *      Read a path of the process.
 *
 * Returns:
 *      GO_ON; UNSEEN; ANSWERED when the kernel shall say what is wrong with
 *      it.
 */

static int
Take(uint64_t at, char *buf)
{
    size_t len = 0;

    if (at == 0) {
        return ANSWERED;
    }
    while (len < PATH_MAX) {
        size_t part = PAGE - (size_t) ((at + len) % PAGE);
        long got;

        if (len == 0 && part > 256) {
            part = 256;
        }
        if (part > PATH_MAX - len) {
            part = PATH_MAX - len;
        }
        got = DtsmSupervisePeek(at + len, buf + len, part);
        if (got <= 0) {
            return got == -EFAULT ? ANSWERED : got == -ESRCH ? GONE : UNSEEN;
        }
        if (memchr(buf + len, '\0', (size_t) got) != NULL) {
            return buf[0] == '\0' ? ANSWERED : GO_ON;
        }
        len += (size_t) got;
    }
    return ANSWERED;
}

int
DtsmSuperviseIsThere(void)
{
    uint64_t id = notice->id;

    return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static int
Answer(struct seccomp_notif_resp *reply, long result)
{
    reply->flags = 0;
    reply->val = result < 0 ? 0 : result;
    reply->error = result < 0 ? (int) result : 0;
    return ANSWERED;
}

/*
 * Change --
 *
 *      Let a call go on that makes known answers wrong.
 *
 * Arguments:
 *      other   NULL, or a second path that the call changes.
 */

static int
Change(const DtsmSupervisePath *other)
{
    DtsmSuperviseBegin((int) notice->pid, notice->data.nr, &one, other);
    return GO_ON;
}

void
DtsmSuperviseSent(int reached)
{
    if (!reached) {
        DtsmSuperviseOver((int) notice->pid);
    }
    DtsmSuperviseListed(reached);
}

static int
Refuse(struct seccomp_notif_resp *reply, int err)
{
    return err == 0 ? GO_ON : Answer(reply, -(long) err);
}

static int
Remove(struct seccomp_notif_resp *reply)
{
    unsigned saw;
    int err = DtsmTraceCheck(one.dirfd, one.path, CHANGE_SELF, &saw);

    return err != 0 || !(saw & (TRACE_SAW_DENY | TRACE_SAW_LINK))
            ? Refuse(reply, err) : Change(NULL);
}

static int
MakeDirectory(struct seccomp_notif_resp *reply)
{
    unsigned saw;
    int err = DtsmTraceCheck(one.dirfd, one.path, MAKE, &saw);

    if (err != 0) {
        return Answer(reply, DtsmSuperviseWhere(one.dirfd, one.path,
                TRACE_FOLLOW_LAST, one.where) && DtsmTraceType(AT_FDCWD,
                one.where, 0) == TRACE_IS_DIR ? 0 : -(long) err);
    }
    return saw & (TRACE_SAW_DENY | TRACE_SAW_LINK) ? Change(NULL) : GO_ON;
}

static int
MakeSymlink(struct seccomp_notif_resp *reply)
{
    int err = DtsmTraceCheck(one.dirfd, one.path, MAKE, NULL);

    return err != 0 ? Refuse(reply, err) : Change(NULL);
}

/*
 * TakeTwo --
 *
 *      The second path of a call that has two: with descriptors its third
 *      and fourth argument, without its second.
 */

static int
TakeTwo(const DtsmSuperviseCall *call)
{
    two.dirfd = call->dir >= 0 ? (int) Arg(2) : AT_FDCWD;
    return Take(Arg(call->dir >= 0 ? 3 : 1), two.path);
}

static int
Rename(struct seccomp_notif_resp *reply, const DtsmSuperviseCall *call)
{
    unsigned saw, sawNew;
    unsigned flags = call->flags >= 0 ? (unsigned) Arg(call->flags) : 0;
    int type, done, err, got = TakeTwo(call);

    if (got != GO_ON) {
        return got;
    }
    err = DtsmTraceCheck(one.dirfd, one.path, CHANGE_SELF, &saw);
    if (err == 0) {
        err = DtsmTraceCheck(two.dirfd, two.path, flags & RENAME_EXCHANGE
                ? CHANGE_SELF : MAKE, &sawNew);
    }
    if (err != 0) {
        return Refuse(reply, err);
    }
    saw = (saw & TRACE_SAW_DENY) | sawNew;
    done = DtsmSuperviseWhere(one.dirfd, one.path, 0, one.where)
            && DtsmSuperviseWhere(two.dirfd, two.path, 0, two.where);
    type = done ? DtsmTraceType(AT_FDCWD, one.where, AT_SYMLINK_NOFOLLOW)
            : TRACE_IS_UNKNOWN;
    if (done && type == TRACE_IS_OTHER && (flags & RENAME_EXCHANGE)) {
        type = DtsmTraceType(AT_FDCWD, two.where, AT_SYMLINK_NOFOLLOW);
    }
    if ((type == TRACE_IS_OTHER || type == TRACE_IS_MISSING)
            && !(saw & (TRACE_SAW_LINK | TRACE_SAW_DENY))) {
        return GO_ON;
    }
    return Change(&two);
}

static int
Link(struct seccomp_notif_resp *reply, const DtsmSuperviseCall *call)
{
    unsigned saw, flags = call->flags >= 0 ? (unsigned) Arg(call->flags) : 0;
    int err, got = TakeTwo(call);

    if (got != GO_ON) {
        return got;
    }
    err = DtsmTraceCheck(one.dirfd, one.path, DTSM_READ | TRACE_CHANGE
            | (flags & AT_SYMLINK_FOLLOW ? 0u : TRACE_NOFOLLOW), &saw);
    if (err == 0) {
        err = DtsmTraceCheck(two.dirfd, two.path, MAKE, NULL);
    }
    return err != 0 || !(saw & TRACE_SAW_LINK) ? Refuse(reply, err)
            : Change(&two);
}

/*
 * Exec --
 *
 *      What starts is traced, or supervised, or named as neither.  A traced
 *      program whose libc lies below the limit has done all that already.
 */

static int
Exec(struct seccomp_notif_resp *reply, const DtsmSuperviseCall *call,
        int isEmpty)
{
    int err, flags = call->flags >= 0 ? (int) Arg(call->flags) : 0;
    int dirfd = one.dirfd;
    uint64_t from = notice->data.instruction_pointer >> 32;

    if (from >= OLD_LIMIT_HI && from < TEXT_HI
            && DtsmSuperviseMaps("/libdtsmtrace.so\n")) {
        return ANSWERED;
    }
    two.path[0] = '\0';
    if (isEmpty) {
        if (DtsmSubjectFdPath(dirfd, one.path, sizeof(one.path)) == 0) {
            return ANSWERED;
        }
        one.dirfd = AT_FDCWD;
    } else {
        memcpy(two.path, one.path, strlen(one.path) + 1);
    }
    err = DtsmTraceCheck(one.dirfd, one.path, DTSM_EXEC
            | (flags & AT_SYMLINK_NOFOLLOW ? TRACE_NOFOLLOW : 0u), NULL);
    if (err != 0 || (flags & SUPERVISE_EXECVE_CHECK)
            || !DtsmSuperviseWhere(one.dirfd, one.path, TRACE_FOLLOW_LAST,
                    one.where)) {
        return Refuse(reply, err);
    }
    return Refuse(reply, DtsmSuperviseExec(one.where, dirfd, two.path,
            Arg(call->path + 1), Arg(call->path + 2), width));
}

/*
 * Socket --
 *
 *      The path in an address, into one.path.
 */

static int
Socket(void)
{
    struct sockaddr_un name;
    size_t head = offsetof(struct sockaddr_un, sun_path);
    size_t len = (size_t) Arg(2);
    long got;

    if (len <= head || len > sizeof(name)) {
        return ANSWERED;
    }
    memset(&name, 0, sizeof(name));
    got = DtsmSupervisePeek(Arg(1), &name, len);
    if (got != (long) len) {
        return got == -EPERM ? UNSEEN : ANSWERED;
    }
    if (name.sun_family != AF_UNIX || name.sun_path[0] == '\0') {
        return ANSWERED;
    }
    memcpy(one.path, name.sun_path, len - head);
    one.path[len - head] = '\0';
    return GO_ON;
}

/*
 * List --
 *
 *      getdents64, without what is hidden.
 */

static int
List(struct seccomp_notif_resp *reply)
{
    long got;

    if (!Dtsm_Fence(dtsmSuperviseTarget.map)) {
        return ANSWERED;
    }
    got = DtsmSuperviseList((int) Arg(0), Arg(1), Arg(2));
    return got == SUPERVISE_NO_DIRECTORY ? ANSWERED
            : got == SUPERVISE_NO_ACCESS ? UNSEEN : Answer(reply, got);
}

/*
 * OpenHow2 --
 *
 *      How openat2 touches its path, which one.path holds.  Its directory may
 *      be the root for this call.
 */

static unsigned
OpenHow2(void)
{
    uint64_t how[3] = {0, 0, 0};
    const char *path;

    DtsmSupervisePeek(Arg(2), how, sizeof(how));
    if (how[2] & RESOLVE_IN_DIRECTORY) {
        path = DtsmTraceBelowRoot(one.path);
        memmove(one.path, path, strlen(path) + 1);
    }
    return DtsmTraceOpen2How(how[0], how[2]);
}

/*
 * Mount --
 *
 *      What is mounted, or no longer, changes all that lies below, by whatever
 *      name (C2).
 */

static int
Mount(struct seccomp_notif_resp *reply, const DtsmSuperviseCall *call,
        unsigned how, unsigned flags)
{
    unsigned howTwo = CALL_LOOKS;
    int at = -1, got = GO_ON, err;

    two.dirfd = AT_FDCWD;
    switch (call->number) {
        case SYS_mount:
            at = DtsmTraceMountsPath(flags) ? 0 : -1;
            howTwo = DTSM_READ;
            break;
        case SYS_pivot_root:
            at = 1;
            break;
        case SYS_move_mount:
            at = 3;
            two.dirfd = (int) Arg(2);
            howTwo |= DtsmTraceLinkHow(FOLLOWED_IF(MOVE_FOLLOW_TO), flags);
            break;
        default:
            break;
    }
    if (at >= 0 && (got = Take(Arg(at), two.path)) == ANSWERED) {
        got = GO_ON;                    /* none, or wrong: only the other */
        at = -1;
    }
    if (got != GO_ON) {
        return got;
    }
    err = call->number == SYS_mount && at >= 0
            ? DtsmTraceCheck(two.dirfd, two.path, howTwo, NULL) : 0;
    if (err == 0) {
        err = DtsmTraceCheck(one.dirfd, one.path, how, NULL);
    }
    if (err == 0 && call->number != SYS_mount && at >= 0) {
        err = DtsmTraceCheck(two.dirfd, two.path, howTwo, NULL);
    }
    if (err == 0) {
        DtsmTraceForget(AT_FDCWD, "/");
    }
    return Refuse(reply, err);
}

static int
Act(const DtsmSuperviseCall *call, int isEmpty,
        struct seccomp_notif_resp *reply)
{
    unsigned flags = call->flags >= 0 ? (unsigned) Arg(call->flags) : 0;
    unsigned how = call->how | DtsmTraceLinkHow(call->link, flags);

    switch (call->act) {
        case SUPERVISE_OPEN: how = DtsmTraceOpenHow((int) flags); break;
        case SUPERVISE_OPEN2: how = OpenHow2(); break;
        case SUPERVISE_BIND: how = MAKE; break;
        case SUPERVISE_CONNECT: how = DTSM_WRITE; break;
        case SUPERVISE_MKDIR: return MakeDirectory(reply);
        case SUPERVISE_RMDIR: case SUPERVISE_UNLINK: return Remove(reply);
        case SUPERVISE_RENAME: return Rename(reply, call);
        case SUPERVISE_LINK: return Link(reply, call);
        case SUPERVISE_SYMLINK: return MakeSymlink(reply);
        case SUPERVISE_EXEC: return Exec(reply, call, isEmpty);
        case SUPERVISE_LIST: return List(reply);
        case SUPERVISE_MOUNT: return Mount(reply, call, how, flags);
        default: break;
    }
    return Refuse(reply, DtsmTraceCheck(one.dirfd, one.path, how, NULL));
}

int
DtsmSuperviseDecide(int from, const struct seccomp_notif *its,
        struct seccomp_notif_resp *reply)
{
    static struct seccomp_notif room;
    const DtsmSuperviseCall *call = calls;
    int got = GO_ON, isEmpty = 0;

    notice = its;
    listener = from;
    DtsmSuperviseOver((int) its->pid);
    memset(reply, 0, sizeof(*reply));
    reply->id = its->id;
    reply->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    its = DtsmSuperviseTranslate(its, &room, &width);
    if (its == NULL) {
        return 1;
    }
    notice = its;
    while (call < calls + COUNT && call->number != its->data.nr) {
        call++;
    }
    if (call == calls + COUNT) {
        return 1;
    }
    if (call->act == SUPERVISE_ABSENT) {
        Answer(reply, -ENOSYS);
        return 1;
    }
    DtsmSuperviseAim((int) its->pid);
    one.dirfd = call->dir >= 0 ? (int) Arg(call->dir) : AT_FDCWD;
    if (call->act == SUPERVISE_CONNECT || call->act == SUPERVISE_BIND) {
        got = Socket();
    } else if (call->act != SUPERVISE_LIST) {
        got = Take(Arg(call->path), one.path);
        isEmpty = got == ANSWERED && call->number == SYS_execveat
                && Arg(call->path) != 0 && (Arg(call->flags) & AT_EMPTY_PATH);
    }
    if (got == GO_ON || isEmpty) {
        if (!DtsmSuperviseIsThere()) {
            return 0;
        }
        got = DtsmSuperviseHasOurRoot() ? Act(call, isEmpty, reply) : UNSEEN;
    }
    if (got == GONE) {
        return DtsmSuperviseIsThere() ? -1 : 0;
    }
    return got == UNSEEN ? -1 : 1;
}

#endif /* DTSM_SUPERVISES */
