/*
 * injectCwd.c --
 *
 *      The remembered working directory, so that a relative path costs no
 *      system call.
 *
 * The memory is one copy under a sequence number: odd while somebody writes.
 * A reader that finds it odd or changed asks the kernel instead, and so does
 * a writer that finds somebody else at it, so nobody ever waits.
 *
 * The memory is right for as long as this process changes its directory
 * through us and the policy keeps its number (a renamed directory gives it a
 * new one).  A vfork child shares our memory but has its own directory, so:
 *
 *      owner       The process that the memory belongs to.  0: a copy, in which
 *                  nobody had to know yet, and the first that has to takes it.
 *                  With SHARED: another process may live in our memory, with
 *                  LASTING one that is no vfork child.  With SEPARATE: threads
 *                  have directories of their own, so nobody remembers one.
 *                  -1, with all of them: a filter hides our number.
 *      stranger    The process that changed its directory without being the
 *                  owner.  While there is one, each relative call looks who
 *                  it is.  It ends being one when it starts its program.
 *                  SEVERAL at once stay until this program ends.
 *
 * W1  While owner is 0, one process alone lives in this memory.
 *
 * So a copy that fork makes of it owns its own without a word: it need not
 * write to a page, nor read one of ours, each of which would cost a child that
 * only starts its program more than all its checks.  Before vfork, and what
 * else shares our memory, owner is settled for good; but a program that has
 * forked, and then makes such a process by an instruction of its own, breaks
 * W1.  A copy that finds another owner is a stranger: it asks the kernel.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectCwd.h"
#include "injectFilter.h"
#include "judgeRecord.h"
#include "wrapEntry.h"

#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SEVERAL -1

enum {                           /* in owner; no process has such a number */
    SHARED = 0x40000000, LASTING = 0x20000000, SEPARATE = 0x10000000,
    LIVING = SHARED | LASTING
};

static char cwdPath[PATH_MAX] TRACE_LARGE;

static struct {
    unsigned sequence;          /* odd: being written */
    int owner;
    int stranger;
    unsigned changes;           /* of the directory, by its owner */
    unsigned asked;             /* what that was before the kernel was asked */
    size_t len;                 /* 0: not known */
    uint64_t policy;
} cwd;                          /* with cwdPath */

void
DtsmTraceForked(void)
{
    cwd.len = 0;                        /* it may have been another's */
    cwd.sequence += cwd.sequence & 1;
    cwd.stranger = 0;
    cwd.owner = 0;
    DtsmRecordForked();
}

int
DtsmTraceForking(void)
{
    int owner = __atomic_load_n(&cwd.owner, __ATOMIC_RELAXED);

    DtsmTraceReal(TRACE_SYM_execve);
    DtsmRecordForking(dtsmTraceMap);
    if (__atomic_load_n(&cwd.sequence, __ATOMIC_RELAXED) & 1) {
        return 0;
    }
    return owner == 0 || (owner == DtsmpSysGetpid()
            && __atomic_compare_exchange_n(&cwd.owner, &owner, 0, 0,
                    __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

/*
 * Disown --
 *
 *      Who owns this memory cannot be told: nobody does, and nobody remembers
 *      a directory.
 */

static void
Disown(void)
{
    __atomic_store_n(&cwd.owner, -1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&cwd.changes, 1, __ATOMIC_SEQ_CST);
    DtsmTraceForgetCwd();
}

/*
 * Settle --
 *
 *      Say for good who owns this memory, and what else is true of it.
 */

static void
Settle(int with)
{
    int owner = __atomic_load_n(&cwd.owner, __ATOMIC_RELAXED);

    DtsmRecordSharing(dtsmTraceMap);
    if (owner == 0 && DtsmpSysGetpid() < 0) {
        Disown();
        return;
    }
    while ((owner & with) != with && !__atomic_compare_exchange_n(&cwd.owner,
            &owner, (owner != 0 ? owner : DtsmpSysGetpid()) | with, 0,
            __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
        ;
    }
}

void
DtsmTraceSharing(void)
{
    Settle(SHARED);
}

int
DtsmTraceIsGuest(void)
{
    int owner = __atomic_load_n(&cwd.owner, __ATOMIC_RELAXED);

    return (owner & LIVING) == SHARED
            && (owner & ~(LIVING | SEPARATE)) != DtsmpSysGetpid();
}

int
DtsmTraceInitCwd(void)
{
    int pid = cwd.owner = DtsmpSysGetpid();

#ifndef TRACE_ENTRY
    DtsmTraceSharing();
#endif
    return pid;
}

int
DtsmTraceIsStranger(void)
{
    int pid = DtsmpSysGetpid();
    int owner = __atomic_load_n(&cwd.owner, __ATOMIC_RELAXED);

    if (pid < 0) {
        return 1;
    }
    return (owner & ~LIVING) != pid && (owner != 0
            || (!__atomic_compare_exchange_n(&cwd.owner, &owner, pid, 0,
                    __ATOMIC_RELAXED, __ATOMIC_RELAXED)
                && (owner & ~LIVING) != pid));
}

/*
 * BeStranger --
 *
 *      This process has a directory of its own, and so may another one that
 *      still lives.
 */

static void
BeStranger(int pid)
{
    int former = 0;

    while (!__atomic_compare_exchange_n(&cwd.stranger, &former, pid, 0,
            __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        if (former == pid || former == SEVERAL) {
            return;
        }
        if (former != 0 && DtsmpSyscall2(SYS_kill, former, 0) != -ESRCH) {
            pid = SEVERAL;
        }
    }
}

int
DtsmTraceStrangerExec(void)
{
    int pid = __atomic_load_n(&cwd.stranger, __ATOMIC_RELAXED);

    return pid > 0 && pid == DtsmpSysGetpid()
            && __atomic_compare_exchange_n(&cwd.stranger, &pid, 0, 0,
                    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void
DtsmTraceStrangerBack(int was)
{
    if (was) {
        BeStranger(DtsmpSysGetpid());
    }
}

/*
 * Begin, End --
 *
 *      Claim the memory for writing, if nobody has it.
 */

static int
Begin(unsigned *sequencePtr)
{
    unsigned sequence = __atomic_load_n(&cwd.sequence, __ATOMIC_RELAXED);

    *sequencePtr = sequence;
    if ((sequence & 1) || !__atomic_compare_exchange_n(&cwd.sequence,
            &sequence, sequence + 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return 0;
    }
    __atomic_thread_fence(__ATOMIC_RELEASE);
    return 1;
}

static void
End(unsigned sequence)
{
    __atomic_store_n(&cwd.sequence, sequence + 2, __ATOMIC_RELEASE);
}

void
DtsmTraceForgetCwd(void)
{
    __atomic_store_n(&cwd.len, 0, __ATOMIC_SEQ_CST);
}

void
DtsmTraceChdir(void)
{
    if (!DtsmTraceIsStranger()) {
        /*
         * What another thread is just remembering was asked for before.
         */

        __atomic_fetch_add(&cwd.changes, 1, __ATOMIC_SEQ_CST);
        DtsmTraceForgetCwd();
    } else if (DtsmpSysGetpid() < 0) {
        DtsmTraceManyCwds();
    } else {
        BeStranger(DtsmpSysGetpid());
    }
}

void
DtsmTraceManyCwds(void)
{
    Settle(SEPARATE);
    __atomic_fetch_add(&cwd.changes, 1, __ATOMIC_SEQ_CST);
    DtsmTraceForgetCwd();
}

/*
 * Remembered --
 *
 *      What the memory has, and the number of the policy that it rests on; 0
 *      for nothing.
 */

static size_t
Remembered(char *buf, size_t size, uint64_t *policyPtr)
{
    unsigned changes = __atomic_load_n(&cwd.changes, __ATOMIC_SEQ_CST);
    unsigned before = __atomic_load_n(&cwd.sequence, __ATOMIC_ACQUIRE), after;
    size_t len = __atomic_load_n(&cwd.len, __ATOMIC_RELAXED);

    if ((before & 1) || len == 0 || len >= size || cwd.asked != changes) {
        return 0;
    }
    memcpy(buf, cwdPath, len + 1);
    *policyPtr = cwd.policy;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    after = __atomic_load_n(&cwd.sequence, __ATOMIC_RELAXED);
    return after == before && buf[len] == '\0' ? len : 0;
}

/*
 * AskCwd --
 *
 *      getcwd(2); where the program's own filter holds that back, the link
 *      below /proc that says the same.
 */

static long
AskCwd(char *buf, size_t size)
{
    static const char gone[] = " (deleted)";
    const size_t goneLen = sizeof(gone) - 1;
    long got = DtsmpSysGetcwd(buf, size);

    if (got != -DTSMP_HELD) {
        return got;
    }
    got = DtsmpSysReadlink("/proc/self/cwd", buf, size - 1);
    if (got < 0 || (size_t) got >= size - 1 || ((size_t) got > goneLen
            && memcmp(buf + (size_t) got - goneLen, gone, goneLen) == 0)) {
        return got < 0 ? got : -ENOENT;
    }
    buf[got] = '\0';
    return got + 1;
}

size_t
DtsmTraceGetCwd(Dtsm_Map *map, char *buf, size_t size, uint64_t *policyPtr,
        int fresh)
{
    int stranger = __atomic_load_n(&cwd.stranger, __ATOMIC_ACQUIRE) != 0
            && DtsmTraceIsStranger();
    unsigned after, changes;
    Dtsm_Token token;
    unsigned flags;
    size_t len;
    long got;

    if (!fresh && !dtsmTraceReadOnly && !stranger
            && (len = Remembered(buf, size, policyPtr)) > 0) {
        return len;
    }

    /*
     * First the policy, then the directory: what changes between the two is
     * noticed next time.
     */

    changes = __atomic_load_n(&cwd.changes, __ATOMIC_SEQ_CST);
    Dtsm_Look(map, "/", 1, &flags, &token);
    got = AskCwd(buf, size);
    *policyPtr = 0;
    if (got < 0 && DtsmTraceBarred(got) && !stranger) {
        len = Remembered(buf, size, policyPtr);
        *policyPtr = 0;
        return len;                     /* most likely it still is there */
    }
    if (got < 2 || buf[0] != '/') {
        return 0;
    }
    len = (size_t) got - 1;
    if (!dtsmTraceReadOnly && !stranger && !DtsmTraceIsStranger()
            && len < sizeof(cwdPath)
            && Dtsm_IsSettled(&token) && Begin(&after)) {
        memcpy(cwdPath, buf, len + 1);
        cwd.policy = token.policy;
        cwd.asked = changes;
        __atomic_store_n(&cwd.len, len, __ATOMIC_SEQ_CST);
        End(after);
    }
    return len;
}

int
DtsmTracePid(void)
{
    int pid = DtsmpSysGetpid();

    return pid < 0 ? DtsmTraceKnownPid() : pid;
}

int
DtsmTraceNoNewPrivs(void)
{
    long got = DtsmpSyscall5(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);

    return got == 1 || got == -DTSMP_HELD;      /* a filter needs it */
}

/*
 * A copy that owns its memory comes back to who called, not to us.
 */

pid_t __fork(void);
pid_t __vfork(void);
pid_t _Fork(void);

#define FORK_SHARED(name) \
    static pid_t \
    ForkShared_##name(void) \
    { \
        pid_t child = REAL(name)(); \
        if (child == 0) { \
            DtsmTraceForked(); \
        } \
        return child; \
    }

#ifdef TRACE_ENTRY

#define ENTRY(name, how) \
    TRACE_HIDDEN DtsmTraceStep DtsmTraceEntry_##name(void); \
    TRACE_HIDDEN DtsmTraceStep \
    DtsmTraceEntry_##name(void) \
    { \
        DtsmTraceStep step = { NULL, DtsmTraceReal(TRACE_SYM_##name) }; \
        how; \
        return step; \
    } \
    TRACE_ENTRY(#name, "DtsmTraceEntry_" #name)

#define FORK(name) \
    FORK_SHARED(name) \
    ENTRY(name, if (!DtsmTraceForking()) { \
        step.next = (void *) (intptr_t) ForkShared_##name; \
    })
#define VFORK(name) ENTRY(name, DtsmTraceSharing())

VFORK(vfork);
VFORK(__vfork);

#else

#define FORK(name) \
    FORK_SHARED(name) \
    DTSM_EXPORT pid_t \
    name(void) \
    { \
        return DtsmTraceForking() ? REAL(name)() : ForkShared_##name(); \
    } \
    _Static_assert(1, "")

#endif /* TRACE_ENTRY */

FORK(fork);
FORK(__fork);
FORK(_Fork);

int
DtsmTraceCloning(unsigned long flags)
{
    unsigned long other = CLONE_VM | CLONE_NEWPID;

    if (!(flags & CLONE_THREAD) == !!(flags & CLONE_FS)
            || (flags & other) == other) {
        DtsmTraceManyCwds();
    }
    if (flags & CLONE_THREAD) {
        return 0;
    }
    if (flags & CLONE_VM) {
        Settle(flags & CLONE_VFORK ? SHARED : LIVING);
        return 0;
    }
    return !DtsmTraceForking();
}

/*
 * What a copy made by clone begins with; it reads what its parent's stack held.
 */

typedef struct Start {
    int (*proc)(void *data);
    void *data;
} Start;

static int
StartCopy(void *data)
{
    Start start = *(const Start *) data;

    DtsmTraceForked();
    return start.proc(start.data);
}

#define CLONE(name) \
    DTSM_EXPORT int \
    name(int (*proc)(void *data), void *stack, int flags, void *data, ...) \
    { \
        va_list args; \
        pid_t *parent, *child; \
        void *tls; \
        Start start = { proc, data }; \
        va_start(args, data); \
        parent = va_arg(args, pid_t *); \
        tls = va_arg(args, void *); \
        child = va_arg(args, pid_t *); \
        va_end(args); \
        if (DtsmTraceCloning((unsigned) flags) && proc != NULL) { \
            proc = StartCopy; \
            data = &start; \
        } \
        return REAL(name)(proc, stack, flags, data, parent, tls, child); \
    }

int __clone(int (*proc)(void *data), void *stack, int flags, void *data, ...);

CLONE(clone)
CLONE(__clone)
