/*
 * dtsmSuperviseCall.c --
 *
 *      Deciding one system call of a supervised process: as the injected
 *      library would, by the same map.
 *
 * A call that may be made goes on in the kernel (CONTINUE), which reads its
 * arguments again: a program whose other thread changes them meanwhile gets
 * around us.  The supervisor is for honest programs, as all of dtsm is.
 *
 * C1  A call that makes known answers wrong (a symlink that comes or goes, a
 *     folder that is renamed ...) is carried out here, between the beginning
 *     and the end of a change as in the library: nobody who knows that it
 *     happened finds a stale answer.
 * C2  That needs the caller's own rights.  Where they are not ours, the map
 *     is corrected before the call goes on, and what another process asks in
 *     the moment between may stay stale.
 * C3  Before Linux 5.19 a signal may take a call back while it is decided, and
 *     the program makes it again.  What was carried out already is kept, so
 *     that it is answered then and not done twice.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmTrace.h"
#include "dtsmSupervise.h"

#ifdef DTSM_SUPERVISES

#include <stdlib.h>
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
static int listener;
static struct {
    int dirfd;
    char path[PATH_MAX];
    char where[2 * PATH_MAX];   /* the same from our own place */
} one, two;

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

static int
IsThere(void)
{
    uint64_t id = notice->id;

    return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/*
 * HasOurRoot --
 *
 *      In another root its paths mean something else; where other file systems
 *      are mounted, too.  Each mount has a number of its own, also when it is
 *      a copy for a new namespace.
 */

static int
Root(const char *name, uint64_t *mountPtr, uint64_t *inodePtr)
{
    const unsigned wanted = STATX_INO | STATX_MNT_ID;
    struct statx st;

    if (DtsmpSyscall5(SYS_statx, AT_FDCWD, P(name), AT_STATX_DONT_SYNC, wanted,
            P(&st)) != 0 || (st.stx_mask & wanted) != wanted) {
        return 0;
    }
    *mountPtr = st.stx_mnt_id;
    *inodePtr = st.stx_ino;
    return 1;
}

static int
HasOurRoot(void)
{
    uint64_t mount, inode, itsMount, itsInode;
    char name[64];

    return DtsmSuperviseProc(name, sizeof(name), "root/.") > 0
            && Root(name, &itsMount, &itsInode) && Root("/", &mount, &inode)
            && mount == itsMount && inode == itsInode;
}

/*
 * MayActFor --
 *
 *      Are the process's rights our own (C2)?
 */

static int
MayActFor(void)
{
    return DtsmSuperviseStatus("\nUid:", 3, 10)
                    == DtsmpSyscall0(SYS_geteuid)
            && DtsmSuperviseStatus("\nGid:", 3, 10)
                    == DtsmpSyscall0(SYS_getegid);
}

static int
Path(int dirfd, const char *path, char *where)
{
    return DtsmSuperviseWhere(dirfd, path, 0, where) && MayActFor();
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
 * What was carried out and whose answer came too late (C3).
 */

#define LOST 8

static int carriedOut;
static struct {
    uint32_t pid;
    struct seccomp_data data;
    char path[PATH_MAX];
} lost[LOST];

void
DtsmSuperviseLost(void)
{
    static unsigned next;
    unsigned i = next % LOST;

    if (carriedOut) {
        lost[i].pid = notice->pid;
        lost[i].data = notice->data;
        memcpy(lost[i].path, one.path, strlen(one.path) + 1);
        next++;
    }
}

static int
Recalls(void)
{
    int i;

    for (i = 0; i < LOST; i++) {
        if (lost[i].pid == notice->pid && lost[i].pid != 0
                && memcmp(&lost[i].data, &notice->data, sizeof(notice->data))
                        == 0 && strcmp(lost[i].path, one.path) == 0) {
            lost[i].pid = 0;
            return 1;
        }
    }
    return 0;
}

/*
 * Begin, End --
 *
 *      Around a call that we make (C1), or before one that we cannot make
 *      (C2): mine is 0, and there is no end to wait for.
 *
 * Arguments:
 *      other   NULL, or a second path that the call changes.
 */

static DtsmTraceChange change;

static int
Begin(int mine, const char *other)
{
    DtsmTraceBegin(&change, one.dirfd, one.path, two.dirfd, other);
    if (!mine) {
        DtsmTraceEnd(&change, 0);
    }
    return mine;
}

static int
End(struct seccomp_notif_resp *reply, long result)
{
    DtsmTraceEnd(&change, result != 0);
    carriedOut = result == 0;
    return Answer(reply, result);
}

static int
Refuse(struct seccomp_notif_resp *reply, int err)
{
    return err == 0 ? GO_ON : Answer(reply, -(long) err);
}

static int
Remove(struct seccomp_notif_resp *reply, int atFlags)
{
    unsigned saw;
    int err = DtsmTraceCheck(one.dirfd, one.path, CHANGE_SELF, &saw);

    if (err != 0 || !(saw & (TRACE_SAW_DENY | TRACE_SAW_LINK))) {
        return Refuse(reply, err);
    }
    if (!Begin(Path(one.dirfd, one.path, one.where), NULL)) {
        return ANSWERED;
    }
    return End(reply, DtsmpSyscall3(SYS_unlinkat, AT_FDCWD, P(one.where),
            atFlags));
}

static int
MakeFolder(struct seccomp_notif_resp *reply, unsigned mode)
{
    unsigned saw;
    int err = DtsmTraceCheck(one.dirfd, one.path, MAKE, &saw);

    if (err != 0) {
        return Answer(reply, DtsmSuperviseWhere(one.dirfd, one.path,
                TRACE_FOLLOW_LAST, one.where) && DtsmTraceType(AT_FDCWD,
                one.where, 0) == TRACE_IS_DIR ? 0 : -(long) err);
    }
    if (!(saw & (TRACE_SAW_DENY | TRACE_SAW_LINK))) {
        return GO_ON;
    }
    if (!Begin(Path(one.dirfd, one.path, one.where), NULL)) {
        return ANSWERED;
    }
    return End(reply, DtsmpSyscall3(SYS_mkdirat, AT_FDCWD, P(one.where),
            (long) (mode & ~(unsigned long)
                    DtsmSuperviseStatus("\nUmask:", 0, 8))));
}

static int
MakeSymlink(struct seccomp_notif_resp *reply)
{
    int got, err = DtsmTraceCheck(one.dirfd, one.path, MAKE, NULL);

    if (err != 0) {
        return Refuse(reply, err);
    }
    got = Take(Arg(0), two.path);
    if (got != GO_ON) {
        return got;
    }
    if (!Begin(Path(one.dirfd, one.path, one.where), NULL)) {
        return ANSWERED;
    }
    return End(reply, DtsmpSyscall3(SYS_symlinkat, P(two.path), AT_FDCWD,
            P(one.where)));
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
    if (!Begin(done && MayActFor(), two.path)) {
        return ANSWERED;
    }
    return End(reply, DtsmpSyscall5(SYS_renameat2, AT_FDCWD, P(one.where),
            AT_FDCWD, P(two.where), (long) flags));
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
    if (err != 0 || !(saw & TRACE_SAW_LINK)) {
        return Refuse(reply, err);
    }
    if (!Begin(Path(one.dirfd, one.path, one.where)
            && DtsmSuperviseWhere(two.dirfd, two.path, 0, two.where),
            two.path)) {
        return ANSWERED;
    }
    return End(reply, DtsmpSyscall5(SYS_linkat, AT_FDCWD, P(one.where),
            AT_FDCWD, P(two.where), (long) flags));
}

/*
 * CarriesSession --
 *
 *      Has an environment of the process our variables?
 */

static int
CarriesSession(uint64_t at)
{
    static const char *const names[] = {"LD_PRELOAD=", "DTSM_MAP="};
    uint64_t entry;
    char text[12];
    unsigned seen = 0;
    int i;

    while (at != 0 && seen != 3 && DtsmSupervisePeek(at, &entry,
            sizeof(entry)) == sizeof(entry) && entry != 0) {
        memset(text, 0, sizeof(text));
        if (DtsmSupervisePeek(entry, text, sizeof(text) - 1) < 0) {
            break;
        }
        for (i = 0; i < 2; i++) {
            if (strncmp(text, names[i], strlen(names[i])) == 0) {
                seen |= 1u << i;
            }
        }
        at += sizeof(entry);
    }
    return seen == 3;
}

/*
 * TellStart --
 *
 *      A program that could load the library, but starts without what that
 *      needs: it is seen all the same where its libc lies below the limit.
 */

static void
TellStart(void)
{
    if (realpath(one.where, two.where) == NULL) {
        memcpy(two.where, one.where, strlen(one.where) + 1);
    }
    if (DtsmSuperviseOld()) {
        DtsmTraceLogSupervised(two.where);
    } else {
        DtsmTraceLogUntraced(two.where, "environment");
    }
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
    uint64_t from = notice->data.instruction_pointer >> 32;
    DtsmTraceProgram program;

    if (from >= OLD_LIMIT_HI && from < TEXT_HI
            && DtsmSuperviseMaps("/libdtsmtrace.so\n")) {
        return ANSWERED;
    }
    if (isEmpty) {
        if (DtsmTraceFdPath(one.dirfd, one.path, sizeof(one.path)) == 0) {
            return ANSWERED;
        }
        one.dirfd = AT_FDCWD;
    }
    err = DtsmTraceCheck(one.dirfd, one.path, DTSM_EXEC
            | (flags & AT_SYMLINK_NOFOLLOW ? TRACE_NOFOLLOW : 0u), NULL);
    if (err != 0 || !DtsmSuperviseWhere(one.dirfd, one.path,
            TRACE_FOLLOW_LAST, one.where)) {
        return Refuse(reply, err);
    }
    err = DtsmTraceInspect(one.where, TRACE_NOW, &program);
    if (err == 0 && !program.absent && !program.untraced && program.image) {
        if (CarriesSession(Arg(call->path + 2))) {
            DtsmTraceExpect(&program, 1);
        } else {
            TellStart();
        }
    }
    return Refuse(reply, err);
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

    if (!DtsmTraceFenced()) {
        return ANSWERED;
    }
    got = DtsmSuperviseList((int) Arg(0), Arg(1), Arg(2));
    return got == SUPERVISE_NO_FOLDER ? ANSWERED
            : got == SUPERVISE_NO_ACCESS ? UNSEEN : Answer(reply, got);
}

int
DtsmTraceFenced(void)
{
    return dtsmTraceMap != NULL && Dtsm_Fence(dtsmTraceMap);
}

/*
 * OpenHow2 --
 *
 *      How openat2 touches its path, which one.path holds.  Its folder may be
 *      the root for this call.
 */

static unsigned
OpenHow2(void)
{
    uint64_t how[3] = {0, 0, 0};
    const char *path;

    DtsmSupervisePeek(Arg(2), how, sizeof(how));
    if (how[2] & RESOLVE_IN_FOLDER) {
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

    if (Recalls()) {
        carriedOut = 1;
        return Answer(reply, 0);
    }
    switch (call->act) {
        case SUPERVISE_OPEN: how = DtsmTraceOpenHow((int) flags); break;
        case SUPERVISE_OPEN2: how = OpenHow2(); break;
        case SUPERVISE_BIND: how = MAKE; break;
        case SUPERVISE_CONNECT: how = DTSM_WRITE; break;
        case SUPERVISE_MKDIR: return MakeFolder(reply, flags);
        case SUPERVISE_RMDIR: return Remove(reply, AT_REMOVEDIR);
        case SUPERVISE_UNLINK: return Remove(reply, (int) flags);
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
    const DtsmSuperviseCall *call = calls;
    int got = GO_ON, isEmpty = 0;

    notice = its;
    listener = from;
    carriedOut = 0;
    memset(reply, 0, sizeof(*reply));
    reply->id = its->id;
    reply->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
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
        if (!IsThere()) {
            return 0;
        }
        got = HasOurRoot() ? Act(call, isEmpty, reply) : UNSEEN;
    }
    return got == GONE ? 0 : got == UNSEEN ? -1 : 1;
}

#endif /* DTSM_SUPERVISES */
